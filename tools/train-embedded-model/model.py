"""A small dual encoder. Attention is written out, so that the exported length stays dynamic."""

import math

import torch
from torch import nn
from torch.nn import functional as F

SIDE = 64
CONTEXT = 48
PAD = 0
MEAN = (0.5, 0.5, 0.5)
STD = (0.25, 0.25, 0.25)


def down(inputs, outputs, kernel=3):
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, 2, kernel // 2, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(),
    )


class Residual(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(width, width, 3, padding=1, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(),
            nn.Conv2d(width, width, 3, padding=1, bias=False),
            nn.BatchNorm2d(width),
        )

    def forward(self, x):
        return F.relu(x + self.body(x))


class Block(nn.Module):
    """A transformer block, normalised first."""

    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.before = nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.between = nn.LayerNorm(width)
        self.up = nn.Linear(width, 4 * width)
        self.down = nn.Linear(4 * width, width)

    def forward(self, x, bias=None):
        batch, length, width = x.shape
        each = width // self.heads
        q, k, v = (
            self.qkv(self.before(x))
            .reshape(batch, length, 3, self.heads, each)
            .permute(2, 0, 3, 1, 4)
            .unbind(0)
        )
        weights = q @ k.transpose(-1, -2) * (1 / math.sqrt(each))
        if bias is not None:
            weights = weights + bias
        mixed = (weights.softmax(-1) @ v).transpose(1, 2).reshape(batch, length, width)
        x = x + self.out(mixed)
        return x + self.down(F.gelu(self.up(self.between(x))))


class PictureEncoder(nn.Module):
    """float32 [batch, 3, SIDE, SIDE] -> [batch, dim]"""

    def __init__(self, dim=256, widths=(24, 48, 96, 192), depths=(1, 2, 2), blocks=1):
        super().__init__()
        a, b, c, d = widths
        self.trunk = nn.Sequential(
            down(3, a, 5),
            down(a, b),
            *[Residual(b) for _ in range(depths[0])],
            down(b, c),
            *[Residual(c) for _ in range(depths[1])],
            down(c, d),
            *[Residual(d) for _ in range(depths[2])],
        )
        places = (SIDE // 16) ** 2
        self.place = nn.Parameter(torch.randn(1, places, d) * 0.02)
        self.blocks = nn.ModuleList(Block(d, 4) for _ in range(blocks))
        self.norm = nn.LayerNorm(d)
        self.look = nn.Linear(d, 4)
        self.project = nn.Linear(4 * d, dim)

    def forward(self, pixels):
        x = self.trunk(pixels).flatten(2).transpose(1, 2) + self.place
        for block in self.blocks:
            x = block(x)
        x = self.norm(x)
        # Four learnt glances over the places, side by side.
        glances = self.look(x).transpose(1, 2).softmax(-1) @ x
        return self.project(glances.flatten(1))


class TextEncoder(nn.Module):
    """int64 [batch, length], padded with PAD -> [batch, dim]"""

    def __init__(self, vocabulary, dim=256, width=160, blocks=2):
        super().__init__()
        self.token = nn.Embedding(vocabulary, width)
        nn.init.normal_(self.token.weight, std=0.02)
        self.place = nn.Parameter(torch.randn(CONTEXT, width) * 0.02)
        self.blocks = nn.ModuleList(Block(width, 4) for _ in range(blocks))
        self.norm = nn.LayerNorm(width)
        self.project = nn.Linear(2 * width, dim)

    def forward(self, ids):
        there = (ids != PAD).to(self.place.dtype)
        x = self.token(ids) + self.place[: ids.shape[1]]
        # Padding is never looked at: cutting a batch at its longest text is exact.
        bias = (there[:, None, None, :] - 1) * 1e4
        for block in self.blocks:
            x = block(x, bias)
        x = self.norm(x)
        mean = (x * there[:, :, None]).sum(1) / there.sum(1, keepdim=True)
        return self.project(torch.cat([x[:, 0], mean], 1))


class DualEncoder(nn.Module):
    def __init__(self, vocabulary):
        super().__init__()
        self.picture = PictureEncoder()
        self.text = TextEncoder(vocabulary)
        self.log_scale = nn.Parameter(torch.tensor(math.log(1 / 0.07)))

    def forward(self, pixels, ids):
        return F.normalize(self.picture(pixels), dim=-1), F.normalize(self.text(ids), dim=-1)


def normalised(pixels):
    """uint8 or float 0..255 [batch, 3, h, w] -> what the encoder takes."""
    mean = torch.tensor(MEAN, device=pixels.device)[:, None, None]
    std = torch.tensor(STD, device=pixels.device)[:, None, None]
    return (pixels.float() / 255 - mean) / std
