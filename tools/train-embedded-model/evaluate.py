"""Measures a trained model on what it has never seen.

    python evaluate.py DATA OUT SAMPLE

DATA as for train.py, OUT with checkpoint.pt and tokenizer.json, SAMPLE the folder resources/sample.
Writes OUT/evaluation.json. The ONNX graphs are measured instead of the checkpoint when OUT holds
them (export.py): the figures are then those of what is shipped.
"""

import gzip
import io
import json
import os
import sys

import numpy as np
import torch
from PIL import Image
from tokenizers import Tokenizer

from data import TEST_PICTOGRAMS, TRAIN_PICTOGRAMS, Part, encode, still
from measures import auc, best_cutoff, retrieval
from model import SIDE


def runner(out):
    import onnxruntime

    tokenizer = Tokenizer.from_file(f"{out}/tokenizer.json")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    image = onnxruntime.InferenceSession(f"{out}/image.onnx", options)
    text = onnxruntime.InferenceSession(f"{out}/text.onnx", options)

    def unit(rows):
        rows = np.concatenate(rows)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    def pictures(pixels):
        return unit([image.run(None, {"pixel_values": pixels[i : i + 100].numpy()})[0] for i in range(0, len(pixels), 100)])

    def texts(words):
        return unit([text.run(None, {"input_ids": encode(tokenizer, words[i : i + 100]).numpy()})[0] for i in range(0, len(words), 100)])

    return pictures, texts


def warc_pictures(path):
    """Address -> bytes of every 200 response; revisits point to what they repeat."""
    held, repeats = {}, {}
    with gzip.open(path) as stream:
        while line := stream.readline():
            if not line.startswith(b"WARC/"):
                continue
            head = {}
            while (field := stream.readline().strip()) != b"":
                name, _, value = field.decode("latin-1").partition(":")
                head[name.lower()] = value.strip()
            block = stream.read(int(head["content-length"]))
            address = head.get("warc-target-uri", "")
            if head["warc-type"] == "revisit":
                repeats[address] = head["warc-refers-to-target-uri"]
            if head["warc-type"] == "response" and block[9:12] == b"200":
                held[address] = block.partition(b"\r\n\r\n")[2]
    for address, target in repeats.items():
        held[address] = held[target]
    return held


def prepared(data):
    """File bytes -> uint8 [SIDE, SIDE, 3], as the manifest says."""
    picture = Image.open(io.BytesIO(data)).convert("RGB")
    return np.asarray(picture.resize((SIDE, SIDE), Image.Resampling.BICUBIC))


def sample_scores(folder, pictures, texts):
    held = warc_pictures(f"{folder}/gleaner-sample.warc.gz")
    with open(f"{folder}/truth.json", encoding="utf-8") as f:
        truth = json.load(f)
    rows = [
        t
        for t in truth
        if t["role"] in ("content", "teaser") and t["label"] in ("right", "wrong", "useless") and t["addresses"][0] in held
    ]
    array = np.stack([prepared(held[t["addresses"][0]]) for t in rows])
    cosines = (pictures(still(array)) * texts([t["alt"] for t in rows])).sum(1)
    return rows, cosines


def histogram(values):
    counts, edges = np.histogram(values, bins=30, range=(-0.5, 1.0))
    return [[round(float(e), 3), int(c)] for e, c in zip(edges, counts)]


def main():
    data, out, sample = sys.argv[1:4]
    torch.set_num_threads(1)
    pictures, texts = runner(out)
    result = {}

    def scenes(name):
        part = Part(data, name)
        n = 1000
        p = pictures(still(part.pictures[:n]))
        t = texts([line["texts"][0] for line in part.lines[:n]])
        found = retrieval(p, t)
        pairs = [(i, line) for i, line in enumerate(part.lines[:n]) if line["negatives"][0]]
        index = np.array([i for i, _ in pairs])
        false = texts([line["negatives"][0] for _, line in pairs])
        right, wrong = (p[index] * t[index]).sum(1), (p[index] * false).sum(1)
        found["one_word_changed_accuracy"] = float((right > wrong).mean())
        found["one_word_changed_n"] = len(index)
        return found, p, t

    result["held_out_combinations"], p, t = scenes("scenes-combination")
    cosines = p @ t.T
    cutoff, keeps, drops = best_cutoff(np.diag(cosines), cosines[~np.eye(len(cosines), dtype=bool)][:100_000])
    result["cutoff"] = {"cosine": round(cutoff, 3), "keeps_of_matched": keeps, "drops_of_mismatched": drops}
    result["held_out_style_scenes"] = scenes("scenes-style")[0]

    known = set()
    for name in TRAIN_PICTOGRAMS:
        with open(f"{data}/pictograms-{name}.jsonl", encoding="utf-8") as lines:
            known |= {json.loads(line)["concept"] for line in lines}
    for name in TEST_PICTOGRAMS:
        part = Part(data, f"pictograms-{name}")
        rows = np.array([i for i, line in enumerate(part.lines) if line["concept"] in known])
        rows = np.sort(np.random.default_rng(5).permutation(rows)[:1000])
        p = pictures(still(part.pictures[rows]))
        t = texts([part.lines[i]["texts"][0] for i in rows])
        result[f"held_out_pictograms_{name}"] = retrieval(p, t)

    rows, cosines = sample_scores(sample, pictures, texts)
    label = np.array([r["label"] for r in rows])
    english = np.array([r["language"] == "en" for r in rows])
    right, wrong, useless = (cosines[(label == k) & english] for k in ("right", "wrong", "useless"))
    result["sample"] = {
        "right_n": len(right),
        "wrong_n": len(wrong),
        "useless_n": len(useless),
        "auc_right_wrong": auc(right, wrong),
        "auc_right_wrong_or_useless": auc(right, np.concatenate([wrong, useless])),
        "auc_right_wrong_all_languages": auc(cosines[label == "right"], cosines[label == "wrong"]),
        "right_mean_cosine": float(right.mean()),
        "wrong_mean_cosine": float(wrong.mean()),
        "right_at_or_above_cutoff": float((right >= cutoff).mean()),
        "wrong_below_cutoff": float((wrong < cutoff).mean()),
        "histogram_right": histogram(right),
        "histogram_wrong": histogram(wrong),
        "histogram_all": histogram(cosines),
    }
    with open(f"{out}/evaluation.json", "w", encoding="utf-8") as f:
        json.dump(result, f, indent=2)
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
