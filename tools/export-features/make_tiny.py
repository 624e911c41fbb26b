"""Makes test/fixtures/models/tiny-features: a network of two convolutions with random weights.

    python make_tiny.py ../../test/fixtures/models/tiny-features
"""

import os
import sys

import torch
from torch import nn

import export


def main(out):
    torch.manual_seed(5)
    network = nn.Sequential(
        nn.Conv2d(3, 6, 3, stride=2), nn.ReLU(), nn.Conv2d(6, 12, 3, stride=2), nn.Tanh(), nn.AdaptiveAvgPool2d(1), nn.Flatten()
    ).eval()
    recipe = {"width": 24, "height": 24, "resize": {"mode": "clean"}, "rescale": 1 / 128, "mean": [1.0] * 3, "std": [1.0] * 3}
    about = {
        "id": "tiny-features",
        "name": "Tiny features",
        "description": "Random weights, for tests.",
        "license": "Apache-2.0",
        "demonstration": True,
        "measure": "FD (tiny random network)",
        "dim": 12,
    }
    os.makedirs(out)
    export.write(out, about, recipe, export.export(network, recipe, os.path.join(out, "model.onnx")))


if __name__ == "__main__":
    main(sys.argv[1])
