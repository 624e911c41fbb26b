"""Trains a small CTC recogniser of lines of text and writes it as ONNX.

    python recogniser.py OUT.onnx [--steps 2200]

Graves et al., Connectionist Temporal Classification, ICML 2006. As in PP-OCR's exports class 0 is the blank, the
alphabet stands in the graph's metadata as `character` (a line each, without the space), and the space comes last.
"""

import argparse
import random
import time

import numpy as np
import onnx
import torch
from torch import nn
from torch.nn import functional as F

import draw

HEIGHT = 32
CLASSES = draw.ALPHABET + " "


class Recogniser(nn.Module):
    """[n, 3, 32, W] to [n, W / 4, 1 + characters]: probabilities."""

    def __init__(self):
        super().__init__()
        def block(i, o, kernel=3, stride=1, pad=1):
            return nn.Sequential(nn.Conv2d(i, o, kernel, stride, pad, bias=False), nn.BatchNorm2d(o), nn.ReLU())
        self.picture = nn.Sequential(
            block(3, 12, stride=2), block(12, 24, stride=2), block(24, 48, stride=(2, 1)), block(48, 64, stride=(2, 1)),
            block(64, 96, kernel=(2, 3), pad=(0, 1)),
        )
        def line(d):
            return nn.Sequential(nn.Conv1d(96, 96, 3, padding=d, dilation=d, bias=False), nn.BatchNorm1d(96), nn.ReLU())
        self.lines = nn.ModuleList([line(1), line(2), line(3)])
        self.out = nn.Conv1d(96, 1 + len(CLASSES), 1)

    def logits(self, x):
        line = self.picture(x).squeeze(2)
        for more in self.lines:
            line = line + more(line)
        return self.out(line).transpose(1, 2)

    def forward(self, x):
        return torch.softmax(self.logits(x), 2)


def batch_of(rng, n):
    """Crops, normalised to -1..1, padded with 0 on the right as PP-OCR pads."""
    made = [draw.word_picture(rng, HEIGHT) for _ in range(n)]
    width = min(480, (max(image.width for image, _ in made) + 3) // 4 * 4)
    x = torch.zeros(n, 3, HEIGHT, width)
    for i, (image, _) in enumerate(made):
        pixels = np.asarray(image.crop((0, 0, min(width, image.width), HEIGHT)), np.float32)
        x[i, :, :, : pixels.shape[1]] = torch.from_numpy(pixels.transpose(2, 0, 1).copy()) / 127.5 - 1
    return x, [text for _, text in made], [min(width, image.width) // 4 for image, _ in made]


def train(steps, batch=16, seed=2):
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    rng, model = random.Random(seed), Recogniser()
    optimiser = torch.optim.AdamW(model.parameters(), 4e-3, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 4e-3, total_steps=steps, pct_start=0.1)
    started, mean = time.time(), 0.0
    for step in range(steps):
        x, texts, widths = batch_of(rng, batch)
        targets = [[1 + CLASSES.index(c) for c in text] for text in texts]
        logits = F.log_softmax(model.logits(x), 2).transpose(0, 1)
        loss = F.ctc_loss(
            logits, torch.tensor(sum(targets, [])), torch.tensor(widths), torch.tensor([len(t) for t in targets]), zero_infinity=True
        )
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 5)
        optimiser.step()
        schedule.step()
        mean += 0.02 * (loss.item() - mean) if step else loss.item()
        if step % 100 == 0:
            print(f"step {step} loss {mean:.3f} {time.time() - started:.0f} s", flush=True)
    return model.eval()


def export(model, out):
    torch.onnx.export(
        model, (torch.zeros(1, 3, HEIGHT, 64),), out, input_names=["x"], output_names=["classes"], opset_version=17, dynamo=False,
        dynamic_axes={"x": {0: "n", 3: "width"}, "classes": {0: "n", 1: "steps"}},
    )
    graph = onnx.load(out)
    graph.metadata_props.add(key="character", value="\n".join(draw.ALPHABET))
    onnx.save(graph, out)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("out")
    parser.add_argument("--steps", type=int, default=2200)
    given = parser.parse_args()
    export(train(given.steps), given.out)
