"""More than 200 small pictures of every odd kind, drawn here from seeds, and the SHA-256 of the
float32 pixels that Pillow and transformers' image processors make of them for CLIP and SigLIP."""

import hashlib
import io
import shutil

import numpy as np
from PIL import Image, ImageCms

from common import FIXTURES, versions, write_json
from make_pictures import drawing, exif, png, png16

OUT = FIXTURES / "fidelity" / "pictures"

# Wider than it seems: primes, powers of two and their neighbours, both orientations.
SIZES = [
    (2, 2), (3, 2), (2, 5), (7, 7), (13, 11), (17, 31), (31, 33), (53, 29), (63, 65), (97, 89),
    (127, 61), (101, 151), (223, 225), (225, 223), (224, 224), (224, 100), (100, 224), (256, 256),
    (257, 131), (149, 283), (331, 173), (337, 449), (448, 336), (640, 427),
]


def jpeg(image, **options):
    out = io.BytesIO()
    image.save(out, "JPEG", **({"quality": 80, "optimize": True} | options))
    return out.getvalue()


def saved(image, kind, **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def adam7(image):
    """An interlaced PNG, which Pillow does not write."""
    import struct
    import zlib

    pixels = np.array(image)
    rows = b""
    for x0, y0, dx, dy in [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]:
        part = pixels[y0::dy, x0::dx]
        if part.size:
            rows += b"".join(b"\0" + row.tobytes() for row in part)
    chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    header = struct.pack(">IIBBBBB", image.width, image.height, 8, 2, 0, 0, 1)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


def alpha_of(width, height, seed):
    y, x = np.mgrid[0:height, 0:width]
    return Image.fromarray(((x * 255 // max(1, width - 1) + y * seed) % 256).astype(np.uint8), "L")


def wide(width, height, seed):
    """16-bit values that use the whole range and whose low bytes matter."""
    low = np.random.default_rng(seed).integers(0, 8192, (height, width, 3))
    return np.clip(np.array(drawing(width, height, seed)).astype(int) * 224 + low, 0, 65535)


def pictures():
    seed = 1000
    for width, height in SIZES:
        seed += 1
        image = drawing(width, height, seed)
        yield "odd size", "jpg", jpeg(image, quality=80 if width * height < 20000 else 40)
        if width * height < 8000:
            yield "odd size", "png", png(image)
    for length in (1, 2, 3, 9, 40, 101, 224, 225, 500, 901):
        seed += 1
        yield "one pixel wide", "png", png(drawing(1, length, seed))
        yield "one pixel high", "png", png(drawing(length, 1, seed + 500))
    for width, height in ((30, 200), (61, 400), (90, 120), (120, 161), (75, 333), (20, 640)):
        seed += 1
        yield "portrait", "jpg", jpeg(drawing(width, height, seed))
    for width, height in ((70, 50), (33, 91), (200, 120), (225, 301)):
        seed += 1
        grey = drawing(width, height, seed).convert("L")
        yield "grey", "jpg", jpeg(grey)
        yield "grey", "webp", saved(grey.convert("RGB"), "WEBP", quality=60)
        yield "grey", "png", png(grey.resize((max(1, width // 2), max(1, height // 2))))
        yield "bilevel", "png", png(grey.convert("1"))
        yield "grey with alpha", "png", png(Image.merge("LA", (grey.resize((40, 30)), alpha_of(40, 30, seed))))
    for colours in (2, 4, 16, 64, 256):
        seed += 1
        image = drawing(80, 57, seed).quantize(colours)
        yield "palette", "png", png(image)
        yield "palette", "gif", saved(image, "GIF")
        yield "palette with transparency", "png", png(image, transparency=1)
        yield "palette with transparency", "gif", saved(image, "GIF", transparency=1)
        partly = bytes((i * 37) % 256 for i in range(colours))
        yield "palette with transparency", "png", png(drawing(31, 45, seed).quantize(colours), transparency=partly)
    for width, height in ((60, 44), (45, 101), (150, 90), (20, 20)):
        seed += 1
        image = drawing(width, height, seed)
        rgba = Image.merge("RGBA", (*image.split(), alpha_of(width, height, seed)))
        yield "alpha", "png", png(rgba.resize((40, 33)))
        yield "alpha", "webp", saved(rgba, "WEBP", quality=70, exact=True)
        yield "alpha", "webp", saved(rgba.resize((30, 41)), "WEBP", lossless=True, exact=True)
        yield "16 bits, colour", "png", png16(wide(width // 2, height // 2, seed), 2)
        yield "16 bits, grey", "png", png16(wide(width // 2, height // 2, seed)[:, :, 0], 0)
    for quality in (30, 75, 95):
        seed += 1
        image = drawing(90, 67, seed)
        yield "CMYK", "jpg", jpeg(image.convert("CMYK"), quality=quality)
        inks = np.random.default_rng(seed).integers(0, 256, (9, 7, 4)).astype(np.uint8)
        full = Image.fromarray(inks, "CMYK").resize((43, 51), Image.Resampling.BICUBIC)
        yield "CMYK", "jpg", jpeg(full, quality=quality)
        yield "CMYK", "tif", saved(full.resize((30, 21)), "TIFF", compression="tiff_lzw")
    for orientation in range(1, 9):
        for width, height in ((50, 30), (61, 97)):
            seed += 1
            yield f"EXIF orientation {orientation}", "jpg", jpeg(drawing(width, height, seed), exif=exif(orientation))
        yield f"EXIF orientation {orientation}", "png", png(drawing(24, 35, seed), exif=exif(orientation))
        yield f"EXIF orientation {orientation}", "webp", saved(drawing(70, 41, seed), "WEBP", quality=60, exif=exif(orientation))
    for first, second in ((2001, 2002), (2003, 2004)):
        frames = [drawing(48, 40, s).quantize(32) for s in (first, second, second + 1)]
        yield "animated", "gif", saved(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=80, loop=0)
        colour = [drawing(60, 33, s) for s in (first, second)]
        yield "animated", "webp", saved(colour[0], "WEBP", save_all=True, append_images=colour[1:], duration=80, quality=60)
        yield "animated", "png", saved(colour[0].resize((40, 22)), "PNG", save_all=True, append_images=[colour[1].resize((40, 22))], duration=80)
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    xyz = ImageCms.ImageCmsProfile(ImageCms.createProfile("XYZ")).tobytes()
    for profile in (srgb, lab, xyz, srgb[:300], b"no profile"):
        seed += 1
        image = drawing(60, 43, seed)
        yield "ICC profile", "jpg", jpeg(image, icc_profile=profile)
        yield "ICC profile", "png", png(image.resize((30, 29)), icc_profile=profile)
        yield "ICC profile", "webp", saved(image, "WEBP", quality=60, icc_profile=profile)
    yield "ICC profile", "jpg", jpeg(drawing(60, 43, seed).convert("CMYK"), icc_profile=srgb)
    yield "ICC profile", "jpg", jpeg(drawing(60, 43, seed).convert("L"), icc_profile=srgb)
    for subsampling in ("4:4:4", "4:2:2", "4:2:0"):
        for width, height in ((90, 120), (71, 83), (125, 90)):
            seed += 1
            image = drawing(width, height, seed)
            yield "progressive JPEG", "jpg", jpeg(image, progressive=True, subsampling=subsampling)
            yield f"JPEG {subsampling}", "jpg", jpeg(image, quality=55, subsampling=subsampling)
    yield "progressive JPEG", "jpg", jpeg(drawing(91, 75, seed).convert("L"), progressive=True)
    yield "progressive JPEG", "jpg", jpeg(drawing(91, 75, seed).convert("CMYK"), progressive=True)
    for quality in (1, 10, 100):
        yield "JPEG quality 1 to 100", "jpg", jpeg(drawing(77, 55, seed), quality=quality)
    for width, height in ((5, 3), (40, 31), (33, 64)):
        yield "interlaced PNG", "png", adam7(drawing(width, height, seed + width))
    for width, height in ((75, 52), (1, 90), (301, 200)):
        yield "WebP", "webp", saved(drawing(width, height, seed + width), "WEBP", quality=50)
        yield "TIFF", "tif", saved(drawing(width // 4 + 1, height // 4, seed + width), "TIFF", compression="tiff_deflate")


def open_picture(data):
    """As Pillow opens it, but for the two things in which Gleaner does not follow it; the
    difference that they make is in the table of docs/fidelity.md."""
    image = Image.open(io.BytesIO(data))
    if image.mode.startswith("I;16"):
        # By its high byte; Pillow's own conversion would clip nearly all of it to white.
        return Image.fromarray((np.array(image) >> 8).astype(np.uint8), "L")
    if image.format == "GIF" and "transparency" in image.info:
        # Transparent pixels are black; Pillow shows the colour that the palette hides there.
        rgba = np.array(image.convert("RGBA"))
        return Image.fromarray(np.where(rgba[..., 3:] == 0, 0, rgba[..., :3]).astype(np.uint8), "RGB")
    return image


def processors():
    from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil
    from transformers.models.siglip.image_processing_pil_siglip import SiglipImageProcessorPil

    return {
        "clip": CLIPImageProcessorPil(),
        "siglip": SiglipImageProcessorPil(size={"height": 224, "width": 224}, resample=3),
    }


def pixels_of(processor, data):
    """float32 [3, 224, 224] as transformers makes them of a file."""
    image = open_picture(data).convert("RGB")
    if min(image.size) == 1 or max(image.size) <= 3:
        # transformers takes a side of 1 to 3 pixels for the channels unless it is told.
        out = processor(image, return_tensors="np", input_data_format="channels_last")
    else:
        out = processor(image, return_tensors="np")
    out = out["pixel_values"][0]
    assert out.shape == (3, 224, 224) and out.dtype == np.float32, (out.shape, out.dtype)
    return np.ascontiguousarray(out)


def main():
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    made = processors()
    rows, total = [], 0
    for number, (kind, ending, data) in enumerate(pictures()):
        file = f"{number:03d}.{ending}"
        (OUT / file).write_bytes(data)
        total += len(data)
        image = Image.open(io.BytesIO(data))
        row = {"file": file, "kind": kind, "mode": image.mode, "size": list(image.size)}
        plain = image.convert("RGB")
        if plain.tobytes() != open_picture(data).convert("RGB").tobytes():
            row["pillow"] = f"{number:03d}.pillow.png"
            (OUT / row["pillow"]).write_bytes(png(plain))
        for name, processor in made.items():
            row[name] = hashlib.sha256(pixels_of(processor, data).tobytes()).hexdigest()
        rows.append(row)
    value = {"madeBy": versions("pillow", "numpy", "transformers"), "pictures": rows}
    write_json(OUT.parent / "pictures.json", value, indent=1)
    print(len(rows), "pictures", total, "bytes")


if __name__ == "__main__":
    main()
