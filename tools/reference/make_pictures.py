"""Small pictures of every odd kind, drawn here, and what Pillow decodes them to."""

import hashlib
import io

import numpy as np
from PIL import Image, ImageCms, ImageDraw

from common import FIXTURES, versions, write_json

OUT = FIXTURES / "inference" / "pictures"


def drawing(width, height, seed):
    """Smooth colour with shapes on it: enough structure for a resize to matter."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    planes = []
    for _ in range(3):
        fx, fy, phase = rng.uniform(0.02, 0.25, 2).tolist() + [rng.uniform(0, 6.28)]
        planes.append(127 + 120 * np.sin(fx * x + fy * y + phase))
    image = Image.fromarray(np.stack(planes, -1).astype(np.uint8), "RGB")
    draw = ImageDraw.Draw(image)
    for _ in range(6):
        x0, y0 = int(rng.integers(0, width)), int(rng.integers(0, height))
        w, h = int(rng.integers(2, max(3, width // 2))), int(rng.integers(2, max(3, height // 2)))
        colour = tuple(int(c) for c in rng.integers(0, 256, 3))
        (draw.ellipse if rng.integers(0, 2) else draw.rectangle)([x0, y0, x0 + w, y0 + h], fill=colour)
    return image


def png(image, **options):
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True, **options)
    return out.getvalue()


def jpeg(image, **options):
    out = io.BytesIO()
    image.save(out, "JPEG", **({"quality": 88} | options))
    return out.getvalue()


def exif(orientation):
    tags = Image.Exif()
    tags[0x0112] = orientation
    return tags


def png16(array, colour):
    """Pillow writes no 16-bit RGB; this does."""
    import struct
    import zlib

    height, width = array.shape[:2]
    rows = b"".join(b"\0" + array[y].astype(">u2").tobytes() for y in range(height))
    chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 16, colour, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(rows, 9))
        + chunk(b"IEND", b"")
    )


def pictures():
    alpha = Image.linear_gradient("L")
    yield "landscape.png", png(drawing(96, 61, 1))
    yield "portrait.png", png(drawing(41, 90, 2))
    yield "one-wide.png", png(drawing(1, 40, 3))
    yield "one-high.png", png(drawing(47, 1, 4))
    yield "one-pixel.png", png(drawing(1, 1, 5))
    yield "exact-size.png", png(drawing(32, 32, 6))
    yield "tall.png", png(drawing(17, 300, 7))
    yield "grey.png", png(drawing(70, 50, 8).convert("L"))
    yield "grey.jpg", jpeg(drawing(70, 50, 8).convert("L"))
    yield "bilevel.png", png(drawing(70, 50, 9).convert("1"))
    yield "palette.png", png(drawing(64, 48, 10).quantize(32))
    transparent = drawing(64, 48, 11).quantize(16)
    yield "palette-transparent.png", png(transparent, transparency=3)
    yield "alpha.png", png(Image.merge("RGBA", (*drawing(60, 44, 12).split(), alpha.resize((60, 44)))))
    yield "grey-alpha.png", png(Image.merge("LA", (drawing(60, 44, 13).convert("L"), alpha.resize((60, 44)))))
    wide = np.random.default_rng(14).integers(0, 65536, (24, 40, 3))
    wide = np.clip(wide // 8 + np.array(drawing(40, 24, 14)).astype(int) * 224, 0, 65535)
    yield "rgb16.png", png16(wide, 2)
    yield "grey16.png", png16(wide[:, :, 0], 0)
    yield "cmyk.jpg", jpeg(drawing(64, 50, 15).convert("CMYK"))
    yield "baseline.jpg", jpeg(drawing(120, 81, 16))
    yield "subsampled.jpg", jpeg(drawing(121, 83, 17), subsampling="4:2:0", quality=60)
    yield "progressive.jpg", jpeg(drawing(90, 120, 18), progressive=True)
    for orientation in range(1, 9):
        yield f"exif-{orientation}.jpg", jpeg(drawing(50, 30, 19), exif=exif(orientation))
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    yield "icc.jpg", jpeg(drawing(60, 40, 20), icc_profile=srgb)
    yield "icc-wrong.jpg", jpeg(drawing(60, 40, 20), icc_profile=profile)
    frames = [drawing(48, 40, seed).quantize(64) for seed in (21, 22, 23)]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:], duration=80, loop=0)
    yield "animated.gif", out.getvalue()
    out = io.BytesIO()
    drawing(75, 52, 24).save(out, "WEBP", quality=80)
    yield "lossy.webp", out.getvalue()
    out = io.BytesIO()
    Image.merge("RGBA", (*drawing(55, 42, 25).split(), alpha.resize((55, 42)))).save(out, "WEBP", lossless=True, exact=True)
    yield "lossless-alpha.webp", out.getvalue()
    out = io.BytesIO()
    drawing(44, 44, 26).save(out, "TIFF", compression="tiff_lzw")
    yield "tiff.tif", out.getvalue()


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    decoded = {}
    total = 0
    for name, data in pictures():
        (OUT / name).write_bytes(data)
        total += len(data)
        image = Image.open(io.BytesIO(data))
        rgb = image.convert("RGB")
        decoded[name] = {
            "mode": image.mode,
            "size": list(rgb.size),
            "sha256": hashlib.sha256(rgb.tobytes()).hexdigest(),
        }
    write_json(
        OUT / "decoded.json",
        {"madeBy": versions("pillow", "numpy"), "pictures": decoded},
        indent=1,
    )
    print(len(decoded), "pictures", total, "bytes")


if __name__ == "__main__":
    main()
