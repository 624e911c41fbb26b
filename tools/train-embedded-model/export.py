"""Writes the trained model as Gleaner reads it.

    python export.py OUT MODEL_FOLDER

image.onnx and text.onnx keep their weights as fp16 and compute in fp32 (a Cast after each, which
onnxruntime folds when it opens the graph): half the size, the same result on every machine.
"""

import base64
import io
import json
import os
import shutil
import sys

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from PIL import Image, ImageDraw
from PIL import __version__ as pillow_version
from tokenizers import Tokenizer
from torch.nn.utils.fusion import fuse_conv_bn_eval

from data import encode
from model import CONTEXT, MEAN, PAD, SIDE, STD, DualEncoder


def half(path):
    """Stores large weights as fp16, with a Cast before use."""
    graph = onnx.load(path)
    kept, casts = [], []
    for weight in graph.graph.initializer:
        if weight.data_type != TensorProto.FLOAT or np.prod(weight.dims) < 256:
            kept.append(weight)
            continue
        values = numpy_helper.to_array(weight)
        small = numpy_helper.from_array(values.astype(np.float16), f"{weight.name}.fp16")
        kept.append(small)
        casts.append(helper.make_node("Cast", [small.name], [weight.name], to=TensorProto.FLOAT))
    del graph.graph.initializer[:]
    graph.graph.initializer.extend(kept)
    nodes = casts + list(graph.graph.node)
    del graph.graph.node[:]
    graph.graph.node.extend(nodes)
    del graph.graph.value_info[:]
    graph.doc_string = ""
    for node in graph.graph.node:
        node.doc_string = ""
        del node.metadata_props[:]
    del graph.metadata_props[:]
    onnx.checker.check_model(graph)
    onnx.save(graph, path)


def fold(module):
    """BatchNorm into the convolution before it, so that what is rounded is what is shipped."""
    for child in module.modules():
        if not isinstance(child, torch.nn.Sequential):
            continue
        for i in range(len(child) - 1):
            if isinstance(child[i], torch.nn.Conv2d) and isinstance(child[i + 1], torch.nn.BatchNorm2d):
                child[i] = fuse_conv_bn_eval(child[i], child[i + 1])
                child[i + 1] = torch.nn.Identity()


def export(module, example, name, output, dynamic, path):
    torch.onnx.export(
        module,
        (example,),
        path,
        input_names=[name],
        output_names=[output],
        dynamic_shapes=(dynamic,),
        dynamo=True,
        external_data=False,
        verbose=False,
    )
    half(path)


def test_pictures():
    """Small PNG files for reference.json, drawn here, of several shapes."""
    for i, (size, ground) in enumerate([((64, 64), "#ffffff"), ((96, 48), "#a9d8f2"), ((31, 77), "#7db867"), ((200, 150), "#26305a")]):
        picture = Image.new("RGB", size, ground)
        draw = ImageDraw.Draw(picture)
        w, h = size
        colour = ("#d93a3a", "#f5c93a", "#3b78cf", "#ffffff")[i]
        draw.ellipse([w * 0.2, h * 0.2, w * 0.8, h * 0.8], fill=colour)
        draw.rectangle([0, h * 0.9, w, h], fill="#946138")
        file = io.BytesIO()
        picture.save(file, "PNG", optimize=True)
        yield file.getvalue(), picture


TEXTS = [
    "A red ball",
    "two yellow birds above a blue house on a meadow",
    "A green frog to the left of a red mushroom.",
    "grinning face, smile, happy",
    "Café “Löwe”: three cats & a dog 🐱🐱🐱🐶",
    "",
    " ".join(["a very long sentence about a small brown snail"] * 12),
]


def main():
    out, folder = sys.argv[1:3]
    os.makedirs(folder, exist_ok=True)
    tokenizer = Tokenizer.from_file(f"{out}/tokenizer.json")
    model = DualEncoder(tokenizer.get_vocab_size())
    saved = torch.load(f"{out}/checkpoint.pt", weights_only=True)
    model.load_state_dict(saved["model"])
    model.eval()
    fold(model.picture)
    # Rounded here: PyTorch's reference vectors then come from the very weights that are shipped.
    with torch.no_grad():
        for p in model.parameters():
            if p.numel() >= 256:
                p.copy_(p.half().float())
    batch = torch.export.Dim("batch", min=1, max=4096)
    length = torch.export.Dim("length", min=2, max=CONTEXT)
    export(model.picture, torch.randn(2, 3, SIDE, SIDE), "pixel_values", "image_embeds", {0: batch}, f"{folder}/image.onnx")
    export(model.text, torch.randint(4, 100, (2, 7)), "input_ids", "text_embeds", {0: batch, 1: length}, f"{folder}/text.onnx")
    shutil.copy(f"{out}/tokenizer.json", f"{folder}/tokenizer.json")

    images, texts = [], []
    unit = torch.nn.functional.normalize
    with torch.inference_mode():
        for png, picture in test_pictures():
            array = np.asarray(picture.resize((SIDE, SIDE), Image.Resampling.BICUBIC), dtype=np.float32)
            mean, std = np.float32(MEAN), np.float32(STD)
            pixels = torch.from_numpy(((array / 255 - mean) / std).transpose(2, 0, 1)[None].copy())
            vector = unit(model.picture(pixels), dim=-1)[0]
            images.append({"png": base64.b64encode(png).decode(), "embedding": [round(v, 7) for v in vector.tolist()]})
        for text in TEXTS:
            ids = encode(tokenizer, [text])
            vector = unit(model.text(ids), dim=-1)[0]
            texts.append({"text": text, "ids": ids[0].tolist(), "embedding": [round(v, 7) for v in vector.tolist()]})
    import tokenizers

    reference = {
        "madeBy": {"torch": torch.__version__, "pillow": pillow_version, "tokenizers": tokenizers.__version__},
        "bound": 0.0001,
        "images": images,
        "texts": texts,
    }
    with open(f"{folder}/reference.json", "w", encoding="utf-8") as f:
        json.dump(reference, f, ensure_ascii=False)

    preprocessor = {
        "do_resize": True,
        "size": {"height": SIDE, "width": SIDE},
        "resample": 3,
        "do_center_crop": False,
        "do_rescale": True,
        "rescale_factor": 1 / 255,
        "do_normalize": True,
        "image_mean": MEAN,
        "image_std": STD,
        "do_convert_rgb": True,
    }
    with open(f"{folder}/preprocessor_config.json", "w", encoding="utf-8") as f:
        json.dump(preprocessor, f, indent=2)
    with open(f"{out}/scale.json", "w", encoding="utf-8") as f:
        json.dump({"scale": float(model.log_scale.detach().exp().clamp(max=100)), "pad": PAD, "step": saved["step"]}, f)
    total = 0
    for name in ("image.onnx", "text.onnx", "tokenizer.json"):
        size = os.path.getsize(f"{folder}/{name}")
        total += size
        print(f"{name:16} {size / 1e6:.2f} MB")
    print(f"together         {total / 1e6:.2f} MB")


main()
