"""Writes test/fixtures/generation/normals.json: the program's normal numbers of a few seeds, worked out
in Python's whole numbers and floats from the description in src/main/generation/normal.ts.

Made with Python 3.11.7.
"""

import json
import math
import pathlib

OUT = pathlib.Path(__file__).resolve().parents[3] / "test/fixtures/generation/normals.json"
M = (1 << 64) - 1
G = 0x9E3779B97F4A7C15


def splitmix(state):
    while True:
        state = (state + G) & M
        z = state
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 & M
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB & M
        yield z ^ (z >> 31)


def xoshiro(seed, stream):
    mix = splitmix((seed + G * (stream + 1)) & M)
    s = [next(mix) for _ in range(4)]
    rotl = lambda x, k: ((x << k) | (x >> (64 - k))) & M
    while True:
        yield rotl(s[1] * 5 & M, 7) * 9 & M
        t = s[1] << 17 & M
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= t
        s[3] = rotl(s[3], 45)


def normals(seed, stream, count):
    draw, out = xoshiro(seed, stream), []
    while len(out) < count:
        u = ((next(draw) >> 11) + 1) / 2**53
        v = (next(draw) >> 11) / 2**53
        r = math.sqrt(-2 * math.log(u))
        out += [r * math.cos(2 * math.pi * v), r * math.sin(2 * math.pi * v)]
    return out[:count]


cases = [(0, 0), (0, 1), (1, 0), (42, 7), (2**64 - 1, 2), (12345678901234567890, 51)]
rows = [{"seed": str(a), "stream": b, "values": [float(f"{v:.9g}") for v in normals(a, b, 7)]} for a, b in cases]
OUT.write_text(json.dumps(rows, indent=1) + "\n")
