"""The random weights of test/fidelity/weights.ts in numpy, and transformers' models filled with them."""

import json
import re
from pathlib import Path

import numpy as np

SHAPES = json.loads(Path(__file__).with_name("shapes.json").read_text())
DEVIATION = 37837.227


def hash_of(text):
    value = 0x811C9DC5
    for byte in text.encode():
        value = ((value ^ byte) * 0x01000193) & 0xFFFFFFFF
    return value


def mix(x):
    x = np.asarray(x, dtype=np.uint32)
    x = (x ^ (x >> np.uint32(16))) * np.uint32(0x7FEB352D)
    x = (x ^ (x >> np.uint32(15))) * np.uint32(0x846CA68B)
    return x ^ (x >> np.uint32(16))


def spread_of(name, dims):
    if re.search(r"norm\d?\.weight$|layrnorm\.weight$", name):
        return 0.1, 1
    if name.endswith("bias"):
        return 0.1, 0
    if re.search("token_embedding|class_embedding|probe", name):
        return 1, 0
    if "position_embedding" in name:
        return 0.3, 0
    return 1 / np.sqrt(np.prod(dims[1:])), 0


def weight_values(seed, name, dims):
    std, mean = spread_of(name, dims)
    scale = np.float32(std / DEVIATION)
    n = int(np.prod(dims))
    with np.errstate(over="ignore"):
        start = np.uint32(hash_of(name)) ^ mix(np.array([seed]))[0]
        out = np.empty(n, dtype=np.float32)
        for at in range(0, n, 1 << 22):
            i = np.arange(at, min(n, at + (1 << 22)), dtype=np.uint32)
            a, b = mix(start + np.uint32(2) * i), mix(start + np.uint32(2) * i + np.uint32(1))
            total = sum((x & np.uint32(0xFFFF)).astype(np.int32) + (x >> np.uint32(16)).astype(np.int32) for x in (a, b))
            out[at : at + len(i)] = (total - 131070).astype(np.float32) * scale + np.float32(mean)
    return out.reshape(dims)


def build(shape):
    """CLIPModel or SiglipModel of transformers in a shape of shapes.json, filled."""
    import torch
    from transformers import CLIPConfig, CLIPModel, SiglipConfig, SiglipModel

    tower = lambda t: dict(
        hidden_size=t["width"], intermediate_size=t["hidden"], num_hidden_layers=t["layers"],
        num_attention_heads=t["heads"], attn_implementation="eager",
    )
    vision = tower(shape["vision"]) | dict(image_size=shape["imageSize"], patch_size=shape["patch"])
    text = tower(shape["text"]) | dict(
        vocab_size=shape["vocabulary"], max_position_embeddings=shape["context"],
        eos_token_id=shape["endId"], pad_token_id=shape["padId"],
    )
    with torch.device("meta"):
        if shape["family"] == "clip":
            config = CLIPConfig(
                text_config=text | dict(projection_dim=shape["dim"], bos_token_id=shape["endId"] - 1),
                vision_config=vision | dict(projection_dim=shape["dim"]),
                projection_dim=shape["dim"], attn_implementation="eager",
            )
            model = CLIPModel(config)
        else:
            config = SiglipConfig(text_config=text | dict(projection_size=shape["dim"]), vision_config=vision, attn_implementation="eager")
            model = SiglipModel(config)
    model = model.to_empty(device="cpu").eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name not in ("logit_scale", "logit_bias"):
                parameter.copy_(torch.from_numpy(weight_values(shape["seed"], name, list(parameter.shape))))
        for name, buffer in model.named_buffers():
            assert name.endswith("position_ids"), name
            buffer.copy_(torch.arange(buffer.shape[-1])[None])
    return model
