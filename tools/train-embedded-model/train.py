"""Trains the embedded model. Same seed, same arrays, same machine: same weights.

    python train.py DATA OUT --steps 2400

DATA is what prepare-all.sh made. OUT gets checkpoint.pt, tokenizer.json and training-log.csv. An
interrupted training goes on from its checkpoint. A GPU is used when there is one.
"""

import argparse
import csv
import json
import math
import os
import time

import numpy as np
import torch
from tokenizers import Tokenizer
from torch.nn import functional as F

from data import (
    TRAIN_PICTOGRAMS,
    Part,
    augment_pictograms,
    augment_scenes,
    encode,
    pictogram_text,
    still,
    train_tokenizer,
)
from measures import retrieval
from model import DualEncoder


def parse():
    p = argparse.ArgumentParser()
    p.add_argument("data")
    p.add_argument("out")
    p.add_argument("--steps", type=int, default=2400)
    p.add_argument("--scenes", type=int, default=144, help="scenes in a batch, each with a hard negative")
    p.add_argument("--pictograms", type=int, default=96)
    p.add_argument("--clipart", type=int, default=16)
    p.add_argument("--rate", type=float, default=1.5e-3)
    p.add_argument("--warm", type=int, default=150, help="steps until the full rate")
    p.add_argument("--decay", type=float, default=0.05)
    p.add_argument("--vocabulary", type=int, default=6000)
    p.add_argument("--tokenizer", default=None, help="use this tokenizer.json; training one breaks ties by chance")
    p.add_argument("--seed", type=int, default=3)
    p.add_argument("--threads", type=int, default=1)
    p.add_argument("--validate-every", type=int, default=100)
    p.add_argument("--replanned-at", type=int, default=0, help="up to this step the rate follows --first-plan")
    p.add_argument("--first-plan", type=int, default=None, help="steps that were planned at first")
    p.add_argument("--stop-at", type=int, default=None, help="stop early, for timing")
    return p.parse_args()


class Scenes:
    def __init__(self, part, tokenizer):
        self.part = part
        self.each = len(part.lines[0]["texts"])
        self.texts = encode(tokenizer, [t for line in part.lines for t in line["texts"]])
        # An empty negative (none was found) is replaced by the sentence itself and masked.
        flat = [n for line in part.lines for n in line["negatives"]]
        self.has_negative = torch.tensor([bool(n) for n in flat])
        self.negatives = encode(tokenizer, [n or "none" for n in flat])

    def batch(self, n, rng, generator):
        rows = rng.choice(len(self.part.lines), n, replace=False)
        chosen = torch.from_numpy(rows * self.each + rng.integers(0, self.each, n))
        pixels = augment_scenes(self.part.pictures[np.sort(rows)][np.argsort(np.argsort(rows))], generator)
        return pixels, self.texts[chosen], self.negatives[chosen], self.has_negative[chosen]


class Named:
    """Pictograms or clip art: a batch holds a name once, in whichever set."""

    def __init__(self, parts, tokenizer):
        self.tokenizer = tokenizer
        self.parts = parts
        self.by_name = {}
        for p, part in enumerate(parts):
            for i, line in enumerate(part.lines):
                self.by_name.setdefault(line["concept"], []).append((p, i))
        self.names = sorted(self.by_name)

    def batch(self, n, rng, generator):
        names = rng.choice(len(self.names), n, replace=False)
        chosen = []
        for name in names:
            where = self.by_name[self.names[name]]
            chosen.append(where[rng.integers(0, len(where))])
        array = np.stack([self.parts[p].pictures[i] for p, i in chosen])
        texts = [pictogram_text(self.parts[p].lines[i], rng) for p, i in chosen]
        sided = torch.tensor(["left" in t or "right" in t or "clock" in t for t in texts])
        return augment_pictograms(array, sided, generator), encode(self.tokenizer, texts)


def joined(rows):
    longest = max(r.shape[1] for r in rows)
    ids = torch.cat([F.pad(r, (0, longest - r.shape[1])) for r in rows])
    return ids[:, : int((ids != 0).sum(1).max())]


def embed(model, part, texts, tokenizer, device, rows=None):
    """Unit-length picture and text embeddings, float32 arrays."""
    rows = np.arange(len(part.lines)) if rows is None else rows
    model.eval()
    pictures, words = [], []
    with torch.inference_mode():
        for at in range(0, len(rows), 250):
            some = rows[at : at + 250]
            pictures.append(F.normalize(model.picture(still(part.pictures[some]).to(device)), dim=-1).cpu())
        for at in range(0, len(texts), 500):
            words.append(F.normalize(model.text(encode(tokenizer, texts[at : at + 500]).to(device)), dim=-1).cpu())
    model.train()
    return torch.cat(pictures).numpy(), torch.cat(words).numpy()


def main():
    a = parse()
    os.makedirs(a.out, exist_ok=True)
    torch.set_num_threads(a.threads)
    torch.manual_seed(a.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    scenes_part = Part(a.data, "scenes-train")
    pictograms = [Part(a.data, f"pictograms-{name}") for name in TRAIN_PICTOGRAMS]
    clipart = Part(a.data, "clipart")
    validation = Part(a.data, "scenes-combination")

    rng = np.random.default_rng(a.seed)
    corpus = [t for line in scenes_part.lines for t in line["texts"]]
    corpus += [t for part in (*pictograms, clipart) for line in part.lines for t in line["texts"] * 8 + line["keywords"]]
    # A training that goes on must go on with its own ids.
    kept = f"{a.out}/tokenizer.json"
    known = kept if os.path.exists(kept) else a.tokenizer
    tokenizer = Tokenizer.from_file(known) if known else train_tokenizer(corpus, a.vocabulary)
    tokenizer.save(kept)

    scenes = Scenes(scenes_part, tokenizer)
    signs = Named(pictograms, tokenizer)
    art = Named([clipart], tokenizer)
    print(len(scenes_part.lines), "scenes,", len(signs.names), "pictogram names,", len(art.names), "clip art names,", tokenizer.get_vocab_size(), "tokens", flush=True)

    model = DualEncoder(tokenizer.get_vocab_size()).to(device)
    model.picture = model.picture.to(memory_format=torch.channels_last)
    count = sum(p.numel() for p in model.parameters())
    print(f"{count / 1e6:.2f} million parameters on {device}", flush=True)
    matrices = [p for p in model.parameters() if p.ndim > 1]
    vectors = [p for p in model.parameters() if p.ndim <= 1]
    optimiser = torch.optim.AdamW(
        [{"params": matrices, "weight_decay": a.decay}, {"params": vectors, "weight_decay": 0.0}],
        lr=a.rate,
        betas=(0.9, 0.98),
    )
    with open(f"{a.out}/settings.json", "w", encoding="utf-8") as f:
        json.dump({**vars(a), "parameters": count, "torch": torch.__version__, "device": str(device)}, f, indent=2)
    checkpoint = f"{a.out}/checkpoint.pt"
    start = 0
    log_mode = "w"
    if os.path.exists(checkpoint):
        saved = torch.load(checkpoint, weights_only=True)
        model.load_state_dict(saved["model"])
        optimiser.load_state_dict(saved["optimiser"])
        start = saved["step"]
        log_mode = "a"
        print("going on from step", start, flush=True)
    log_file = open(f"{a.out}/training-log.csv", log_mode, newline="", encoding="utf-8")
    log = csv.writer(log_file)
    if start == 0:
        log.writerow(["step", "loss", "rate", "scale", "pictures_per_second", "validation_recall_1", "validation_recall_5", "validation_auc"])
    clock, since, total = time.time(), start, 0.0
    for step in range(start, a.stop_at or a.steps):
        # Each step has its own stream: a resumed training sees the same batches.
        rng = np.random.default_rng((a.seed, step))
        generator = torch.Generator().manual_seed(a.seed * 1_000_003 + step)
        plan = a.first_plan if a.first_plan and step < a.replanned_at else a.steps
        rate = a.rate * min(1, (step + 1) / a.warm) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * step / plan)))
        for group in optimiser.param_groups:
            group["lr"] = rate
        scene_pixels, scene_ids, negative_ids, has_negative = scenes.batch(a.scenes, rng, generator)
        sign_pixels, sign_ids = signs.batch(a.pictograms, rng, generator)
        art_pixels, art_ids = art.batch(a.clipart, rng, generator)
        pixels = torch.cat([scene_pixels, sign_pixels, art_pixels]).to(device, memory_format=torch.channels_last)
        ids = joined([scene_ids, sign_ids, art_ids, negative_ids]).to(device)
        n = len(pixels)
        with torch.autocast(device.type, torch.bfloat16):
            pictures = model.picture(pixels)
            words = model.text(ids)
        pictures = F.normalize(pictures.float(), dim=-1)
        words = F.normalize(words.float(), dim=-1)
        scale = model.log_scale.exp().clamp(max=100)
        logits = scale * pictures @ words.T
        # A sentence made false for one picture may be true of another: it counts for its own only.
        own = torch.zeros(n, a.scenes, dtype=torch.bool, device=device)
        own[torch.arange(a.scenes), torch.arange(a.scenes)] = has_negative.to(device)
        logits = torch.cat([logits[:, :n], logits[:, n:].masked_fill(~own, -1e4)], 1)
        target = torch.arange(n, device=device)
        loss = (F.cross_entropy(logits, target) + F.cross_entropy(logits[:, :n].T, target)) / 2
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        total += float(loss.detach())
        done = step + 1
        if done % 50 == 0 or done == a.steps:
            spent = time.time() - clock
            row = [done, round(total / (done - since), 4), f"{rate:.2e}", round(float(scale.detach()), 2), round((done - since) * n / spent, 1), "", "", ""]
            if done % a.validate_every == 0 or done == a.steps:
                texts = [line["texts"][0] for line in validation.lines[:1000]]
                found = retrieval(*embed(model, validation, texts, tokenizer, device, np.arange(1000)))
                row[5:] = [found["image_to_text_recall_1"], found["image_to_text_recall_5"], round(found["auc"], 4)]
                torch.save({"model": model.state_dict(), "optimiser": optimiser.state_dict(), "step": done}, checkpoint + ".part")
                os.replace(checkpoint + ".part", checkpoint)
            log.writerow(row)
            log_file.flush()
            print(*row, flush=True)
            clock, since, total = time.time(), done, 0.0


main()
