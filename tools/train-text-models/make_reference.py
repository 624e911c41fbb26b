"""Writes reference.json beside a model: what OpenCV, shapely and onnxruntime find in three drawn pictures.

    python make_reference.py FOLDER
"""

import base64
import io
import json
import random
import sys
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
import shapely
from PIL import Image
from shapely.geometry import Polygon, box as rectangle
from shapely.ops import unary_union

import draw

sys.path.insert(0, str(Path(__file__).parent.parent / "reference" / "text"))
from make_text_reference import boxes_of  # noqa: E402


def run(graph, x):
    return graph.run(None, {graph.get_inputs()[0].name: x.astype(np.float32)})[0]


def find(graph, image, picture, least):
    """Boxes in pixels of the picture. Its sides are multiples of 32 already."""
    x = (np.asarray(image, np.float32) / 255 - picture["mean"]) / picture["std"]
    found = run(graph, x.transpose(2, 0, 1)[None])[0, 0]
    boxes = [np.array(one["corners"]) + 0.5 for one in boxes_of(found, least)]
    return sorted(boxes, key=lambda points: points[:, 1].mean())


def read(graph, image, corners, recogniser):
    w, h = np.linalg.norm(corners[1] - corners[0]), np.linalg.norm(corners[3] - corners[0])
    size = (round(w), round(h))
    flat = np.float32([[0, 0], [size[0], 0], [size[0], size[1]], [0, size[1]]])
    matrix = cv2.getPerspectiveTransform(np.float32(corners), flat)
    # Pixels are points to OpenCV, squares here.
    half = np.float32([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])
    matrix = np.linalg.inv(half) @ matrix @ half
    line = cv2.warpPerspective(np.asarray(image), matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    height = recogniser["height"]
    width = int(np.ceil(size[0] * height / size[1]))
    small = np.asarray(Image.fromarray(line).resize((width, height), Image.BILINEAR), np.float32)
    x = np.zeros((1, 3, height, (width + 7) // 8 * 8), np.float32)
    x[0, :, :, :width] = (small / 127.5 - 1).transpose(2, 0, 1)
    path = run(graph, x)[0].argmax(1)
    letters = [c for i, c in enumerate(path) if c != 0 and (i == 0 or path[i - 1] != c)]
    return "".join(recogniser["characters"][c - 1] for c in letters).strip()


def pictures():
    """Two with two lines that lie straight, one with none."""
    rng = random.Random(12)
    for lines in (2, 2, 0):
        image, taken = draw.background(rng, 224, 160), []
        while len(taken) < lines:
            draw.put_line(rng, image, taken, sizes=(18, 30), tilt=3)
        yield image


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    manifest = json.loads((folder / "gleaner.json").read_text())
    detector, recogniser = manifest["detector"], manifest["recogniser"]
    graphs = [onnxruntime.InferenceSession(str(folder / part["file"])) for part in (detector, recogniser)]
    images = []
    for image in pictures():
        boxes = find(graphs[0], image, detector["picture"], manifest["boxes"]["boxThreshold"])
        whole = rectangle(0, 0, *image.size)
        share = unary_union([Polygon(points) for points in boxes]).intersection(whole).area / (image.width * image.height)
        png = io.BytesIO()
        image.save(png, "PNG")
        texts = [read(graphs[1], image, points, recogniser) for points in boxes]
        images.append({"png": base64.b64encode(png.getvalue()).decode(), "share": round(share, 5), "texts": texts})
        print(share, texts)
    made = {"onnxruntime": onnxruntime.__version__, "opencv": cv2.__version__, "shapely": shapely.__version__}
    (folder / "reference.json").write_text(json.dumps({"madeBy": made, "bound": 0.01, "images": images}) + "\n")
