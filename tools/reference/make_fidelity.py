"""Cosines of more than 200 picture files with captions, as transformers computes them for a
published architecture with random weights (weights.py).

    make_fidelity.py clip-vit-b-32 1 MERGES
    make_fidelity.py siglip-vit-b-16 1
    make_fidelity.py clip-vit-l-14 8 MERGES

The number takes every n-th picture: a ViT-L/14 needs 18 times the work of a ViT-B/32.
"""

import os
import sys

os.environ["HF_HUB_OFFLINE"] = "1"

import numpy as np
import torch

from common import FIXTURES, versions, write_json
from make_fidelity_pictures import OUT, pixels_of, processors
from weights import SHAPES, build

FOLDER = FIXTURES / "fidelity"

CAPTIONS = [
    "",
    "a",
    "a photo of a cat",
    "a photo of a dog",
    "a diagram",
    "A drawing of a RED circle, beside a blue square!",
    "should've, would've: it's the children's",
    "r\u00e9sum\u00e9 \U0001f600\U0001f44d\U0001f3fd",
    "re\u0301sume\u0301 na\u00efve \u00c5ngstro\u0308m",
    "Tom &amp;amp; Jerry &lt;3",
    "\u4e00\u53ea\u732b\u5728\u5c4b\u9876\u4e0a",
    "\u0645\u0631\u062d\u0628\u0627 \u0628\u0627\u0644\u0639\u0627\u0644\u0645",
    "\u041a\u043e\u0448\u043a\u0430 \u043d\u0430 \u043e\u043a\u043d\u0435",
    "\u0936\u0941\u092d \u092a\u094d\u0930\u092d\u093e\u0924",
    "1984, 3.14159 and 1,000,000",
    "IMG_20190304_121212.jpg",
    "https://example.org/pictures/a.jpg?width=300&height=200",
    "   leading, trailing   and\n\tinner white space   ",
    "\U0001f1e9\U0001f1ea\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466",
    "<|startoftext|> not a real start <|endoftext|> and more after the end",
    "two dogs running along the beach at sunset with their owner in the distance",
    "the old stone bridge over the river in winter, covered with snow, seen from the harbour",
    "portrait of a woman reading a newspaper in a crowded cafe",
    "a bowl of fresh fruit: apples, oranges, pears and grapes",
    "map of the city centre, 1850, with the harbour and the cathedral",
    "logo", "icon", "banner", "photograph", "thumbnail",
    "a red circle", "a blue circle", "a red square", "three green triangles",
    "the cat is on the left of the dog", "the dog is on the left of the cat",
    # 76, 77 and 78 tokens with the two special ones, and far too many.
    " ".join(["cat"] * 74), " ".join(["cat"] * 75), " ".join(["cat"] * 76), " ".join(["cat"] * 300),
    "x" * 500,
    "a" + "\u0300" * 40,
]


def unit(array):
    array = np.asarray(array, dtype=np.float64)
    return array / np.linalg.norm(array, axis=-1, keepdims=True)


def ids_of(shape, merges):
    """Token ids of the captions, cut, without padding."""
    if shape["family"] == "clip":
        from make_tokenizer_reference import tokenizer

        return tokenizer(merges)(CAPTIONS, truncation=True, max_length=shape["context"])["input_ids"]
    # SigLIP's own vocabulary is not here: the small one of the same structure stands in.
    from tokenizers import Tokenizer

    tok = Tokenizer.from_file(str(FIXTURES / "models/tiny-siglip/tokenizer.json"))
    cut = lambda ids: ids if len(ids) <= shape["context"] else ids[: shape["context"] - 1] + [shape["endId"]]
    return [cut(tok.encode(caption).ids) for caption in CAPTIONS]


def main():
    name = sys.argv[1]
    shape = SHAPES[name]
    torch.set_num_threads(2)
    ids = ids_of(shape, sys.argv[3] if len(sys.argv) > 3 else None)
    model = build(shape)
    processor = processors()[shape["family"]]
    files = sorted(p.name for p in OUT.iterdir() if not p.name.endswith(".pillow.png"))[:: int(sys.argv[2])]
    embed = lambda out: (out if torch.is_tensor(out) else out.pooler_output).numpy()
    images, texts = [], []
    with torch.inference_mode():
        for at in range(0, len(files), 8):
            pixels = np.stack([pixels_of(processor, (OUT / f).read_bytes()) for f in files[at : at + 8]])
            images.append(embed(model.get_image_features(pixel_values=torch.from_numpy(pixels))))
            print(at, flush=True)
        for at in range(0, len(ids), 8):
            rows = torch.full((len(ids[at : at + 8]), shape["context"]), shape["padId"])
            for row, one in zip(rows, ids[at : at + 8]):
                row[: len(one)] = torch.tensor(one)
            texts.append(embed(model.get_text_features(input_ids=rows)))
    images, texts = unit(np.concatenate(images)), unit(np.concatenate(texts))
    cosines = images @ texts.T
    between = np.triu(images @ images.T, 1)[np.triu_indices(len(images), 1)]
    print("cosines", cosines.min(), cosines.max(), "std", cosines.std(), "pictures among themselves", between.mean(), between.std())
    cosines.astype("<f4").tofile(FOLDER / f"{name}.cosines.f32")
    texts.astype("<f4").tofile(FOLDER / f"{name}.texts.f32")
    write_json(
        FOLDER / f"{name}.json",
        {
            "madeBy": versions("torch", "transformers", "pillow", "tokenizers", "numpy"),
            "files": files,
            "captions": [{"text": t, "ids": i} for t, i in zip(CAPTIONS, ids)],
        },
    )


if __name__ == "__main__":
    main()
