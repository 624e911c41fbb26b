"""Inception v3 up to its last average pool, as Frechet inception distances are measured with it.

The parameters are named as in pytorch-fid's `pt_inception-2015-12-05-6726825d.pth`, which holds the weights of
the 2015 TensorFlow graph. That graph differs from the usual Inception v3 in three things: average pools do not
count their padding, the last block pools by the maximum, and there are 1,008 classes (which are not used).
"""

import torch
from torch import nn
from torch.nn import functional as F


class Conv(nn.Module):
    """Convolution, batch normalisation, ReLU."""

    def __init__(self, inputs, outputs, kernel, stride=1, padding=0):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride=stride, padding=padding, bias=False)
        self.bn = nn.BatchNorm2d(outputs, eps=0.001)

    def forward(self, x):
        return F.relu(self.bn(self.conv(x)))


def average(x):
    return F.avg_pool2d(x, 3, stride=1, padding=1, count_include_pad=False)


def maximum(x):
    return F.max_pool2d(x, 3, stride=1, padding=1)


def shrink(x):
    return F.max_pool2d(x, 3, stride=2)


# 1 x 7 and 7 x 1, by (kernel, padding).
WIDE, TALL = ((1, 7), (0, 3)), ((7, 1), (3, 0))


class Block(nn.Module):
    """Branches side by side; each is a list of layers' names, a list in it a fork whose ends are joined."""

    def __init__(self, layers, branches, pools=None):
        super().__init__()
        for name, layer in layers.items():
            self.add_module(name, layer)
        self.branches = branches
        self.pools = pools or {}

    def run(self, x, steps):
        for step in steps:
            if isinstance(step, tuple):
                x = torch.cat([self.run(x, [one]) for one in step], 1)
            elif step in self.pools:
                x = self.pools[step](x)
            else:
                x = getattr(self, step)(x)
        return x

    def forward(self, x):
        return torch.cat([self.run(x, steps) for steps in self.branches], 1)


def block_a(inputs, pooled):
    return Block(
        {
            "branch1x1": Conv(inputs, 64, 1),
            "branch5x5_1": Conv(inputs, 48, 1),
            "branch5x5_2": Conv(48, 64, 5, padding=2),
            "branch3x3dbl_1": Conv(inputs, 64, 1),
            "branch3x3dbl_2": Conv(64, 96, 3, padding=1),
            "branch3x3dbl_3": Conv(96, 96, 3, padding=1),
            "branch_pool": Conv(inputs, pooled, 1),
        },
        [
            ["branch1x1"],
            ["branch5x5_1", "branch5x5_2"],
            ["branch3x3dbl_1", "branch3x3dbl_2", "branch3x3dbl_3"],
            ["average", "branch_pool"],
        ],
        {"average": average},
    )


def block_b(inputs):
    return Block(
        {
            "branch3x3": Conv(inputs, 384, 3, stride=2),
            "branch3x3dbl_1": Conv(inputs, 64, 1),
            "branch3x3dbl_2": Conv(64, 96, 3, padding=1),
            "branch3x3dbl_3": Conv(96, 96, 3, stride=2),
        },
        [["branch3x3"], ["branch3x3dbl_1", "branch3x3dbl_2", "branch3x3dbl_3"], ["shrink"]],
        {"shrink": shrink},
    )


def block_c(inputs, inner):
    def long(a, b, way):
        return Conv(a, b, way[0], padding=way[1])

    return Block(
        {
            "branch1x1": Conv(inputs, 192, 1),
            "branch7x7_1": Conv(inputs, inner, 1),
            "branch7x7_2": long(inner, inner, WIDE),
            "branch7x7_3": long(inner, 192, TALL),
            "branch7x7dbl_1": Conv(inputs, inner, 1),
            "branch7x7dbl_2": long(inner, inner, TALL),
            "branch7x7dbl_3": long(inner, inner, WIDE),
            "branch7x7dbl_4": long(inner, inner, TALL),
            "branch7x7dbl_5": long(inner, 192, WIDE),
            "branch_pool": Conv(inputs, 192, 1),
        },
        [
            ["branch1x1"],
            [f"branch7x7_{i}" for i in (1, 2, 3)],
            [f"branch7x7dbl_{i}" for i in (1, 2, 3, 4, 5)],
            ["average", "branch_pool"],
        ],
        {"average": average},
    )


def block_d(inputs):
    return Block(
        {
            "branch3x3_1": Conv(inputs, 192, 1),
            "branch3x3_2": Conv(192, 320, 3, stride=2),
            "branch7x7x3_1": Conv(inputs, 192, 1),
            "branch7x7x3_2": Conv(192, 192, *WIDE[:1], padding=WIDE[1]),
            "branch7x7x3_3": Conv(192, 192, *TALL[:1], padding=TALL[1]),
            "branch7x7x3_4": Conv(192, 192, 3, stride=2),
        },
        [["branch3x3_1", "branch3x3_2"], [f"branch7x7x3_{i}" for i in (1, 2, 3, 4)], ["shrink"]],
        {"shrink": shrink},
    )


def block_e(inputs, pool):
    return Block(
        {
            "branch1x1": Conv(inputs, 320, 1),
            "branch3x3_1": Conv(inputs, 384, 1),
            "branch3x3_2a": Conv(384, 384, (1, 3), padding=(0, 1)),
            "branch3x3_2b": Conv(384, 384, (3, 1), padding=(1, 0)),
            "branch3x3dbl_1": Conv(inputs, 448, 1),
            "branch3x3dbl_2": Conv(448, 384, 3, padding=1),
            "branch3x3dbl_3a": Conv(384, 384, (1, 3), padding=(0, 1)),
            "branch3x3dbl_3b": Conv(384, 384, (3, 1), padding=(1, 0)),
            "branch_pool": Conv(inputs, 192, 1),
        },
        [
            ["branch1x1"],
            ["branch3x3_1", ("branch3x3_2a", "branch3x3_2b")],
            ["branch3x3dbl_1", "branch3x3dbl_2", ("branch3x3dbl_3a", "branch3x3dbl_3b")],
            ["pool", "branch_pool"],
        ],
        {"pool": pool},
    )


class Inception(nn.Module):
    """[n, 3, 299, 299] of -1..1 to [n, 2048]."""

    dim = 2048
    side = 299

    def __init__(self):
        super().__init__()
        self.Conv2d_1a_3x3 = Conv(3, 32, 3, stride=2)
        self.Conv2d_2a_3x3 = Conv(32, 32, 3)
        self.Conv2d_2b_3x3 = Conv(32, 64, 3, padding=1)
        self.Conv2d_3b_1x1 = Conv(64, 80, 1)
        self.Conv2d_4a_3x3 = Conv(80, 192, 3)
        self.Mixed_5b = block_a(192, 32)
        self.Mixed_5c = block_a(256, 64)
        self.Mixed_5d = block_a(288, 64)
        self.Mixed_6a = block_b(288)
        self.Mixed_6b = block_c(768, 128)
        self.Mixed_6c = block_c(768, 160)
        self.Mixed_6d = block_c(768, 160)
        self.Mixed_6e = block_c(768, 192)
        self.Mixed_7a = block_d(768)
        self.Mixed_7b = block_e(1280, average)
        self.Mixed_7c = block_e(2048, maximum)

    def forward(self, x):
        x = self.Conv2d_2b_3x3(self.Conv2d_2a_3x3(self.Conv2d_1a_3x3(x)))
        x = shrink(x)
        x = shrink(self.Conv2d_4a_3x3(self.Conv2d_3b_1x1(x)))
        for name in ("5b", "5c", "5d", "6a", "6b", "6c", "6d", "6e", "7a", "7b", "7c"):
            x = getattr(self, f"Mixed_{name}")(x)
        return x.mean((2, 3))


# Of the checkpoint and not of the features.
UNUSED = ("fc.weight", "fc.bias")


def load(path):
    """The network with the weights of a checkpoint; a parameter too few or too many is an error."""
    state = torch.load(path, map_location="cpu", weights_only=True)
    network = Inception()
    wanted = set(network.state_dict())
    given = {name: value for name, value in state.items() if name not in UNUSED and not name.startswith("AuxLogits.")}
    # Older checkpoints have no counts of batches, and nothing reads them.
    missing = {name for name in wanted - set(given) if not name.endswith("num_batches_tracked")}
    strange = set(given) - wanted
    if missing or strange:
        raise SystemExit(f"{path} is not this Inception v3: missing {sorted(missing)[:3]}, unknown {sorted(strange)[:3]}")
    network.load_state_dict(given, strict=False)
    return network.eval()
