"""Arrays made by prepare.py, their sentences, and what training does to them."""

import json
import math

import numpy as np
import torch
from PIL import Image
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
from torch.nn import functional as F

from model import CONTEXT, SIDE, normalised

TRAIN_PICTOGRAMS = ("noto", "noto-v1", "fluent-emoji", "fluent-emoji-flat", "emojione")
TEST_PICTOGRAMS = ("twemoji", "openmoji")


def shrunk(pictures, side):
    """uint8 [n, h, w, c] -> [n, side, side, c], by Pillow's antialiased bicubic filter."""
    if pictures.shape[1] == side:
        return np.ascontiguousarray(pictures)
    out = np.empty((len(pictures), side, side, pictures.shape[3]), dtype=np.uint8)
    for i, picture in enumerate(pictures):
        out[i] = np.asarray(Image.fromarray(picture).resize((side, side), Image.Resampling.BICUBIC))
    return out


class Part:
    """Pictures, SIDE x SIDE, and their lines. What is tested on is packed at SIDE already."""

    def __init__(self, folder, name):
        self.name = name
        self.pictures = shrunk(np.load(f"{folder}/{name}.npy", mmap_mode="r"), SIDE)
        with open(f"{folder}/{name}.jsonl", encoding="utf-8") as lines:
            self.lines = [json.loads(line) for line in lines]
        assert len(self.lines) == len(self.pictures), name


def pictogram_text(line, rng):
    """What a pictogram is called, said in one of several ways."""
    name = line["texts"][0]
    keywords = [k for k in line["keywords"] if k not in name]
    roll = rng.random()
    if not keywords or roll < 0.45:
        text = name
    elif roll < 0.7:
        some = rng.permutation(keywords)[: rng.integers(1, 4)]
        text = f"{name}, {', '.join(some)}"
    elif roll < 0.85:
        text = f"a picture of {'an' if name[0] in 'aeiou' else 'a'} {name}"
    elif roll < 0.93:
        text = f"{name} icon"
    else:
        text = " ".join(rng.permutation(keywords)[:4])
    return text


def train_tokenizer(texts, size):
    """WordPiece with BERT's normaliser: lower case, accents stripped, words cut in pieces."""
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]", max_input_chars_per_word=100))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    trainer = trainers.WordPieceTrainer(
        vocab_size=size,
        min_frequency=2,
        special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]"],
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    return tokenizer


def encode(tokenizer, texts, context=CONTEXT):
    """int64 [n, longest]; cut texts keep their end token."""
    rows = [e.ids for e in tokenizer.encode_batch(list(texts))]
    rows = [r if len(r) <= context else r[: context - 1] + [3] for r in rows]
    out = np.zeros((len(rows), max(map(len, rows))), dtype=np.int64)
    for i, row in enumerate(rows):
        out[i, : len(row)] = row
    return torch.from_numpy(out)


def on_white(rgba):
    """uint8 [..., 4] -> float 0..255 [..., 3], laid on white."""
    alpha = rgba[..., 3:].astype(np.float32) / 255
    return rgba[..., :3] * alpha + 255 * (1 - alpha)


def still(pictures):
    """A batch as evaluation sees it: no change but alpha on white."""
    array = np.asarray(pictures)
    array = on_white(array) if array.shape[-1] == 4 else array.astype(np.float32)
    return normalised(torch.from_numpy(np.ascontiguousarray(array)).permute(0, 3, 1, 2))


def warp(pixels, scale, shift, turn, mirror, generator):
    """One bilinear resampling with a scale, shift, turn and mirror of each picture's own."""
    n = len(pixels)

    def between(low, high):
        return torch.rand(n, generator=generator) * (high - low) + low

    size, angle = between(*scale), between(-turn, turn)
    flip = 1 - 2 * mirror.float()
    cos, sin = angle.cos() / size, angle.sin() / size
    theta = torch.stack(
        [
            torch.stack([cos * flip, -sin, between(-shift, shift)], 1),
            torch.stack([sin * flip, cos, between(-shift, shift)], 1),
        ],
        1,
    )
    grid = F.affine_grid(theta, list(pixels.shape), align_corners=False)
    return grid


def jitter(pixels, amount, generator):
    """Brightness, contrast and saturation, each by up to `amount`. 0..255."""
    n = len(pixels)

    def factor(by):
        return 1 + (torch.rand(n, 1, 1, 1, generator=generator) * 2 - 1) * by

    grey = pixels.mean(1, keepdim=True)
    pixels = grey + (pixels - grey) * factor(amount)
    middle = pixels.mean((1, 2, 3), keepdim=True)
    pixels = middle + (pixels - middle) * factor(amount)
    return (pixels * factor(amount)).clamp(0, 255)


def augment_scenes(array, generator):
    pixels = torch.from_numpy(array).permute(0, 3, 1, 2).float()
    mirror = torch.zeros(len(pixels), dtype=torch.bool)
    grid = warp(pixels, (0.9, 1.15), 0.07, 0.05, mirror, generator)
    pixels = F.grid_sample(pixels, grid, padding_mode="border", align_corners=False)
    return normalised(jitter(pixels, 0.15, generator))


def augment_pictograms(array, sided, generator):
    """Composites on plain grounds; mirrors where the name has no side in it."""
    rgba = torch.from_numpy(array).permute(0, 3, 1, 2).float()
    colour, alpha = rgba[:, :3], rgba[:, 3:] / 255
    n = len(rgba)
    mirror = (torch.rand(n, generator=generator) < 0.5) & ~sided
    grid = warp(rgba, (0.6, 1.1), 0.14, math.radians(12), mirror, generator)
    # Premultiplied, so that hidden colours do not bleed over the rim.
    both = F.grid_sample(torch.cat([colour * alpha, alpha], 1), grid, align_corners=False)
    ground = torch.rand(n, 3, 1, 1, generator=generator) * 255
    pale = 255 - (255 - ground) * 0.2
    pick = torch.rand(n, 1, 1, 1, generator=generator)
    ground = torch.where(pick < 0.4, torch.full_like(ground, 255), torch.where(pick < 0.8, pale, ground))
    pixels = both[:, :3] + ground * (1 - both[:, 3:])
    return normalised(jitter(pixels, 0.25, generator))


