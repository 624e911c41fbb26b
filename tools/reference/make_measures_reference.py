"""Writes test/fixtures/evaluation/complexity.json: entropy and edges by scikit-image, diversity by numpy.

    python make_measures_reference.py ../../test/fixtures/inference/pictures ../../test/fixtures/evaluation
"""

import json
import os
import sys

import numpy as np
import skimage
from PIL import Image
from skimage.filters import sobel
from skimage.measure import shannon_entropy

PICTURES = (
    "alpha.png baseline.jpg bilevel.png cmyk.jpg exact-size.png grey.png landscape.png "
    "one-high.png one-pixel.png one-wide.png palette.png portrait.png progressive.jpg tall.png"
).split()
THRESHOLD = 0.1


def vendi(rows):
    rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    values = np.linalg.eigvalsh(rows @ rows.T / len(rows))
    values = values[values > 1e-15]
    return float(np.exp(-(values * np.log(values)).sum()))


def distance(rows):
    rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    n = len(rows)
    return float(np.mean([1 - rows[i] @ rows[j] for i in range(n) for j in range(n) if i != j]))


def main(pictures, out):
    found = []
    for name in PICTURES:
        image = Image.open(os.path.join(pictures, name))
        luma = np.asarray(image.convert("RGB").convert("L"))
        edges = sobel(luma / 255) > THRESHOLD
        found.append({"file": name, "entropy": float(shannon_entropy(luma, base=2)), "edgeDensity": float(edges.mean())})
    random = np.random.default_rng(11)
    sets = []
    for n, dim in ((5, 12), (30, 6), (1, 4)):
        rows = np.round(random.normal(size=(n, dim)) + 0.5, 3)
        sets.append({"dim": dim, "values": rows.ravel().tolist(), "vendi": vendi(rows), "meanDistance": distance(rows) if n > 1 else None})
    os.makedirs(out, exist_ok=True)
    made = {"scikit-image": skimage.__version__, "numpy": np.__version__}
    with open(os.path.join(out, "complexity.json"), "w", encoding="utf-8") as file:
        json.dump({"madeBy": made, "pictures": found, "sets": sets}, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
