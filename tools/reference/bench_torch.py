"""Images and texts a second with PyTorch in eager fp32, as transformers runs CLIP: from picture
files to vectors. Called by test/bench/score.ts.

    bench_torch.py clip-vit-b-32 FOLDER THREADS
"""

import json
import os
import sys
import time
from pathlib import Path

import torch
from PIL import Image
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

from make_tokenizer_reference import tokenizer
from weights import SHAPES, build


def timed(work):
    began, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - began, time.process_time() - cpu


def main():
    name, folder, threads = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    torch.set_num_threads(threads)
    model = build(SHAPES[name])
    processor, words = CLIPImageProcessorPil(), tokenizer(os.environ["GLEANER_MERGES"])
    captions = json.loads((folder / "captions.json").read_text())
    files = [folder / f"{i}.jpg" for i in range(len(captions))]

    def images(files, batch=8):
        for at in range(0, len(files), batch):
            opened = [Image.open(f).convert("RGB") for f in files[at : at + batch]]
            model.get_image_features(**processor(opened, return_tensors="pt"))

    def texts(captions, batch=32):
        for at in range(0, len(captions), batch):
            # Padded to the whole context, as pipelines do it.
            row = words(captions[at : at + batch], padding="max_length", truncation=True, max_length=77, return_tensors="pt")
            model.get_text_features(input_ids=row["input_ids"], attention_mask=row["attention_mask"])

    with torch.inference_mode():
        images(files[:8])
        texts(captions[:8])
        image_wall, image_cpu = timed(lambda: images(files))
        _, text_cpu = timed(lambda: texts(captions))
    n = len(files)
    print(json.dumps({
        "name": f"PyTorch {torch.__version__} fp32", "images": n / image_wall,
        "imagesPerCore": n / image_cpu, "textsPerCore": n / text_cpu,
    }))


if __name__ == "__main__":
    main()
