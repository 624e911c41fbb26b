"""Pictures with text whose place and words are known, and pictures without.

Everything follows from the seed and from the fonts: DejaVu, which Debian has as fonts-dejavu.
"""

import math
import random
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

FONTS = sorted(p for p in Path("/usr/share/fonts/truetype/dejavu").glob("*.ttf") if "Math" not in p.name)
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz.,:!?%&$'-/"
WORDS = (
    "sale now only today fresh bread market harbour morning light winter summer garden open closed welcome "
    "thank you happy birthday best wishes the quick brown fox jumps over lazy dog free shipping new price "
    "coffee tea house street north south exit entry please wait here no parking keep calm and carry on "
    "red blue green yellow boat apple river mountain travel guide photo news love music night event ticket "
    "million years of history made in quality since company limited edition special offer half price"
).split()


def text_of(rng, words=3):
    """Words of the list, numbers, prices and letters at random, in one of four cases."""
    out = []
    for _ in range(rng.randint(1, words)):
        kind = rng.random()
        if kind < 0.55:
            word = rng.choice(WORDS)
        elif kind < 0.65:
            word = str(rng.randint(0, 10 ** rng.randint(1, 6)))
        elif kind < 0.72:
            word = f"{rng.choice(['$', ''])}{rng.randint(1, 999)}{rng.choice(['.', ','])}{rng.randint(0, 99):02d}{rng.choice(['', '%'])}"
        else:
            word = "".join(rng.choice(ALPHABET[10:62]) for _ in range(rng.randint(2, 8)))
        case = rng.random()
        word = word.upper() if case < 0.3 else word.capitalize() if case < 0.6 else word
        out.append(word + (rng.choice(".,:!?'") if rng.random() < 0.08 else ""))
    text = " ".join(out)
    return text.replace(" ", rng.choice([" ", " ", " & ", "-", "/"]), 1) if rng.random() < 0.2 else text


def colour(rng):
    return tuple(rng.randint(0, 255) for _ in range(3))


def luminance(c):
    return 0.299 * c[0] + 0.587 * c[1] + 0.114 * c[2]


def background(rng, width, height):
    """A gradient, noise of some size, and shapes that are no text: discs, bars, grids, scribbles."""
    make = np.random.default_rng(rng.getrandbits(32))
    a, b = np.array(colour(rng), float), np.array(colour(rng), float)
    if rng.random() < 0.4:
        b = a + make.normal(0, 12, 3)
    angle = rng.uniform(0, 2 * math.pi)
    y, x = np.mgrid[0:height, 0:width]
    t = (x * math.cos(angle) + y * math.sin(angle)) / max(width, height)
    pixels = a + (b - a) * (t - t.min() + 0.0)[..., None] / max(1e-6, float(np.ptp(t)))
    if rng.random() < 0.6:
        cell = rng.choice([2, 4, 9, 20, 45])
        small = make.normal(0, rng.uniform(4, 35), (height // cell + 2, width // cell + 2, 3))
        noise = np.stack([np.asarray(Image.fromarray(small[..., c].astype(np.float32)).resize((width, height), Image.BICUBIC)) for c in range(3)], -1)
        pixels = pixels + noise
    image = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    for _ in range(rng.choice([0, 1, 2, 4, 8, 14])):
        shape(rng, draw, width, height)
    return image


def shape(rng, draw, width, height):
    x, y = rng.randint(-20, width), rng.randint(-20, height)
    w, h = int(width * rng.random() ** 2) + 4, int(height * rng.random() ** 2) + 4
    kind, ink = rng.randrange(8), colour(rng)
    if kind == 0:
        draw.ellipse([x, y, x + w, y + h], fill=ink)
    elif kind == 1:
        draw.rectangle([x, y, x + w, y + h], fill=ink)
    elif kind == 2:
        draw.line([x, y, x + rng.randint(-w, w), y + h], fill=ink, width=rng.randint(1, 6))
    elif kind == 3:
        draw.polygon([(x + rng.randint(0, w), y + rng.randint(0, h)) for _ in range(rng.randint(3, 7))], fill=ink)
    elif kind == 4:
        draw.arc([x, y, x + w, y + h], rng.randint(0, 360), rng.randint(0, 360), fill=ink, width=rng.randint(1, 5))
    elif kind == 5:
        step = rng.randint(4, 24)
        for i in range(0, w, step):
            draw.line([x + i, y, x + i, y + h], fill=ink, width=max(1, step // 3))
    elif kind == 6:
        # Windows of a house, seeds, beads: in a row like letters, and all the same.
        step = rng.randint(6, 24)
        size = max(2, int(step * rng.uniform(0.3, 0.8)))
        for i in range(rng.randint(2, 8)):
            for j in range(rng.randint(1, 4)):
                at = [x + i * step, y + j * step, x + i * step + size, y + j * step + size]
                (draw.ellipse if rng.random() < 0.02 or step % 2 else draw.rectangle)(at, fill=ink)
    else:
        points = [(x, y)]
        for _ in range(rng.randint(3, 12)):
            points.append((points[-1][0] + rng.randint(-30, 30), points[-1][1] + rng.randint(-30, 30)))
        draw.line(points, fill=ink, width=rng.randint(1, 5), joint="curve")


def text_layer(rng, text, size):
    """The text as a mask that fits it, with its letters' own box."""
    font = ImageFont.truetype(str(rng.choice(FONTS)), size)
    left, top, right, bottom = font.getbbox(text)
    mask = Image.new("L", (right - left + 4, bottom - top + 4), 0)
    ImageDraw.Draw(mask).text((2 - left, 2 - top), text, font=font, fill=255)
    return mask


def ink_on(rng, image, at):
    """A colour that stands out from what lies there."""
    back = np.asarray(image.crop(at).resize((1, 1), Image.BOX)).reshape(3)
    for _ in range(40):
        ink = colour(rng)
        if abs(luminance(ink) - luminance(back)) > 70:
            return ink
    return (255, 255, 255) if luminance(back) < 128 else (0, 0, 0)


def put_line(rng, image, taken, sizes=(11, 48), tilt=14):
    """Writes a line where there is room. Returns (corners of its box, text), or None."""
    text = text_of(rng)
    mask = text_layer(rng, text, int(math.exp(rng.uniform(math.log(sizes[0]), math.log(sizes[1])))))
    angle = 0 if rng.random() < 0.5 else rng.uniform(-tilt, tilt)
    if rng.random() < 0.08:
        angle += rng.choice([90, -90])
    w, h = mask.size
    turned = mask.rotate(angle, Image.BICUBIC, expand=True)
    if turned.width >= image.width - 4 or turned.height >= image.height - 4:
        return None
    for _ in range(12):
        x, y = rng.randint(2, image.width - turned.width - 2), rng.randint(2, image.height - turned.height - 2)
        box = (x, y, x + turned.width, y + turned.height)
        if all(box[2] + 6 < o[0] or o[2] + 6 < box[0] or box[3] + 6 < o[1] or o[3] + 6 < box[1] for o in taken):
            break
    else:
        return None
    taken.append(box)
    if rng.random() < 0.2:
        ImageDraw.Draw(image).rectangle([box[0] - 4, box[1] - 3, box[2] + 4, box[3] + 3], fill=colour(rng))
    image.paste(ink_on(rng, image, box), (x, y), turned)
    centre = (x + turned.width / 2, y + turned.height / 2)
    c, s = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    corners = [(dx * (w / 2 - 1), dy * (h / 2 - 1)) for dx, dy in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
    return [(centre[0] + px * c + py * s, centre[1] - px * s + py * c) for px, py in corners], text


def picture(rng, width, height, most=5, plain=0.3):
    """A picture and its lines: [(corners, text)]; without any for a share of `plain`."""
    image, lines, taken = background(rng, width, height), [], []
    if rng.random() >= plain:
        for _ in range(rng.randint(1, most)):
            line = put_line(rng, image, taken)
            if line:
                lines.append(line)
    if rng.random() < 0.3:
        image = image.filter(ImageFilter.GaussianBlur(rng.uniform(0.2, 0.9)))
    return image, lines


def word_picture(rng, height=32):
    """A crop as a detector gives it: one line of text, its height `height`, some slack around it."""
    text = text_of(rng, words=2)
    mask = text_layer(rng, text, rng.randint(14, 44))
    pad_x, pad_y = rng.randint(1, 10), rng.randint(0, max(1, mask.height // 3))
    image = background(rng, mask.width + 2 * pad_x, mask.height + pad_y + rng.randint(0, max(1, mask.height // 3)))
    turned = mask.rotate(rng.uniform(-2.5, 2.5), Image.BICUBIC) if rng.random() < 0.5 else mask
    image.paste(ink_on(rng, image, (0, 0, *image.size)), (pad_x, pad_y), turned)
    if rng.random() < 0.3:
        image = image.filter(ImageFilter.GaussianBlur(rng.uniform(0.2, 1.1)))
    width = max(16, round(image.width * height / image.height))
    return image.resize((width, height), Image.BILINEAR), text
