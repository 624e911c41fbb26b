"""What the scripts share: where fixtures go, which versions made them, and a generator of numbers
that the tests repeat in TypeScript."""

import importlib.metadata
import json
import platform
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "test" / "fixtures"


def versions(*names):
    return {"python": platform.python_version()} | {
        name: importlib.metadata.version(name) for name in names
    }


def write_json(path, value, indent=None):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, ensure_ascii=True, indent=indent) + "\n")


class Numbers:
    """Linear congruential, 32 bits (Numerical Recipes). test/support/numbers.ts is the same."""

    def __init__(self, seed):
        self.state = seed & 0xFFFFFFFF

    def next(self):
        self.state = (self.state * 1664525 + 1013904223) & 0xFFFFFFFF
        return self.state >> 8

    def below(self, n):
        return self.next() % n
