"""Pillow's resize on generated pixels: sizes in, sizes out, SHA-256 of the bytes that come out.
With CLIP.png as an argument also what transformers' CLIP image processor (the Pillow one) makes of
it."""

import hashlib
import sys

import numpy as np
from PIL import Image

from common import FIXTURES, Numbers, versions, write_json

FILTERS = {
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
}
SIZES = [
    # width, height -> width, height
    (500, 334, 335, 224),
    (334, 500, 224, 335),
    (224, 224, 224, 224),
    (1, 300, 224, 67200 // 224),
    (300, 1, 300, 224),
    (1, 1, 32, 32),
    (2, 3, 64, 96),
    (31, 33, 32, 34),
    (640, 480, 32, 24),
    (97, 1013, 224, 2339),
    (800, 90, 40, 32),
    (257, 129, 224, 224),
    (33, 32, 384, 384),
]


def pixels(width, height, seed):
    numbers = Numbers(seed)
    out = np.empty(width * height * 3, dtype=np.uint8)
    for i in range(out.size):
        # Runs of black and white among noise: overshoot must be clipped the same way.
        r = numbers.next()
        out[i] = (0, 255)[r & 1] if r & 0x40 else (r >> 8) & 0xFF
    return out.reshape(height, width, 3)


def main():
    cases = []
    for index, (width, height, to_width, to_height) in enumerate(SIZES):
        image = Image.fromarray(pixels(width, height, index + 1), "RGB")
        for name, resample in FILTERS.items():
            out = image.resize((to_width, to_height), resample)
            cases.append(
                {
                    "from": [width, height],
                    "to": [to_width, to_height],
                    "seed": index + 1,
                    "filter": name,
                    "sha256": hashlib.sha256(out.tobytes()).hexdigest(),
                }
            )
    value = {"madeBy": versions("pillow", "numpy", "transformers"), "cases": cases}
    if len(sys.argv) > 1:
        from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

        image = Image.open(sys.argv[1])
        out = CLIPImageProcessorPil()(image, return_tensors="np")["pixel_values"][0]
        assert out.shape == (3, 224, 224) and out.dtype == np.float32, (out.shape, out.dtype)
        value["clipPng"] = hashlib.sha256(np.ascontiguousarray(out).tobytes()).hexdigest()
    write_json(FIXTURES / "inference" / "resize.json", value, indent=1)
    print(len(cases), "cases")


if __name__ == "__main__":
    main()
