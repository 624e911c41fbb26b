"""Fine-tunes a BERT-like model to find the words that describe a picture.

    python3 train.py

Reads config.json and data/{train,validation,test}.json (SQuAD 2.0, offsets in code points) beside
it; writes
  run/metrics.jsonl   one line for each epoch, followed by the program
  run/checkpoint.pt   after each epoch; a run that was ended goes on from it
  run/result.json     measures on the test split
  model/              ONNX model folder that the program takes as it is
"""

import json
import math
import os
import random
import shutil
import sys
import time
from pathlib import Path

import numpy as np
import torch
from transformers import (
    AutoModelForQuestionAnswering,
    AutoTokenizer,
    get_linear_schedule_with_warmup,
)

import spans

HERE = Path(__file__).resolve().parent
RUN = HERE / "run"


def read_json(path):
    return json.loads(path.read_text(encoding="utf-8"))


def write_whole(path, text):
    """The file is there as a whole or not at all."""
    part = path.with_name(path.name + ".part")
    part.write_text(text, encoding="utf-8")
    os.replace(part, path)


# ── texts to windows


class Template:
    """Special tokens around one text and around a pair, as the tokenizer puts them."""

    def __init__(self, tokenizer):
        one = tokenizer("a", return_token_type_ids=True)
        two = tokenizer("a", "b", return_token_type_ids=True)
        self.single = self._cut(one, [0])
        self.pair = self._cut(two, [0, 1])
        first = self.pair[0]["ids"]
        if len(first) != 1:
            raise SystemExit("This tokenizer puts no single token ([CLS]) before a text.")

    @staticmethod
    def _cut(encoding, sequences):
        parts, ids, types = [], [], []
        at = 0
        sequence_ids = encoding.sequence_ids()
        type_of = {}
        for i, sequence in enumerate(sequence_ids):
            if sequence is None:
                ids.append(encoding["input_ids"][i])
                types.append(encoding["token_type_ids"][i])
            else:
                type_of[sequence] = encoding["token_type_ids"][i]
                if at < len(sequences) and sequence == sequences[at]:
                    parts.append({"ids": ids, "types": types})
                    ids, types, at = [], [], at + 1
        parts.append({"ids": ids, "types": types})
        for part, sequence in zip(parts[1:], sequences):
            part["type_before"] = type_of[sequence]
        return parts

    def extra(self, pair):
        return sum(len(part["ids"]) for part in (self.pair if pair else self.single))

    def build(self, pieces):
        """pieces: one or two lists of token ids. Returns ids, types, rows of the text's tokens."""
        parts = self.pair if len(pieces) == 2 else self.single
        ids, types, rows = list(parts[0]["ids"]), list(parts[0]["types"]), []
        for piece, part in zip(pieces, parts[1:]):
            rows += range(len(ids), len(ids) + len(piece))
            ids += piece + part["ids"]
            types += [part["type_before"]] * len(piece) + part["types"]
        return ids, types, rows


def windows_of(template, before, rest, max_length, stride):
    """Windows over the tokens of the text before the picture and of what follows it.

    [CLS] before [SEP] rest [SEP]: the middle separator is the place of the picture. A text that is
    too long for one window gets one around the picture, centred as far as both sides have tokens,
    and on either side windows of one segment, each sharing `stride` tokens with the next.
    Returns [{"ids", "types", "rows", "token_offset"}] in the order of the text.
    """
    tokens, picture = before + rest, len(before)
    n = len(tokens)
    room, alone = max_length - template.extra(True), max_length - template.extra(False)
    if n <= room:
        ranges = [(0, n, True)]
    else:
        half = picture - min(picture, room // 2)
        end = min(n, picture + room - (picture - half))
        start = picture - min(picture, room - (end - picture))
        ranges = [(start, end, True)]
        left = start
        while left > 0:
            stop = min(picture, left + stride)
            left = min(left - 1, max(0, stop - alone))
            ranges.insert(0, (left, stop, False))
        right = end
        while right < n:
            begin = max(picture, right - stride)
            right = max(right + 1, min(n, begin + alone))
            ranges.append((begin, right, False))
    windows = []
    for start, end, is_pair in ranges:
        pieces = [tokens[start:picture], tokens[picture:end]] if is_pair else [tokens[start:end]]
        ids, types, rows = template.build(pieces)
        windows.append({"ids": ids, "types": types, "rows": rows, "token_offset": start})
    return windows


def read_split(name, tokenizer, template, config):
    """Texts of a split with their windows, gold spans in tokens and in code points."""
    data = read_json(HERE / "data" / f"{name}.json")["data"]
    texts = []
    for article in data:
        for paragraph in article["paragraphs"]:
            context = paragraph["context"]
            for question in paragraph["qas"]:
                texts.append(make_text(context, question, tokenizer, template, config))
    return texts


def make_text(context, question, tokenizer, template, config):
    picture = int(question["meta"]["picture_offset"])
    # A line feed joins what stands before the picture and what follows it.
    rest_at = picture + 1 if 0 < picture < len(context) else picture
    ids, offsets = [[], []], []
    for side, (piece, shift) in enumerate(((context[:picture], 0), (context[rest_at:], rest_at))):
        # What a text says is text: "[SEP]" on a page is no separator.
        encoded = tokenizer(
            piece,
            add_special_tokens=False,
            split_special_tokens=True,
            return_offsets_mapping=True,
            truncation=False,
        )
        ids[side] = list(encoded["input_ids"])
        offsets += [(start + shift, end + shift) for start, end in encoded["offset_mapping"]]
    answers = [] if question.get("is_impossible") else question["answers"]
    gold = gold_tokens = None
    if answers:
        start = answers[0]["answer_start"]
        quote = answers[0]["text"]
        if context[start : start + len(quote)] != quote:
            raise SystemExit(f"{question['id']}: the answer does not stand at {start}.")
        gold = (start, start + len(quote))
        touched = [i for i, (a, b) in enumerate(offsets) if a < gold[1] and b > gold[0]]
        gold_tokens = (touched[0], touched[-1]) if touched else None
    windows = windows_of(template, ids[0], ids[1], config["max_length"], config["stride"])
    return {
        "id": question["id"],
        "windows": windows,
        "offsets": offsets,
        "gold": gold,
        "gold_tokens": gold_tokens,
    }


def gold_in(window, gold):
    """Rows of the answer in a window, or None where it is cut or not in it."""
    if gold is None:
        return None
    first, last = (place - window["token_offset"] for place in gold)
    if first < 0 or last >= len(window["rows"]):
        return None
    return window["rows"][first], window["rows"][last]


# ── batches


def batch_of(windows, golds, pad_id, device):
    length = max(len(window["ids"]) for window in windows)
    n = len(windows)
    ids = torch.full((n, length), pad_id, dtype=torch.long)
    types = torch.zeros((n, length), dtype=torch.long)
    mask = torch.zeros((n, length), dtype=torch.long)
    keep = torch.zeros((n, length), dtype=torch.bool)
    first = torch.zeros(n, dtype=torch.long)
    last = torch.zeros(n, dtype=torch.long)
    has = torch.zeros(n, dtype=torch.bool)
    for i, (window, gold) in enumerate(zip(windows, golds)):
        size = len(window["ids"])
        ids[i, :size] = torch.tensor(window["ids"])
        types[i, :size] = torch.tensor(window["types"])
        mask[i, :size] = 1
        keep[i, 0] = True
        keep[i, window["rows"]] = True
        if gold is not None:
            first[i], last[i], has[i] = gold[0], gold[1], True
    tensors = dict(ids=ids, types=types, mask=mask, keep=keep, first=first, last=last, has=has)
    return {name: tensor.to(device) for name, tensor in tensors.items()}


def run_model(model, batch, uses_types):
    inputs = {"input_ids": batch["ids"], "attention_mask": batch["mask"]}
    if uses_types:
        inputs["token_type_ids"] = batch["types"]
    out = model(**inputs)
    return out.start_logits, out.end_logits


def evaluate(model, texts, pad_id, device, config, uses_types):
    """Losses by window and measures by text, in tokens; windows merged. And the decoded texts."""
    model.eval()
    flat = [(t, w) for t, text in enumerate(texts) for w in range(len(text["windows"]))]
    flat.sort(key=lambda place: len(texts[place[0]]["windows"][place[1]]["ids"]))
    sums = {"loss": 0.0, "cross_entropy": 0.0, "soft_iou": 0.0}
    logits = [[None] * len(text["windows"]) for text in texts]
    with torch.no_grad():
        for at in range(0, len(flat), config["batch_size"]):
            some = flat[at : at + config["batch_size"]]
            windows = [texts[t]["windows"][w] for t, w in some]
            golds = [gold_in(texts[t]["windows"][w], texts[t]["gold_tokens"]) for t, w in some]
            batch = batch_of(windows, golds, pad_id, device)
            start, end = run_model(model, batch, uses_types)
            losses = spans.span_loss(
                start, end, batch["first"], batch["last"], batch["has"], batch["keep"], config["loss"]
            )
            for name in sums:
                sums[name] += float(losses[name].sum())
            start, end = start.float().cpu(), end.float().cpu()
            for i, (t, w) in enumerate(some):
                rows = [0] + texts[t]["windows"][w]["rows"]
                logits[t][w] = {
                    "start": start[i, rows],
                    "end": end[i, rows],
                    "token_offset": texts[t]["windows"][w]["token_offset"],
                }
    decoded = [spans.Scores(windows, config["max_span_tokens"]) for windows in logits]
    measures = {"exact_match": 0.0, "iou": 0.0, "f1": 0.0}
    for text, scores in zip(texts, decoded):
        found, _ = spans.decode(scores)
        predicted = found and (found[0], found[1] + 1)
        gold = text["gold_tokens"] and (text["gold_tokens"][0], text["gold_tokens"][1] + 1)
        measures["exact_match"] += spans.exact_match(predicted, gold)
        measures["iou"] += spans.iou(predicted, gold)
        measures["f1"] += spans.f1(predicted, gold)
    windows_n, texts_n = max(len(flat), 1), max(len(texts), 1)
    result = {name: value / windows_n for name, value in sums.items()}
    result.update({name: value / texts_n for name, value in measures.items()})
    return result, decoded


def in_code_points(text, found):
    if found is None:
        return None
    return text["offsets"][found[0]][0], text["offsets"][found[1]][1]


# ── the run


def main():
    config = read_json(HERE / "config.json")
    RUN.mkdir(exist_ok=True)
    seed = config["seed"]
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
    device = config.get("device") or (
        "cuda"
        if torch.cuda.is_available()
        else "mps"
        if torch.backends.mps.is_available()
        else "cpu"
    )
    print(f"device {device}, torch {torch.__version__}, base {config['base']}", flush=True)
    tokenizer = AutoTokenizer.from_pretrained(config["base"], use_fast=True)
    if not tokenizer.is_fast:
        raise SystemExit(f"{config['base']} has no fast tokenizer; offsets need one.")
    model = AutoModelForQuestionAnswering.from_pretrained(config["base"]).to(device)
    # RoBERTa counts places from 2: the tokenizer's limit is the smaller one.
    limit = min(
        config["max_length"],
        getattr(model.config, "max_position_embeddings", 10**9),
        tokenizer.model_max_length,
    )
    config["max_length"] = limit
    config["stride"] = min(config["stride"], limit // 4)
    template = Template(tokenizer)
    uses_types = "token_type_ids" in tokenizer.model_input_names
    pad_id = tokenizer.pad_token_id or 0
    data = {
        name: read_split(name, tokenizer, template, config)
        for name in ("train", "validation", "test")
    }
    for name, texts in data.items():
        answered = sum(text["gold"] is not None for text in texts)
        print(f"{name}: {len(texts)} texts, {answered} with a description", flush=True)
    if not data["train"] or not data["validation"]:
        raise SystemExit("There is nothing to train or to validate on.")

    examples = [
        (window, gold_in(window, text["gold_tokens"]))
        for text in data["train"]
        for window in text["windows"]
    ]
    steps = math.ceil(len(examples) / config["batch_size"]) * config["epochs"]
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=config["learning_rate"], weight_decay=config["weight_decay"]
    )
    schedule = get_linear_schedule_with_warmup(
        optimizer, int(config["warmup"] * steps), steps
    )
    best = {"epoch": 0, "value": -math.inf, "weights": None}
    history = []
    first_epoch = 1
    checkpoint = RUN / "checkpoint.pt"
    if checkpoint.exists():
        state = torch.load(checkpoint, map_location=device, weights_only=False)
        if state["config"] == config:
            model.load_state_dict(state["model"])
            optimizer.load_state_dict(state["optimizer"])
            schedule.load_state_dict(state["schedule"])
            best, history, first_epoch = state["best"], state["history"], state["epoch"] + 1
            print(f"going on after epoch {state['epoch']}", flush=True)
        else:
            print("config.json has changed: starting anew", flush=True)
    write_history(history)

    for epoch in range(first_epoch, config["epochs"] + 1):
        began = time.time()
        # Of the epoch alone, so that a run that goes on sees the same order.
        order = random.Random(f"{seed} {epoch}").sample(range(len(examples)), len(examples))
        torch.manual_seed(seed * 1000 + epoch)
        model.train()
        sums = {"loss": 0.0, "cross_entropy": 0.0, "soft_iou": 0.0}
        for at in range(0, len(order), config["batch_size"]):
            some = [examples[i] for i in order[at : at + config["batch_size"]]]
            batch = batch_of([w for w, _ in some], [g for _, g in some], pad_id, device)
            start, end = run_model(model, batch, uses_types)
            losses = spans.span_loss(
                start, end, batch["first"], batch["last"], batch["has"], batch["keep"], config["loss"]
            )
            loss = losses["loss"].mean()
            if not torch.isfinite(loss):
                raise SystemExit("The loss is no longer a number: take a smaller learning rate.")
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
            for name in sums:
                sums[name] += float(losses[name].detach().sum())
            if (at // config["batch_size"]) % 20 == 0:
                print(f"epoch {epoch}: {at + len(some)} of {len(order)} windows", flush=True)
        checked, _ = evaluate(model, data["validation"], pad_id, device, config, uses_types)
        n = len(examples)
        record = {
            "epoch": epoch,
            "trainLoss": sums["loss"] / n,
            "trainCrossEntropy": sums["cross_entropy"] / n,
            "trainSoftIou": sums["soft_iou"] / n,
            "validationLoss": checked["loss"],
            "validationCrossEntropy": checked["cross_entropy"],
            "validationSoftIou": checked["soft_iou"],
            "exactMatch": checked["exact_match"],
            "iou": checked["iou"],
            "f1": checked["f1"],
            "seconds": time.time() - began,
        }
        history.append(record)
        print(
            f"epoch {epoch}: loss {record['trainLoss']:.4f}, validation {record['validationLoss']:.4f},"
            f" exact match {record['exactMatch']:.3f}, IoU {record['iou']:.3f}",
            flush=True,
        )
        if record["iou"] > best["value"]:
            weights = {name: value.detach().cpu().clone() for name, value in model.state_dict().items()}
            best = {"epoch": epoch, "value": record["iou"], "weights": weights}
        state = {
            "config": config,
            "epoch": epoch,
            "model": model.state_dict(),
            "optimizer": optimizer.state_dict(),
            "schedule": schedule.state_dict(),
            "best": best,
            "history": history,
        }
        torch.save(state, checkpoint.with_suffix(".part"))
        os.replace(checkpoint.with_suffix(".part"), checkpoint)
        write_history(history)

    model.load_state_dict(best["weights"])
    finish(model, tokenizer, data, history, best["epoch"], pad_id, device, config, uses_types)


def write_history(history):
    write_whole(RUN / "metrics.jsonl", "".join(json.dumps(record) + "\n" for record in history))


def finish(model, tokenizer, data, history, best_epoch, pad_id, device, config, uses_types):
    _, decoded = evaluate(model, data["validation"], pad_id, device, config, uses_types)
    cases = [(scores, text["gold_tokens"]) for scores, text in zip(decoded, data["validation"])]
    temperature = spans.fit_temperature(cases)
    confidences, correct = [], []
    for scores, gold in cases:
        found, confidence = spans.decode(scores, temperature)
        confidences.append(confidence)
        correct.append(float(found == gold))
    error = spans.calibration_error(confidences, correct)

    measures = {"n": 0, "exactMatch": 0.0, "iou": 0.0, "f1": 0.0}
    if data["test"]:
        _, decoded = evaluate(model, data["test"], pad_id, device, config, uses_types)
        for text, scores in zip(data["test"], decoded):
            if text["gold"] is None:
                continue
            predicted = in_code_points(text, spans.decode(scores, temperature)[0])
            measures["n"] += 1
            measures["exactMatch"] += spans.exact_match(predicted, text["gold"])
            measures["iou"] += spans.iou(predicted, text["gold"])
            measures["f1"] += spans.f1(predicted, text["gold"])
        for name in ("exactMatch", "iou", "f1"):
            measures[name] /= max(measures["n"], 1)
    result = {
        "bestEpoch": best_epoch,
        "temperature": temperature,
        "calibrationError": error,
        "test": measures,
        "torch": torch.__version__,
        "device": str(device),
    }
    write_model(model.cpu().eval(), tokenizer, history, result, config, uses_types)
    # Last: whoever follows the run takes the model when this is there.
    write_whole(RUN / "result.json", json.dumps(result, indent=2) + "\n")
    print(f"test: {json.dumps(measures)}", flush=True)


class Logits(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, input_ids, attention_mask, token_type_ids=None):
        inputs = {"input_ids": input_ids, "attention_mask": attention_mask}
        if token_type_ids is not None:
            inputs["token_type_ids"] = token_type_ids
        out = self.model(**inputs)
        return out.start_logits, out.end_logits


def write_model(model, tokenizer, history, result, config, uses_types):
    folder = HERE / "model.part"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    tokenizer.save_pretrained(folder)
    model.config.save_pretrained(folder)
    sample = tokenizer(["a picture of a cat", "one"], ["two", "three four"], return_tensors="pt", padding=True)
    names = ["input_ids", "attention_mask"] + (["token_type_ids"] if uses_types else [])
    inputs = tuple(sample[name] for name in names)
    batch, length = torch.export.Dim("batch"), torch.export.Dim("length")
    torch.onnx.export(
        Logits(model).eval(),
        inputs,
        str(folder / "model.onnx"),
        input_names=names,
        output_names=["start_logits", "end_logits"],
        dynamic_shapes=tuple({0: batch, 1: length} for _ in names),
        opset_version=18,
        dynamo=True,
        external_data=False,
        verbose=False,
    )
    difference = check_onnx(model, folder / "model.onnx", tokenizer, names)
    print(f"ONNX differs from torch by at most {difference:.2g}", flush=True)
    manifest = {
        "format": 1,
        "kind": "span",
        "id": config["name"],
        "name": config["title"],
        "description": config["description"],
        "license": config.get("license"),
        "demonstration": False,
        "graph": {
            "file": "model.onnx",
            "ids": "input_ids",
            "mask": "attention_mask",
            "types": "token_type_ids" if uses_types else None,
            "start": "start_logits",
            "end": "end_logits",
        },
        "dim": model.config.hidden_size,
        "text": {
            "tokenizer": "tokenizer.json",
            "maxLength": config["max_length"],
            "stride": config["stride"],
            "padId": tokenizer.pad_token_id or 0,
            "breaks": "none",
        },
        "decode": {
            "maxSpanTokens": config["max_span_tokens"],
            "temperature": result["temperature"],
            "nullThreshold": 0,
        },
    }
    write_whole(folder / "gleaner.json", json.dumps(manifest, indent=2) + "\n")
    write_whole(folder / "history.json", json.dumps(history, indent=2) + "\n")
    card = [
        f"# {config['title']}",
        "",
        config["description"],
        "",
        f"Fine-tuned from `{config['base']}`, seed {config['seed']}, best epoch {result['bestEpoch']} of {len(history)},"
        f" torch {result['torch']} on {result['device']}.",
        "",
        f"Test split, {result['test']['n']} texts with a description, in code points:"
        f" exact match {result['test']['exactMatch']:.4f}, IoU {result['test']['iou']:.4f},"
        f" F1 {result['test']['f1']:.4f}.",
        "",
        "| baseline | n | exact match | IoU | F1 |",
        "| --- | --- | --- | --- | --- |",
    ]
    for row in config["baselines"]:
        card.append(
            f"| {row['name']} | {row['n']} | {row['exactMatch']:.4f} | {row['iou']:.4f} | {row['f1']:.4f} |"
        )
    write_whole(folder / "MODEL_CARD.md", "\n".join(card) + "\n")
    target = HERE / "model"
    shutil.rmtree(target, ignore_errors=True)
    os.replace(folder, target)


def check_onnx(model, path, tokenizer, names):
    """Largest difference of a logit between the file and the model it was made of."""
    import onnxruntime

    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    sample = tokenizer(
        ["The red kite hangs by the door.", ""],
        ["A kite.", "Two green hills before a lake, and a boat that nobody owns."],
        return_tensors="pt",
        padding=True,
    )
    with torch.no_grad():
        expected = Logits(model)(*(sample[name] for name in names))
    got = session.run(None, {name: sample[name].numpy() for name in names})
    difference = max(float(np.abs(g - e.numpy()).max()) for g, e in zip(got, expected))
    if not difference < 1e-3:
        raise SystemExit(f"The ONNX file differs from the model by {difference}.")
    return difference


if __name__ == "__main__":
    sys.exit(main())
