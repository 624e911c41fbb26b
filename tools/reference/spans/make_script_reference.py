"""Values of resources/span-package/{spans,train}.py on random cases, for comparison with the program.

    python3 tools/reference/spans/make_script_reference.py

Writes test/fixtures/labeling/span-script.json. Needs what resources/span-package/requirements.txt
names. Run it again when a script changes: the test compares their hashes.
"""

import gzip
import hashlib
import json
import random
import sys
from pathlib import Path

import torch
from transformers import PreTrainedTokenizerFast

ROOT = Path(__file__).resolve().parents[3]
SCRIPTS = ROOT / "resources" / "span-package"
sys.path.insert(0, str(SCRIPTS))

import spans  # noqa: E402
import train  # noqa: E402

random.seed(20)


def logits(n):
    return [round(random.gauss(0, 3), 6) for _ in range(n)]


def loss_cases():
    cases = []
    for _ in range(60):
        n = random.randint(2, 24)
        gold = None
        if random.random() < 0.75:
            first = random.randint(1, n - 1)
            gold = [first, random.randint(first, n - 1)]
        start, end = logits(n), logits(n)
        weights = {
            "cross_entropy": random.choice([0, 0.5, 1]),
            "soft_iou": random.choice([0.25, 1, 2]),
            "smoothing": random.choice([0.5, 1]),
        }
        # Masked positions in front of and behind the tokens, as in a padded batch.
        pad = random.randint(0, 3)
        keep = torch.tensor([[True] * n + [False] * pad])
        wide = [torch.tensor([values + logits(pad)], dtype=torch.float64) for values in (start, end)]
        losses = spans.span_loss(
            wide[0],
            wide[1],
            torch.tensor([gold[0] if gold else 0]),
            torch.tensor([gold[1] if gold else 0]),
            torch.tensor([gold is not None]),
            keep,
            weights,
        )
        cases.append(
            {
                "start": start,
                "end": end,
                "gold": gold,
                "weights": weights,
                **{name: float(value[0]) for name, value in losses.items()},
            }
        )
    return cases


def decode_cases():
    cases = []
    for _ in range(40):
        windows, at = [], 0
        for _ in range(random.randint(1, 3)):
            n = random.randint(6, 14)
            windows.append({"start": logits(n), "end": logits(n), "token_offset": at})
            at += random.randint(2, n - 1)
        # No window may begin after the one before has ended.
        for one, two in zip(windows, windows[1:]):
            two["token_offset"] = min(
                two["token_offset"], one["token_offset"] + len(one["start"]) - 1
            )
        max_tokens = random.randint(1, 8)
        temperature = round(random.uniform(0.3, 3), 3)
        scores = spans.Scores(windows, max_tokens)
        found, confidence = spans.decode(scores, temperature)
        cases.append(
            {
                "windows": windows,
                "maxTokens": max_tokens,
                "temperature": temperature,
                "span": found,
                "confidence": confidence,
            }
        )
    return cases


def temperature_case():
    cases, out = [], []
    for _ in range(50):
        n = random.randint(6, 14)
        window = {"start": logits(n), "end": logits(n), "token_offset": 0}
        scores = spans.Scores([window], 5)
        gold = spans.decode(scores)[0] if random.random() < 0.6 else None
        cases.append((scores, gold))
        out.append({"windows": [window], "gold": gold})
    return {"maxTokens": 5, "cases": out, "temperature": spans.fit_temperature(cases)}


def measure_cases():
    def place():
        if random.random() < 0.2:
            return None
        start = random.randint(0, 20)
        return start, start + random.randint(1, 10)

    cases = []
    for _ in range(60):
        predicted, gold = place(), place()
        if random.random() < 0.2:
            predicted = gold
        cases.append(
            {
                "predicted": predicted,
                "gold": gold,
                "exactMatch": spans.exact_match(predicted, gold),
                "iou": spans.iou(predicted, gold),
                "f1": spans.f1(predicted, gold),
            }
        )
    confidences = [random.random() for _ in range(200)]
    correct = [float(random.random() < c) for c in confidences]
    return {
        "cases": cases,
        "confidences": confidences,
        "correct": correct,
        "calibrationError": spans.calibration_error(confidences, correct),
    }


WORDS = (
    "a red kite over two green hills we sat by the wall 😀 café naïve don't e\u0301tude "
    "东京 שלום عربي 3.5 [SEP] state-of-the-art unbelievable\u00a0thing \u200d x"
).split(" ")


def window_cases():
    path = ROOT / "test/fixtures/inference/tokenizers/bert-uncased.json.gz"
    tokenizer_json = json.loads(gzip.decompress(path.read_bytes()))
    content = tokenizer_json.get("tokenizer", tokenizer_json)
    file = Path("/tmp/script-reference-tokenizer.json")
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_file=str(file),
        model_input_names=["input_ids", "token_type_ids", "attention_mask"],
    )
    template = train.Template(tokenizer)

    def text(n):
        return " ".join(random.choice(WORDS) for _ in range(n))

    cases = []
    for _ in range(30):
        parts = {
            "before": text(random.randint(1, 60)) if random.random() < 0.8 else None,
            "caption": text(random.randint(1, 10)) if random.random() < 0.5 else None,
            "after": text(random.randint(1, 60)) if random.random() < 0.8 else None,
        }
        there = [part for part in parts.values() if part]
        if not there:
            continue
        context = "\n".join(there)
        picture = len(parts["before"] or "")
        max_length = random.choice([32, 48, 64, 256])
        stride = random.choice([0, 4, 8])
        made = train.make_text(
            context,
            {"id": "x", "meta": {"picture_offset": picture}, "is_impossible": True},
            tokenizer,
            template,
            {"max_length": max_length, "stride": stride},
        )
        cases.append(
            {
                **parts,
                "maxLength": max_length,
                "stride": stride,
                "offsets": made["offsets"],
                "windows": [
                    {
                        "ids": window["ids"],
                        "types": window["types"],
                        "rows": window["rows"],
                        "tokenOffset": window["token_offset"],
                    }
                    for window in made["windows"]
                ],
            }
        )
    return cases


def main():
    reference = {
        "scripts": {
            name: hashlib.sha256((SCRIPTS / name).read_bytes()).hexdigest()
            for name in ("spans.py", "train.py")
        },
        "torch": torch.__version__,
        "losses": loss_cases(),
        "decoding": decode_cases(),
        "temperature": temperature_case(),
        "measures": measure_cases(),
        "windows": window_cases(),
    }
    path = ROOT / "test/fixtures/labeling/span-script.json"
    path.write_text(json.dumps(reference, separators=(",", ":")) + "\n", encoding="utf-8")
    print(path, path.stat().st_size)


if __name__ == "__main__":
    main()
