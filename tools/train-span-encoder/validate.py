"""Measures what is exported on made-up pages of held-out text.

    python validate.py CORPUS OUT

Writes OUT/validation.json: for shorter and for longer pages (pages.py).
"""

import json
import sys

import numpy as np
import torch
from tokenizers import Tokenizer

from model import Trained, averaged
from pages import Library, pages
from train import validate


def main():
    corpus, out = sys.argv[1:3]
    torch.set_num_threads(1)
    with open(f"{out}/settings.json", encoding="utf-8") as f:
        settings = json.load(f)
    tokenizer = Tokenizer.from_file(f"{out}/tokenizer.json")
    size = tokenizer.get_vocab_size()
    goes_on = np.zeros(size, bool)
    for word, i in tokenizer.get_vocab().items():
        goes_on[i] = word.startswith("##")
    library = Library(corpus, tokenizer, True)
    model = Trained(size, width=settings["width"], heads=settings["heads"], blocks=settings["blocks"])
    model.load_state_dict(averaged(out))
    result = {}
    for name, long in (("shorter", False), ("longer", True)):
        made = pages(library, 1000, 6, long)
        word, span, exact, answerable = validate(model, made, goes_on, size, torch.device("cpu"))
        result[name] = {
            "pages": len(made),
            "tokens": round(sum(len(p[0]) for p in made) / len(made)),
            "wordLoss": round(float(word), 4),
            "spanLoss": round(float(span), 4),
            "exactMatch": round(float(exact), 4),
            "exactMatchAnswerable": round(float(answerable), 4),
        }
        print(name, result[name], flush=True)
    with open(f"{out}/validation.json", "w", encoding="utf-8") as f:
        json.dump(result, f, indent=2)


main()
