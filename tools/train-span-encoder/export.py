"""Writes the trained encoder as Gleaner reads it.

    python export.py OUT MODEL_FOLDER

model.onnx keeps its matrices as int8, one scale a row, and computes in fp32 (a Cast and a Mul after
each, which onnxruntime folds when it opens the graph): a quarter of the size, the same result on
every machine.
"""

import base64
import json
import os
import shutil
import sys

import numpy as np
import onnx
import tokenizers
import torch
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer

from model import Encoder, averaged
from pages import CLS, MOST, PAD, SEP

MAX_LENGTH = 512
assert MOST <= MAX_LENGTH

# Text before the picture and after it, in blocks; None = one text alone.
TEXTS = [
    (["A walk along the river", "It rained until noon."], ["A brown owl on a branch", "Then the sun came out."]),
    ([], ["Two yellow boats at sea.", "No. 4"]),
    (["Here is a map of the old town."], []),
    (["Café “Löwe”: three cats & a dog 🐱🐱🐱🐶"], ["naïve ЯБЛОКО 雪だるま"]),
    (["A single text, which does not say where its picture stands.", "It has two blocks."], None),
    (["a very long sentence about a small brown snail " * 20], ["and its house " * 40]),
]


def rounded(matrix):
    """int8 rows and their scales."""
    scale = np.maximum(np.abs(matrix).max(1, keepdims=True), 1e-8) / 127
    return np.clip(np.rint(matrix / scale), -127, 127).astype(np.int8), scale.astype(np.float32)


def quantised(path):
    """Stores matrices as int8, with one scale for each word and for each output of a layer."""
    graph = onnx.load(path)
    # The exporter turns a layer's matrix over: its outputs are the columns.
    turned = {node.input[1] for node in graph.graph.node if node.op_type == "MatMul"}
    kept, nodes = [], []
    for weight in graph.graph.initializer:
        values = numpy_helper.to_array(weight)
        if weight.data_type != TensorProto.FLOAT or values.ndim != 2 or values.size < 4096:
            kept.append(weight)
            continue
        small, scale = rounded(values.T if weight.name in turned else values)
        if weight.name in turned:
            small, scale = small.T, scale.T
        kept.append(numpy_helper.from_array(np.ascontiguousarray(small), f"{weight.name}.int8"))
        kept.append(numpy_helper.from_array(np.ascontiguousarray(scale), f"{weight.name}.scale"))
        nodes.append(helper.make_node("Cast", [f"{weight.name}.int8"], [f"{weight.name}.cast"], to=TensorProto.FLOAT))
        nodes.append(helper.make_node("Mul", [f"{weight.name}.cast", f"{weight.name}.scale"], [weight.name]))
    nodes += list(graph.graph.node)
    del graph.graph.initializer[:]
    graph.graph.initializer.extend(kept)
    del graph.graph.node[:]
    graph.graph.node.extend(nodes)
    del graph.graph.value_info[:]
    graph.doc_string = ""
    for node in graph.graph.node:
        node.doc_string = ""
        del node.metadata_props[:]
    for value in (*graph.graph.input, *graph.graph.output, *graph.graph.initializer):
        value.doc_string = ""
        del value.metadata_props[:]
    del graph.metadata_props[:]
    del graph.graph.metadata_props[:]
    onnx.checker.check_model(graph)
    onnx.save(graph, path)


def written(tokenizer, before, after):
    """Ids and types as Gleaner writes them: [CLS] before [SEP] after [SEP], a padding token between blocks."""

    def blocks(texts):
        rows = [e.ids for e in tokenizer.encode_batch(texts, add_special_tokens=False)]
        return [i for k, row in enumerate(rows) for i in ([PAD] if k else []) + row]

    first, second = blocks(before), blocks(after or [])
    ids = [CLS] + ([PAD] + first if first else [])
    if after is None:
        ids += [PAD, SEP]
        return ids, [0] * len(ids)
    ids.append(SEP)
    types = [0] * len(ids)
    ids += (second + [PAD] if second else []) + [SEP]
    return ids, types + [1] * (len(ids) - len(types))


def main():
    out, folder = sys.argv[1:3]
    os.makedirs(folder, exist_ok=True)
    with open(f"{out}/settings.json", encoding="utf-8") as f:
        settings = json.load(f)
    tokenizer = Tokenizer.from_file(f"{out}/tokenizer.json")
    model = Encoder(tokenizer.get_vocab_size(), settings["width"], settings["heads"], settings["blocks"])
    model.load_state_dict({k.removeprefix("encoder."): v for k, v in averaged(out).items() if k.startswith("encoder.")})
    model.eval()
    # Rounded here: PyTorch's reference states then come from the very weights that are shipped.
    with torch.no_grad():
        for p in model.parameters():
            if p.ndim == 2 and p.numel() >= 4096:
                small, scale = rounded(p.numpy())
                p.copy_(torch.from_numpy(small.astype(np.float32) * scale))
    batch = torch.export.Dim("batch", min=1, max=4096)
    length = torch.export.Dim("length", min=2, max=MAX_LENGTH)
    example = (torch.randint(5, 100, (2, 7)), torch.ones(2, 7, dtype=torch.long), torch.zeros(2, 7, dtype=torch.long))
    shape = {0: batch, 1: length}
    path = f"{folder}/model.onnx"
    torch.onnx.export(
        model,
        example,
        path,
        input_names=["input_ids", "attention_mask", "token_type_ids"],
        output_names=["last_hidden_state"],
        dynamic_shapes=(shape, shape, shape),
        dynamo=True,
        external_data=False,
        verbose=False,
    )
    quantised(path)
    shutil.copy(f"{out}/tokenizer.json", f"{folder}/tokenizer.json")

    texts = []
    with torch.inference_mode():
        for before, after in TEXTS:
            ids, types = written(tokenizer, before, after)
            mask = [int(i != PAD) for i in ids]
            assert len(ids) <= MAX_LENGTH
            states = model(*(torch.tensor([row]) for row in (ids, mask, types)))[0].numpy().astype("<f4")
            rows = sorted({0, 1, len(ids) // 2, len(ids) - 1})
            texts.append({
                "before": "\n".join(before),
                "after": None if after is None else "\n".join(after),
                "ids": ids,
                "types": types,
                "rows": rows,
                "states": base64.b64encode(states[rows].tobytes()).decode(),
            })
    with open(f"{folder}/reference.json", "w", encoding="utf-8") as f:
        json.dump({
            "madeBy": {"torch": torch.__version__, "tokenizers": tokenizers.__version__},
            "layout": "[CLS] before [SEP] after [SEP], a padding token (mask 0) between blocks and at both ends; states: float32, little endian, base64, rows x dim of the rows named",
            "bound": 0.0001,
            "dim": settings["width"],
            "texts": texts,
        }, f, ensure_ascii=False)

    config = {
        "model_type": "gleaner-text-encoder",
        "hidden_size": settings["width"],
        "num_hidden_layers": settings["blocks"],
        "num_attention_heads": settings["heads"],
        "intermediate_size": 4 * settings["width"],
        "hidden_act": "gelu",
        "position_embedding_type": "rotary",
        "max_position_embeddings": MAX_LENGTH,
        "type_vocab_size": 2,
        "vocab_size": tokenizer.get_vocab_size(),
        "pad_token_id": PAD,
    }
    with open(f"{folder}/config.json", "w", encoding="utf-8") as f:
        json.dump(config, f, indent=2)
        f.write("\n")
    manifest = {
        "format": 1,
        "kind": "text-encoder",
        "id": "gleaner-demo-encoder",
        "name": "Gleaner demonstration encoder",
        "description": "A small text encoder of our own for English, to train span heads on. It shows how Gleaner works without a download; a large encoder reads better.",
        "license": "Apache-2.0",
        "demonstration": True,
        "graph": {"file": "model.onnx", "ids": "input_ids", "mask": "attention_mask", "types": "token_type_ids", "hidden": "last_hidden_state"},
        "dim": settings["width"],
        "text": {"tokenizer": "tokenizer.json", "maxLength": MAX_LENGTH, "padId": PAD, "breaks": "pad"},
    }
    with open(f"{folder}/gleaner.json", "w", encoding="utf-8") as f:
        json.dump(manifest, f, indent=2, ensure_ascii=False)
        f.write("\n")
    total = 0
    for name in ("model.onnx", "tokenizer.json"):
        size = os.path.getsize(f"{folder}/{name}")
        total += size
        print(f"{name:16} {size / 1e6:.2f} MB")
    print(f"together         {total / 1e6:.2f} MB")


main()
