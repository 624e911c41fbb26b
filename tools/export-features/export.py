"""Makes a folder of Gleaner's kind `image-features` out of published weights.

    python export.py inception CHECKPOINT OUT [--like clean-fid|pytorch-fid] [--id ID]
    python export.py dinov2 FOLDER OUT [--id ID]

CHECKPOINT is pytorch-fid's pt_inception-2015-12-05-6726825d.pth. FOLDER is a DINOv2 of the hub (config.json,
model.safetensors) as transformers reads it. The graph is compared with torch before anything is kept, and
reference.json holds the features of a few drawn pictures, by which `gleaner models verify` judges a machine.
"""

import argparse
import base64
import io
import json
import os
import shutil
import sys
import tempfile

import numpy as np
import onnxruntime
import torch
from PIL import Image

# |onnx - torch| / |torch| of a row of features.
BOUND = 1e-4


def pictures():
    """Small pictures with edges, ramps, noise and odd proportions, as PNG."""
    random = np.random.default_rng(7)
    y, x = np.mgrid[0:90, 0:130]
    ramp = np.stack([x * 255 // 130, y * 255 // 90, (x + y) % 256], -1)
    stripes = np.stack([((x >> 3) & 1) * 210 + 20, (x * 5) % 256, 255 - (y * 7 + x) % 256], -1)
    noise = random.integers(0, 256, (70, 40, 3))
    for values in (ramp, stripes, noise):
        file = io.BytesIO()
        Image.fromarray(values.astype(np.uint8)).save(file, "PNG")
        yield file.getvalue()


def clean(image, side):
    """clean-fid: each channel as floats, bicubic, cut to 0..255."""
    channels = [Image.fromarray(np.asarray(image)[..., c].astype(np.float32), "F").resize((side, side), Image.BICUBIC) for c in range(3)]
    return np.stack([np.asarray(c) for c in channels]).clip(0, 255)


def legacy_pytorch(image, side):
    """pytorch-fid: bilinear without antialiasing."""
    values = torch.from_numpy(np.asarray(image).astype(np.float32)).permute(2, 0, 1)[None]
    sized = torch.nn.functional.interpolate(values, (side, side), mode="bilinear", align_corners=False)
    return sized[0].clip(0, 255).numpy()


def shorter_side(image, edge, side):
    """Pillow on bytes: the shorter side to `edge`, then the centre, as transformers cuts it."""
    w, h = image.size
    size = (edge, int(edge * h / w)) if w <= h else (int(edge * w / h), edge)
    image = image.resize(size, Image.BICUBIC)
    left, top = (size[0] - side) // 2, (size[1] - side) // 2
    return np.asarray(image.crop((left, top, left + side, top + side))).transpose(2, 0, 1).astype(np.float32)


def prepare(png, recipe):
    image = Image.open(io.BytesIO(png)).convert("RGB")
    resize = recipe["resize"]
    if resize["mode"] == "clean":
        values = clean(image, recipe["width"])
    elif resize["mode"] == "legacy_pytorch":
        values = legacy_pytorch(image, recipe["width"])
    else:
        values = shorter_side(image, resize["shortestEdge"], recipe["width"])
    mean, std = (np.array(recipe[name], np.float32)[:, None, None] for name in ("mean", "std"))
    return ((values * np.float32(recipe["rescale"]) - mean) / std).astype(np.float32)


def inception(args):
    import inception as network

    # Both bring 0..255 to about -1..1: clean-fid as the TensorFlow graph did, pytorch-fid by the whole range.
    scales = {"clean-fid": (1 / 128, 1.0, 1.0), "pytorch-fid": (1 / 255, 0.5, 0.5)}
    modes = {"clean-fid": "clean", "pytorch-fid": "legacy_pytorch"}
    rescale, mean, std = scales[args.like]
    mode = modes[args.like]
    about = {
        "id": args.id or f"inception-v3-{mode.replace('_', '-')}",
        "name": f"Inception v3 ({mode})",
        "description": f"Inception v3 of 2015, prepared as {args.like} does: the features of FID.",
        "license": "Apache-2.0",
        "measure": f"FID (Inception v3, {mode})",
        "dim": network.Inception.dim,
    }
    side = network.Inception.side
    recipe = {"width": side, "height": side, "resize": {"mode": mode}, "rescale": rescale, "mean": [mean] * 3, "std": [std] * 3}
    return network.load(args.source), about, recipe


class ClassToken(torch.nn.Module):
    """The normalised class token of a DINOv2."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, pixels):
        return self.model(pixel_values=pixels).last_hidden_state[:, 0]


def dinov2(args):
    from transformers import Dinov2Model

    model = Dinov2Model.from_pretrained(args.source, attn_implementation="eager")
    name = f"DINOv2, {model.config.hidden_size} numbers"
    about = {
        "id": args.id or f"dinov2-{model.config.hidden_size}",
        "name": name,
        "description": "DINOv2's class token at 224 pixels: the features of FD-DINOv2.",
        "license": "Apache-2.0",
        "measure": f"FD-DINOv2 ({model.config.hidden_size} numbers)",
        "dim": model.config.hidden_size,
    }
    recipe = {
        "width": 224,
        "height": 224,
        "resize": {"mode": "shortest-edge", "shortestEdge": 256, "filter": "bicubic"},
        "crop": "transformers",
        "rescale": 1 / 255,
        "mean": [0.485, 0.456, 0.406],
        "std": [0.229, 0.224, 0.225],
    }
    return ClassToken(model).eval(), about, recipe


def export(network, recipe, path):
    """Writes the graph and says how far it is from torch on drawn pictures."""
    files = list(pictures())
    pixels = torch.from_numpy(np.stack([prepare(png, recipe) for png in files]))
    torch.onnx.export(
        network,
        (pixels,),
        path,
        input_names=["pixels"],
        output_names=["features"],
        dynamic_axes={"pixels": {0: "batch"}, "features": {0: "batch"}},
        opset_version=17,
        dynamo=False,
    )
    with torch.no_grad():
        wanted = network(pixels).numpy()
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    for count in (len(files), 1):
        given = session.run(["features"], {"pixels": pixels[:count].numpy()})[0]
        off = np.linalg.norm(given - wanted[:count], axis=1) / np.linalg.norm(wanted[:count], axis=1)
        if not (off < BOUND).all():
            raise SystemExit(f"the graph is off by {off.max():.2e} from torch, {BOUND} is allowed; nothing was kept")
    apart = np.linalg.norm(wanted[0] - wanted[1]) / np.linalg.norm(wanted[0])
    if not apart > BOUND:
        raise SystemExit("the network gives the same features for different pictures; nothing was kept")
    print(f"onnx against torch: {off.max():.1e}; two pictures are {apart:.2f} apart")
    return [{"png": base64.b64encode(png).decode(), "features": row.tolist()} for png, row in zip(files, wanted)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("network", choices=["inception", "dinov2"])
    parser.add_argument("source")
    parser.add_argument("out")
    parser.add_argument("--like", choices=["clean-fid", "pytorch-fid"], default="clean-fid")
    parser.add_argument("--id")
    args = parser.parse_args()
    if os.path.exists(args.out):
        raise SystemExit(f"{args.out} exists already")
    network, about, recipe = {"inception": inception, "dinov2": dinov2}[args.network](args)
    parent = os.path.dirname(os.path.abspath(args.out))
    os.makedirs(parent, exist_ok=True)
    draft = tempfile.mkdtemp(dir=parent)
    try:
        images = export(network, recipe, os.path.join(draft, "model.onnx"))
        write(draft, about, recipe, images)
        os.chmod(draft, 0o755)
        os.rename(draft, args.out)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


def write(folder, about, recipe, images):
    """gleaner.json and reference.json."""
    graph = {"file": "model.onnx", "pixels": "pixels", "features": "features"}
    manifest = {"format": 1, "kind": "image-features", **about, "graph": graph, "image": recipe}
    made = {"torch": torch.__version__.split("+")[0], "pillow": Image.__version__}
    reference = {"madeBy": made, "bound": 1e-3, "images": images}
    for name, value in (("gleaner.json", manifest), ("reference.json", reference)):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            json.dump(value, file, indent=2 if name == "gleaner.json" else None, ensure_ascii=False)
            file.write("\n")


if __name__ == "__main__":
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    main()
