"""CLIP in the shapes of the published models with random weights from a seed and CLIP's real
tokenizer, as a model folder to measure with: speed, and what a device or a quantisation changes.

    make_clip_shapes.py vit-b-32 FOLDER MERGES
"""

import json
import sys
from pathlib import Path

import torch
from transformers import CLIPConfig, CLIPModel

from common import write_json
from make_tiny_models import ClipImage, ClipText, export, spread
from make_tokenizer_reference import tokenizer

SHAPES = {
    #            width, layers, heads, image, patch, text width, layers, heads, projection
    "vit-b-32": (768, 12, 12, 224, 32, 512, 12, 8, 512),
    "vit-b-16": (768, 12, 12, 224, 16, 512, 12, 8, 512),
    "vit-l-14": (1024, 24, 16, 224, 14, 768, 12, 12, 768),
    "vit-l-14-336": (1024, 24, 16, 336, 14, 768, 12, 12, 768),
}


def build(shape, seed=11):
    width, layers, heads, image, patch, text_width, text_layers, text_heads, projection = SHAPES[shape]
    torch.manual_seed(seed)
    config = CLIPConfig(
        text_config=dict(
            hidden_size=text_width, intermediate_size=4 * text_width, num_hidden_layers=text_layers,
            num_attention_heads=text_heads, vocab_size=49408, max_position_embeddings=77,
            projection_dim=projection, bos_token_id=49406, eos_token_id=49407, pad_token_id=49407,
            attn_implementation="eager",
        ),
        vision_config=dict(
            hidden_size=width, intermediate_size=4 * width, num_hidden_layers=layers,
            num_attention_heads=heads, image_size=image, patch_size=patch, projection_dim=projection,
            attn_implementation="eager",
        ),
        projection_dim=projection,
    )
    model = CLIPModel(config).eval()
    spread(model, seed, 0.8)
    return model, image


def main():
    shape, folder, merges = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
    model, size = build(shape)
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer(merges).backend_tokenizer.save(str(folder / "tokenizer.json"))
    write_json(folder / "preprocessor_config.json", dict(
        crop_size={"height": size, "width": size}, do_center_crop=True, do_normalize=True, do_resize=True,
        image_mean=[0.48145466, 0.4578275, 0.40821073], image_std=[0.26862954, 0.26130258, 0.27577711],
        resample=3, size={"shortest_edge": size},
    ))
    write_json(folder / "config.json", {
        "model_type": "clip", "projection_dim": model.config.projection_dim,
        "text_config": {"max_position_embeddings": 77, "eos_token_id": 49407, "pad_token_id": 49407},
    })
    ids = torch.full((3, 9), 49407)
    ids[:, 0] = 49406
    ids[:, 1:5] = torch.arange(320, 324)
    batch, length = torch.export.Dim("batch"), torch.export.Dim("length", min=2, max=77)
    export(ClipText(model), (ids,), ["input_ids"], ["text_embeds"], ({0: batch, 1: length},), folder / "onnx/text_model.onnx")
    pixels = torch.randn(3, 3, size, size)
    export(ClipImage(model), (pixels,), ["pixel_values"], ["image_embeds"], ({0: batch},), folder / "onnx/vision_model.onnx")
    print(json.dumps({"shape": shape, "parameters": sum(p.numel() for p in model.parameters())}))


if __name__ == "__main__":
    main()
