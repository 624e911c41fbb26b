"""Trains a small DB-style text detector and writes it as ONNX.

    python detector.py OUT.onnx [--steps 1600]

Liao et al., Real-time Scene Text Detection with Differentiable Binarization, AAAI 2020 (arXiv:1911.08947): the network
gives the probability that a pixel lies in the shrunk kernel of a line of text; kernels are shrunk by
D = A (1 - r^2) / L with r = 0.4 (eq. 10). Of the paper's maps only that of probabilities is trained, by balanced
cross-entropy with hard negatives and dice; the threshold map matters to training only.
"""

import argparse
import random
import time

import numpy as np
import torch
from PIL import Image, ImageDraw
from torch import nn
from torch.nn import functional as F

import draw

MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
SHRINK = 0.4


def block(i, o, stride=1):
    return nn.Sequential(nn.Conv2d(i, o, 3, stride, 1, bias=False), nn.BatchNorm2d(o), nn.ReLU())


class Detector(nn.Module):
    """[n, 3, H, W] to [n, 1, H, W]; H and W multiples of 32. A pyramid of strides 4 to 32, summed at 4."""

    def __init__(self, c=20):
        super().__init__()
        self.stem = nn.Sequential(block(3, 12, 2), block(12, 20, 2), block(20, 24))
        self.downs = nn.ModuleList([nn.Sequential(block(24, 32, 2), block(32, 32)), nn.Sequential(block(32, 40, 2), block(40, 40)), block(40, 40, 2)])
        self.sides = nn.ModuleList([nn.Conv2d(n, c, 1) for n in (24, 32, 40, 40)])
        self.head = nn.Sequential(
            block(c, 24), nn.ConvTranspose2d(24, 12, 2, 2, bias=False), nn.BatchNorm2d(12), nn.ReLU(), nn.ConvTranspose2d(12, 1, 2, 2)
        )

    def logits(self, x):
        levels = [self.stem(x)]
        for down in self.downs:
            levels.append(down(levels[-1]))
        total = self.sides[3](levels[3])
        for side, level in zip(reversed(self.sides[:3]), reversed(levels[:3])):
            total = F.interpolate(total, scale_factor=2.0, mode="nearest") + side(level)
        return self.head(total)

    def forward(self, x):
        return torch.sigmoid(self.logits(x))


def shrunk(corners, ratio=SHRINK):
    """The box of a line, each side moved inwards by D = A (1 - r^2) / L."""
    p = np.array(corners)
    w, h = np.linalg.norm(p[1] - p[0]), np.linalg.norm(p[3] - p[0])
    d = min(w * h * (1 - ratio**2) / (2 * (w + h)), min(w, h) / 2 - 0.75)
    u, v = (p[1] - p[0]) / w, (p[3] - p[0]) / h
    return [tuple(p[0] + d * u + d * v), tuple(p[1] - d * u + d * v), tuple(p[2] - d * u - d * v), tuple(p[3] + d * u - d * v)]


def example(rng, size):
    image, lines = draw.picture(rng, size, size)
    kernel, slack = Image.new("L", (size, size), 0), Image.new("L", (size, size), 0)
    for corners, _ in lines:
        ImageDraw.Draw(kernel).polygon(shrunk(corners), fill=255)
        ImageDraw.Draw(slack).polygon([tuple(c) for c in corners], fill=255)
    return image, np.asarray(kernel) > 127, np.asarray(slack) > 127


def tensor(image):
    x = torch.from_numpy(np.asarray(image, np.float32).transpose(2, 0, 1).copy()) / 255
    return (x - torch.tensor(MEAN)[:, None, None]) / torch.tensor(STD)[:, None, None]


def loss_of(logits, kernel, hardens=False):
    cost = F.binary_cross_entropy_with_logits(logits, kernel, reduction="none")
    positive = cost[kernel > 0.5]
    negative = cost[kernel <= 0.5]
    p = torch.sigmoid(logits)
    dice = 1 - (2 * (p * kernel).sum() + 1) / (p.sum() + kernel.sum() + 1)
    # Once it tells text from the ground, what it still takes for text counts more.
    hard = negative.topk(min(len(negative), max(3 * len(positive), 500))).values.mean() if hardens else 0
    return positive.sum() / max(1, len(positive)) + 4 * negative.mean() + hard + dice


def train(steps, size=192, batch=6, seed=1):
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    rng, model = random.Random(seed), Detector()
    optimiser = torch.optim.AdamW(model.parameters(), 4e-3, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 4e-3, total_steps=steps, pct_start=0.1)
    started, mean = time.time(), 0.0
    for step in range(steps):
        made = [example(rng, size) for _ in range(batch)]
        x = torch.stack([tensor(image) for image, _, _ in made])
        kernel = torch.from_numpy(np.stack([k for _, k, _ in made])).float()[:, None]
        loss = loss_of(model.logits(x), kernel, hardens=step > steps // 3)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        mean += 0.02 * (loss.item() - mean) if step else loss.item()
        if step % 50 == 0:
            print(f"step {step} loss {mean:.3f} {time.time() - started:.0f} s", flush=True)
    return model.eval()


def export(model, out):
    torch.onnx.export(
        model, (torch.zeros(1, 3, 64, 96),), out, input_names=["x"], output_names=["map"], opset_version=17, dynamo=False,
        dynamic_axes={"x": {0: "n", 2: "height", 3: "width"}, "map": {0: "n", 2: "height", 3: "width"}},
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("out")
    parser.add_argument("--steps", type=int, default=1600)
    given = parser.parse_args()
    export(train(given.steps), given.out)
