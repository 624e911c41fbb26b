"""Boxes of DB maps, areas of unions and CTC by OpenCV, shapely and torch. See README.md.

    python make_text_reference.py OUT.json
"""

import base64
import json
import math
import sys
import zlib

import cv2
import numpy as np
import shapely
import torch
from shapely.geometry import Polygon, box as rectangle
from shapely.ops import unary_union

THRESHOLD, BOX_THRESHOLD, RATIO, MIN_SIDE = 0.3, 0.6, 1.5, 3


def draw_map(rng, width, height):
    """Turned bars of high probability, some faint, some tiny, on a noisy floor; 8 bits a pixel."""
    image = np.repeat(np.repeat(rng.integers(0, 5, (height // 8, width // 8)) * 9, 8, 0), 8, 1).astype(np.float32)
    for _ in range(rng.integers(4, 12)):
        centre = (float(rng.uniform(10, width - 10)), float(rng.uniform(10, height - 10)))
        size = (float(rng.uniform(4, width / 2.5)), float(rng.uniform(2, 22)))
        angle = float(rng.choice([0, 0, rng.uniform(-80, 80)]))
        mask = np.zeros((height, width), np.float32)
        cv2.fillPoly(mask, [np.intp(cv2.boxPoints((centre, size, angle)))], 1.0)
        image = np.maximum(image, cv2.GaussianBlur(mask, (3, 3), 0) * float(rng.choice([125, 225, 250])))
    return np.clip(image, 0, 255).astype(np.uint8)


def mini_box(points):
    """PaddleOCR, get_mini_boxes: corners from the top left on, and the shorter side."""
    found = cv2.minAreaRect(points)
    corners = sorted(cv2.boxPoints(found).tolist(), key=lambda p: p[0])
    left, right = sorted(corners[:2], key=lambda p: p[1]), sorted(corners[2:], key=lambda p: p[1])
    return [left[0], right[0], right[1], left[1]], min(found[1])


def score_of(values, corners):
    """PaddleOCR, box_score_fast."""
    height, width = values.shape
    points = np.array(corners)
    x0, x1 = (int(np.clip(f, 0, width - 1)) for f in (math.floor(points[:, 0].min()), math.ceil(points[:, 0].max())))
    y0, y1 = (int(np.clip(f, 0, height - 1)) for f in (math.floor(points[:, 1].min()), math.ceil(points[:, 1].max())))
    mask = np.zeros((y1 - y0 + 1, x1 - x0 + 1), np.uint8)
    cv2.fillPoly(mask, (points - [x0, y0]).reshape(1, -1, 2).astype(np.int32), 1)
    return cv2.mean(values[y0 : y1 + 1, x0 : x1 + 1], mask)[0]


def boxes_of(values, least=BOX_THRESHOLD):
    """Boxes of a map, 0 to 1, float32, whose mean is `least` or more."""
    bitmap = (values > np.float32(THRESHOLD)).astype(np.uint8)
    contours, _ = cv2.findContours(bitmap * 255, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    boxes = []
    for contour in contours:
        corners, side = mini_box(contour)
        if side < MIN_SIDE:
            continue
        score = score_of(values, corners)
        if score < least:
            continue
        kernel = Polygon(corners)
        grown = kernel.buffer(kernel.area * RATIO / kernel.length, quad_segs=64, join_style="round")
        corners, side = mini_box(np.array(grown.exterior.coords, np.float32).reshape(-1, 1, 2))
        if side >= MIN_SIDE + 2:
            boxes.append({"corners": np.array(corners).round(3).tolist(), "score": round(score, 4)})
    return boxes


def union_of(rng, width, height):
    """Turned rectangles, some of them out of the picture, and the share of it that they cover."""
    shapes, corners = [], []
    for _ in range(rng.integers(1, 7)):
        centre = (float(rng.uniform(0, width)), float(rng.uniform(0, height)))
        size = (float(rng.uniform(10, width)), float(rng.uniform(5, height / 2)))
        points = cv2.boxPoints((centre, size, float(rng.uniform(-90, 90)))).tolist()
        corners.append(points)
        shapes.append(Polygon(points))
    covered = unary_union(shapes).intersection(rectangle(0, 0, width, height)).area
    return {"width": width, "height": height, "polygons": corners, "share": covered / (width * height)}


def ctc_of(rng, steps, classes, blank):
    values = rng.normal(0, 1, (steps, classes)).astype(np.float32)
    values[:, blank] += 1.2
    values[1:2] = values[0]
    probabilities = torch.softmax(torch.from_numpy(values), 1)
    path, starts = torch.unique_consecutive(probabilities.argmax(1), return_inverse=True)
    first = [int((starts == i).nonzero()[0]) for i in range(len(path))]
    kept = [(int(c), first[i]) for i, c in enumerate(path) if c != blank]
    confidence = float(np.mean([float(probabilities[at, c]) for c, at in kept])) if kept else 0.0
    return {
        "logits": base64.b64encode(values.tobytes()).decode(), "classes": classes, "blank": blank,
        "path": [c for c, _ in kept], "confidence": confidence,
    }


def main(out):
    rng = np.random.default_rng(7)
    maps = []
    for width, height in [(160, 96), (96, 160), (224, 224), (320, 64), (256, 192), (192, 256), (320, 320), (480, 160), (160, 320)]:
        image = draw_map(rng, width, height)
        packed = base64.b64encode(zlib.compress(image.tobytes(), 9)).decode()
        maps.append({"width": width, "height": height, "map": packed, "boxes": boxes_of((image / 255).astype(np.float32))})
    found = {
        "madeBy": {"opencv": cv2.__version__, "shapely": shapely.__version__, "torch": torch.__version__},
        "rules": {"threshold": THRESHOLD, "boxThreshold": BOX_THRESHOLD, "unclip": RATIO, "minSide": MIN_SIDE},
        "maps": maps,
        "unions": [union_of(rng, w, h) for w, h in [(100, 100), (640, 480), (300, 900), (64, 64), (1000, 50)]],
        "ctc": [ctc_of(rng, s, c, b) for s, c, b in [(12, 6, 0), (40, 12, 0), (25, 9, 8), (1, 3, 0), (80, 30, 29)]],
    }
    with open(out, "w") as file:
        json.dump(found, file)
        file.write("\n")


if __name__ == "__main__":
    main(sys.argv[1])
