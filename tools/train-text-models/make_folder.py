"""Puts the two graphs together as test/fixtures/models/tiny-text.

    python make_folder.py DETECTOR.onnx RECOGNISER.onnx OUT
"""

import json
import shutil
import sys
from pathlib import Path

import detector
import draw
import recogniser


def manifest():
    return {
        "format": 1,
        "kind": "text-detection",
        "id": "tiny-text",
        "name": "Tiny text finder",
        "description": "Finds and reads rendered text, for tests.",
        "license": "Apache-2.0",
        "demonstration": True,
        "detector": {
            "file": "det.onnx",
            "pixels": "x",
            "map": "map",
            "picture": {"channels": "rgb", "mean": detector.MEAN, "std": detector.STD, "size": {"mode": "max", "side": 640}},
        },
        "boxes": {"threshold": 0.3, "boxThreshold": 0.5, "unclip": 1.5},
        "recogniser": {
            "file": "rec.onnx",
            "pixels": "x",
            "classes": "classes",
            "height": recogniser.HEIGHT,
            "values": {"channels": "rgb", "mean": [0.5] * 3, "std": [0.5] * 3},
            "characters": list(recogniser.CLASSES),
            "blank": "first",
        },
    }


if __name__ == "__main__":
    found, read, out = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    out.mkdir(parents=True, exist_ok=True)
    shutil.copy(found, out / "det.onnx")
    shutil.copy(read, out / "rec.onnx")
    assert draw.ALPHABET + " " == recogniser.CLASSES
    (out / "gleaner.json").write_text(json.dumps(manifest(), indent=2, ensure_ascii=False) + "\n")
