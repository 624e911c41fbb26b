"""Packs what render.ts draws into arrays that training reads.

    python prepare.py OUT SIDE -- node render.ts scenes 24000 1 train

Writes OUT.npy (uint8, N x SIDE x SIDE x 3 or 4) and OUT.jsonl (a line a picture). Pictures are
resized straight to SIDE x SIDE with Pillow's antialiased bicubic filter, which is what the model's
manifest asks of Gleaner ("exact", "bicubic").
"""

import json
import struct
import subprocess
import sys

import numpy as np
from PIL import Image


def read_exactly(stream, n):
    data = stream.read(n)
    if len(data) != n:
        raise EOFError
    return data


def main():
    out, side = sys.argv[1], int(sys.argv[2])
    command = sys.argv[sys.argv.index("--") + 1 :]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, bufsize=1 << 22)
    pictures = []
    with open(f"{out}.jsonl", "w", encoding="utf-8") as lines:
        while True:
            try:
                (length,) = struct.unpack("<I", read_exactly(process.stdout, 4))
            except EOFError:
                break
            meta = json.loads(read_exactly(process.stdout, length))
            width, height, channels = struct.unpack("<III", read_exactly(process.stdout, 12))
            raw = read_exactly(process.stdout, width * height * channels)
            mode = {3: "RGB", 4: "RGBA"}[channels]
            picture = Image.frombytes(mode, (width, height), raw)
            if picture.size != (side, side):
                picture = picture.resize((side, side), Image.Resampling.BICUBIC)
            pictures.append(np.asarray(picture))
            lines.write(json.dumps(meta) + "\n")
            if len(pictures) % 1000 == 0:
                print(out, len(pictures), flush=True)
    if process.wait() != 0:
        raise SystemExit(f"{command} failed")
    np.save(f"{out}.npy", np.stack(pictures))
    print(out, len(pictures), "done", flush=True)


main()
