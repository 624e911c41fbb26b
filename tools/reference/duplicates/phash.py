"""Perceptual hashes of grey pictures of 32 x 32, as imagehash.phash computes them (its lines, with
scipy's DCT), for hash_size 8 and 16 of one DCT of 32 x 32, and of the pictures mirrored.
Python 3.11, numpy 2.4, scipy 1.17.  python phash.py > ../../../test/fixtures/duplicates/phash.json
"""
import base64
import json

import numpy as np
import scipy.fftpack


def phash(pixels, hash_size):
    dct = scipy.fftpack.dct(scipy.fftpack.dct(pixels, axis=0), axis=1)
    low = dct[:hash_size, :hash_size]
    return dct, low > np.median(low)


def bits(hash_):
    """Row by row, bit i in word i // 32."""
    flat = hash_.flatten()
    words = [0] * (len(flat) // 32)
    for i, bit in enumerate(flat):
        words[i // 32] |= int(bit) << (i % 32)
    return words


rng = np.random.default_rng(7)
y, x = np.mgrid[0:32, 0:32] / 32
pictures = []
for i in range(12):
    waves = sum(
        rng.normal() * np.cos(2 * np.pi * (rng.integers(0, 6) * x + rng.integers(0, 6) * y) + rng.uniform(0, 6))
        for _ in range(6)
    )
    grey = 128 + 25 * waves + rng.normal(0, 6, (32, 32))
    pictures.append(np.clip(np.round(grey), 0, 255).astype(np.uint8))

out = []
for picture in pictures:
    grey = picture.astype(np.float64)
    dct, coarse = phash(grey, 8)
    _, fine = phash(grey, 16)
    _, mirrored = phash(np.fliplr(grey), 8)
    _, mirrored_fine = phash(np.fliplr(grey), 16)
    out.append({
        "grey": base64.b64encode(picture.tobytes()).decode(),
        "frequencies": [round(float(v), 6) for v in dct[:3, :3].flatten()],
        "coarse": bits(coarse),
        "fine": bits(fine),
        "mirrored": bits(mirrored),
        "mirroredFine": bits(mirrored_fine),
    })
print(json.dumps({"numpy": np.__version__, "scipy": scipy.__version__, "pictures": out}, indent=1))
