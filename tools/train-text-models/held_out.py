"""Draws pictures that the models have not seen, with and without text, and what stands in them.

    python held_out.py OUT [--n 200] [--seed 99] [--jpeg]

OUT gets pictures and truth.json: [{file, lines: [{corners, text}]}]. `judge.ts` reads it.
"""

import argparse
import json
import random
from pathlib import Path

import draw

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("out")
    parser.add_argument("--n", type=int, default=200)
    parser.add_argument("--seed", type=int, default=99)
    parser.add_argument("--jpeg", action="store_true", help="JPEG of quality 80 in place of PNG")
    given = parser.parse_args()
    out, rng = Path(given.out), random.Random(given.seed)
    out.mkdir(parents=True)
    truth = []
    for i in range(given.n):
        image, lines = draw.picture(rng, rng.choice([256, 320, 400]), rng.choice([224, 256, 320]), plain=0.4)
        name = f"{i}.jpg" if given.jpeg else f"{i}.png"
        image.save(out / name, **({"quality": 80} if given.jpeg else {}))
        found = [{"corners": [list(c) for c in corners], "text": text} for corners, text in lines]
        truth.append({"file": name, "lines": found})
    (out / "truth.json").write_text(json.dumps(truth))
