"""Writes MODEL_CARD.md, the loss curve and the training's record from what training and judging left.

    python card.py OUT MODEL_FOLDER
"""

import csv
import json
import os
import shutil
import sys

NAME = "Gleaner demonstration encoder"
# Said instead of the place where they lay.
PLACES = {"corpus": "CORPUS", "out": "OUT", "tokenizer": "resources/models/gleaner-demo-encoder/tokenizer.json"}


def curve(rows, path):
    """Loss of words and of spans over the steps, and the exact match on held-out pages, as an SVG."""
    w, h, left, foot = 720, 320, 48, 36
    last = max(int(r["step"]) for r in rows)
    top = max(float(r["word_loss"]) for r in rows)

    def x(step):
        return left + int(step) / last * (w - left - 48)

    def y(share):
        return 12 + (1 - share) * (h - foot - 12)

    def line(key, colour):
        points = " ".join(f"{x(r['step']):.1f},{y(float(r[key]) / top):.1f}" for r in rows)
        return f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.6"/>'

    dots = "".join(f'<circle cx="{x(r["step"]):.1f}" cy="{y(float(r["validation_exact"])):.1f}" r="3.5" fill="#c05a2a"/>' for r in rows if r["validation_exact"])
    ticks = "".join(
        f'<text x="{left - 6}" y="{y(v / top) + 4:.1f}" text-anchor="end">{v}</text><line x1="{left}" x2="{w - 48}" y1="{y(v / top):.1f}" y2="{y(v / top):.1f}" stroke="#ddd"/>'
        for v in range(0, int(top) + 1)
    )
    right = "".join(f'<text x="{w - 42}" y="{y(v / 4) + 4:.1f}" fill="#c05a2a">{v / 4:.2f}</text>' for v in range(5))
    along = "".join(f'<text x="{x(last * i / 4):.1f}" y="{h - 16}" text-anchor="middle">{last * i // 4}</text>' for i in range(5))
    with open(path, "w", encoding="utf-8") as f:
        f.write(
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{w}" height="{h}" font-family="sans-serif" font-size="11" fill="#333">'
            f'<rect width="{w}" height="{h}" fill="#fff"/>{ticks}{right}{along}'
            f'{line("word_loss", "#2a5a9c")}{line("span_loss", "#5a8f3c")}{dots}'
            f'<text x="{left}" y="{h - 3}">steps; left: loss of masked words (blue) and of spans (green); right: exact match on 1,000 made-up pages of held-out text (orange)</text></svg>\n'
        )


def judged(path):
    if not os.path.exists(path):
        return "", None
    with open(path, encoding="utf-8") as f:
        result = json.load(f)
    rows = "\n".join(f"| {r['name']} | {r['exactMatch']:.3f} | {r['iou']:.3f} | {r['f1']:.3f} |" for r in result["rows"])
    return rows, result


def main():
    out, folder = sys.argv[1:3]
    with open(f"{out}/settings.json", encoding="utf-8") as f:
        settings = json.load(f)
    with open(f"{out}/training-log.csv", encoding="utf-8") as f:
        rows = list(csv.DictReader(f))
    shutil.copy(f"{out}/training-log.csv", f"{folder}/training-log.csv")
    curve(rows, f"{folder}/loss-curve.svg")
    settings = {k: PLACES.get(k, v) for k, v in settings.items()}
    with open(f"{folder}/training-settings.json", "w", encoding="utf-8") as f:
        json.dump(settings, f, indent=2)
        f.write("\n")
    last = rows[-1]
    tokens, seconds = int(last["tokens"]), int(last["seconds"])
    size = sum(os.path.getsize(f"{folder}/{name}") for name in ("model.onnx", "tokenizer.json"))
    table, result = judged(f"{folder}/evaluation.json")
    figures = f"""## On the sample

Heads of {result['hidden']} hidden units on the frozen encoder, trained as the program trains them (its defaults), on
the best match of each picture's alt in the words around it: {result['texts']} texts of {result['sites']} sites. The sites are
dealt to {len(result['folds'])} folds; each is the test once, one is for early stopping, the others are trained on. Means over
all texts, in code points.

| | exact match | IoU | F1 |
|---|---|---|---|
{table}

This is a figure about the sample, not about the web: see "What to keep in mind".
""" if result else ""
    note = ""
    if os.path.exists(f"{out}/note.txt"):
        with open(f"{out}/note.txt", encoding="utf-8") as f:
            note = f.read().strip() + "\n\n"
    with open(f"{out}/validation.json", encoding="utf-8") as f:
        validation = json.load(f)
    held = "\n".join(f"| {name} | {v['tokens']} | {v['wordLoss']:.2f} | {v['exactMatch']:.3f} | {v['exactMatchAnswerable']:.3f} |" for name, v in validation.items())
    kept = " ".join(map(str, settings["keep"]))
    flags = "".join(f" --earlier {a} {b}" for a, b in settings["earlier"])
    with open(f"{folder}/MODEL_CARD.md", "w", encoding="utf-8") as f:
        f.write(f"""# {NAME}

A small encoder of English text, to train span heads on: which words around a picture describe it. It
comes with Gleaner so that training and prediction of spans work without a download. **It is a
demonstration**: it has read about {tokens / 1e6:.0f} million tokens, a BERT some thousand times as many.

| | |
|---|---|
| graph | `input_ids`, `attention_mask`, `token_type_ids` (int64, batch and length dynamic) -> `last_hidden_state` |
| tokenizer | WordPiece, {8000:,} pieces, lower case, accents stripped |
| encoder | {settings['blocks']} transformer blocks of {settings['width']} dimensions, {settings['heads']} heads, rotary places, normalised first |
| longest text | 512 tokens |
| parameters | {settings['parameters'] / 1e6:.2f} million, matrices kept as int8 with a scale for each word or output, computed in fp32 |
| size | {size / 1e6:.1f} MB with its tokenizer |
| training | {last['step']} steps, {tokens / 1e6:.1f} million tokens, {seconds / 60:.0f} minutes on a share of one CPU core; AdamW, cosine rate; seed {settings['seed']}; the weights are the mean of those at step {kept} and the last |
| licence | Apache-2.0 |

Input: `[CLS] text before the picture [SEP] caption and text after it [SEP]`, segments 0 and 1. The end
of a block of text is a `[PAD]` within the text, with a mask of 0, as Gleaner writes it
(`"breaks": "pad"`): the encoder tells the words beside one that a block begins or ends there, and
attends to no padding. Without them it works too, less well.

## What it was trained for

On made-up pages (`pages.py`), all at once:

1. Masked words: on three pages of five, {settings['masked']:.0%} of the whole words, as BERT.
2. The picture's own description: start and end of the words that describe the picture, or "none".
   They stand as a caption after or before it, in a numbered row, or in the middle of a sentence;
   about one page in six has none.
3. For each token: is it in a description of any picture, the first one, the last one.

The heads of 1 to 3 are thrown away. 2 and 3 are what makes a small encoder useful here, and what
makes it a specialist: it is no general encoder of sentences.

On 1,000 made-up pages each of held-out text:

| pages | tokens | loss of masked words | exact match of the description | where there is one |
|---|---|---|---|---|
{held}

{note}{figures}
## Text

| source | Debian package | licence | use |
|---|---|---|---|
| WordNet 3.0: glosses, examples, names | `wordnet-base` | WordNet licence | running text, made-up descriptions |
| Jane Austen, six novels | `r-cran-janeaustenr` | public domain (package MIT) | running text |
| Herman Melville, Moby-Dick | `r-cran-tokenizers` | public domain (package MIT) | running text |
| Mark Twain, Tom Sawyer | `golang-github-klauspost-compress-dev` | public domain (package BSD-3-Clause) | running text |
| Isaac Newton, Opticks | `golang-1.19-src` | public domain (package BSD-3-Clause) | running text |
| Ambrose Bierce, The Devil's Dictionary | `dict-devil` | public domain | running text |
| The Jargon File 4.4.7 | `dict-jargon` | public domain | running text |
| PostgreSQL 15 manual | `postgresql-doc-15` | PostgreSQL licence | running text |
| Python 3.11 manual | `python3.11-doc` | PSF licence 2 | running text |
| Rust books | `rust-doc` | MIT or Apache-2.0 | running text |
| SQLite manual | `sqlite3-doc` | public domain | running text |
| Openclipart: titles, descriptions | `openclipart-svg` | public domain | descriptions |
| emoji names | npm `unicode-emoji-json` 0.8.0 | MIT (names: Unicode licence v3) | descriptions |
| sentences of `tools/draw` | | our own | descriptions |
| frames and furniture of pages (`phrases.py`) | | our own | pages |

Package descriptions and GCIDE were left out: their text is mostly under the GPL, and whether weights
are made from the text they were trained on is not settled. No text of the sample's pages was used.

## What to keep in mind

- The sample's alts are sentences of `tools/draw`, and half of the descriptions that the encoder was
  trained with are, too (other scenes: what the sample shows is left out, and one in twelve
  combinations of thing and colour). On the sample it knows the kind of words it has to find; the
  sites and their prose it does not. A few of the short lines that describe nothing ("No. 3 from
  12.00", the heads of a table) are like those of the sample. On the web it has no such advantage.
- English only. Other scripts become single characters or `[UNK]`.
- Its running text is novels of the 19th century, dictionaries and manuals; news, shops and forums it
  knows from a handful of made-up lines.
- A large encoder (any BERT-like ONNX with its tokenizer can be added) reads better once there are
  thousands of labels, or languages other than English.

## Made by

`tools/train-span-encoder` (README there): `train.py CORPUS OUT --steps {settings['steps']}{flags} --long-from {settings['long_from']} --keep {kept}`.
`training-log.csv` and `loss-curve.svg` are its record, `training-settings.json` its settings,
`evaluation.json` the figures above, `reference.json` hidden states by PyTorch for a few texts.
""")


main()
