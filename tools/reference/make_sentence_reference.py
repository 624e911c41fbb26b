"""Unit rows of sentences, by onnxruntime, tokenizers and numpy alone (float64 sums over the tokens
that the mask covers, special ones included): test/fixtures/inference/sentences.json.

    python make_sentence_reference.py
"""

import numpy as np
import onnxruntime
from common import FIXTURES, ROOT, versions, write_json
from tokenizers import Tokenizer

TEXTS = [
    "a red bicycle leans against a wall",
    "A cat sleeping on a sofa.",
    "",
    "the",
    "two dogs, a beach, sunny, 35mm photo, highly detailed " * 12,
    "naïve résumé in Zürich",
    "[SEP] is no place of a picture",
    "日本 unknown ⟂ token",
]
DEMO = ROOT / "resources" / "models" / "gleaner-demo-encoder"
CASES = [
    (FIXTURES / "models" / "tiny-bert", "onnx/model.onnx", "mean", 24),
    (FIXTURES / "models" / "tiny-bert", "onnx/model.onnx", "cls", 24),
    (DEMO, "model.onnx", "mean", 256),
]


def rows_of(folder, graph, mode, length):
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(length)
    session = onnxruntime.InferenceSession(str(folder / graph), providers=["CPUExecutionProvider"])
    names = [one.name for one in session.get_inputs()]
    ids, rows = [], []
    for text in TEXTS:
        encoded = tokenizer.encode(text)
        feeds = {
            "input_ids": encoded.ids,
            "attention_mask": encoded.attention_mask,
            "token_type_ids": encoded.type_ids,
        }
        kinds = {one.name: np.int64 if "int64" in one.type else np.int32 for one in session.get_inputs()}
        states = session.run(None, {n: np.array([feeds[n]], kinds[n]) for n in names})[0][0]
        states = states.astype(np.float64)
        row = states.mean(0) if mode == "mean" else states[0]
        ids.append(encoded.ids)
        rows.append((row / np.linalg.norm(row)).tolist())
    return ids, rows


cases = []
for folder, graph, mode, length in CASES:
    ids, rows = rows_of(folder, graph, mode, length)
    rows = [[round(value, 9) for value in row] for row in rows]
    cases.append(
        {"model": folder.name, "mode": mode, "maxLength": length, "texts": TEXTS, "ids": ids, "rows": rows}
    )
write_json(
    FIXTURES / "inference" / "sentences.json",
    {"madeBy": versions("numpy", "onnxruntime", "tokenizers"), "cases": cases},
)
