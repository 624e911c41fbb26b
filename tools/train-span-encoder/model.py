"""A small encoder. Places are turned into angles (rotary), so that no length is built in.

The end of a block is a padding token within the text, which is not attended to: what stands beside
one is told so. Padding behind the text changes nothing.
"""

import glob
import math

import torch
from torch import nn
from torch.nn import functional as F


PAD, SEP = 0, 3


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

    def forward(self, x, mask, cos, sin):
        batch, length, width = x.shape
        each = width // self.heads
        q, k, v = self.qkv(self.before(x)).reshape(batch, length, 3, self.heads, each).permute(2, 0, 3, 1, 4).unbind(0)
        q, k = turned(q, cos, sin), turned(k, cos, sin)
        # Written out: lengths stay dynamic in the export, and on a CPU its backward pass is twice as fast.
        weights = (q * (1 / math.sqrt(each))) @ k.transpose(-1, -2)
        weights = weights + mask.to(weights.dtype)
        mixed = (weights.softmax(-1).to(v.dtype) @ v).transpose(1, 2).reshape(batch, length, width)
        x = x + self.out(mixed)
        return x + self.down(F.gelu(self.up(self.between(x))))


def turned(x, cos, sin):
    a, b = x.chunk(2, -1)
    cos, sin = cos.to(x.dtype), sin.to(x.dtype)
    return torch.cat([a * cos - b * sin, b * cos + a * sin], -1)


class Encoder(nn.Module):
    """int64 ids, mask and types [batch, length] -> float32 [batch, length, width]"""

    def __init__(self, vocabulary, width=192, heads=4, blocks=4):
        super().__init__()
        self.token = nn.Embedding(vocabulary, width)
        self.kind = nn.Embedding(2, width)
        nn.init.normal_(self.token.weight, std=0.02)
        nn.init.normal_(self.kind.weight, std=0.02)
        # Neither, begins a block, ends one, both.
        self.edge = nn.Embedding(4, width)
        nn.init.normal_(self.edge.weight, std=0.02)
        self.first = nn.LayerNorm(width)
        self.blocks = nn.ModuleList(Block(width, heads) for _ in range(blocks))
        self.norm = nn.LayerNorm(width)
        half = width // heads // 2
        self.register_buffer("speed", 10000.0 ** (-torch.arange(half) / half), persistent=False)
        for block in self.blocks:
            for layer in (block.out, block.down):
                nn.init.normal_(layer.weight, std=0.02 / math.sqrt(2 * blocks))

    def forward(self, input_ids, attention_mask, token_type_ids):
        breaks = (input_ids == PAD).to(input_ids.dtype)
        none = torch.zeros_like(breaks[:, :1])
        begins = torch.cat([none, breaks[:, :-1]], 1)
        ends = torch.cat([breaks[:, 1:], none], 1) * (input_ids != SEP).to(input_ids.dtype)
        x = self.token(input_ids) + self.kind(token_type_ids) + self.edge(begins + 2 * ends)
        x = self.first(x)
        angles = torch.arange(input_ids.shape[1], device=x.device).to(self.speed.dtype)[:, None] * self.speed
        cos, sin = angles.cos(), angles.sin()
        mask = (attention_mask.to(x.dtype)[:, None, None, :] - 1) * 1e4
        for block in self.blocks:
            x = block(x, mask, cos, sin)
        return self.norm(x)


class Trained(nn.Module):
    """The encoder with the heads that are thrown away after training."""

    def __init__(self, vocabulary, **shape):
        super().__init__()
        self.encoder = Encoder(vocabulary, **shape)
        width = self.encoder.token.weight.shape[1]
        self.change = nn.Linear(width, width)
        self.normed = nn.LayerNorm(width)
        self.bias = nn.Parameter(torch.zeros(vocabulary))
        # Start and end of the picture's own description (row 0 = there is none).
        self.span = nn.Linear(width, 2)
        self.none = nn.Linear(width, 2)
        # Of each token: is it in a description, the first, the last of one.
        self.tags = nn.Linear(width, 3)

    def words(self, states):
        return self.normed(F.gelu(self.change(states))) @ self.encoder.token.weight.T + self.bias

    def spans(self, states):
        """[batch, length, 2]"""
        return torch.cat([self.none(states[:, :1]), self.span(states[:, 1:])], 1)


def averaged(folder):
    """Weights of a training: the mean of its last checkpoint and those that were kept on the way."""
    paths = [f"{folder}/checkpoint.pt", *sorted(glob.glob(f"{folder}/checkpoint-*.pt"))]
    all_of = [torch.load(path, weights_only=True)["model"] for path in paths]
    return {name: sum(one[name] for one in all_of) / len(all_of) for name in all_of[0]}
