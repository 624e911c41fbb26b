"""Writes gleaner.json, MODEL_CARD.md and the loss curve from what training and evaluation left.

    python card.py OUT MODEL_FOLDER
"""

import csv
import json
import os
import shutil
import sys

from model import CONTEXT, MEAN, PAD, SIDE, STD

NAME = "Gleaner demonstration model"


def curve(rows, path):
    """The loss over the steps, and the validation recall where it was taken, as an SVG."""
    w, h, left, foot = 720, 320, 48, 36
    steps = [int(r["step"]) for r in rows]
    losses = [float(r["loss"]) for r in rows]
    top = max(losses)
    last = max(steps)

    def x(step):
        return left + step / last * (w - left - 48)

    def y(share):
        return 12 + (1 - share) * (h - foot - 12)

    line = " ".join(f"{x(s):.1f},{y(v / top):.1f}" for s, v in zip(steps, losses))
    dots = "".join(
        f'<circle cx="{x(int(r["step"])):.1f}" cy="{y(float(r["validation_recall_5"])):.1f}" r="3.5" fill="#c05a2a"/>'
        for r in rows
        if r["validation_recall_5"]
    )
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
            f'<polyline points="{line}" fill="none" stroke="#2a5a9c" stroke-width="1.6"/>{dots}'
            f'<text x="{left}" y="{h - 3}">steps; blue: loss (left), orange: recall@5 picture to text among 1,000 held-out combinations (right)</text></svg>\n'
        )


def percent(value):
    return f"{100 * value:.1f} %"


def retrieval_rows(result):
    names = {
        "held_out_combinations": "scenes, combinations of thing and colour held out",
        "held_out_style_scenes": "scenes, drawing style held out (print)",
        "held_out_pictograms_twemoji": "pictograms, set held out (Twemoji)",
        "held_out_pictograms_openmoji": "pictograms, set held out (OpenMoji)",
    }
    for key, name in names.items():
        r = result[key]
        word = f"{r['one_word_changed_accuracy']:.3f}" if "one_word_changed_accuracy" in r else ""
        yield (
            f"| {name} | {r['n']} | {r['image_to_text_recall_1']:.3f} | {r['image_to_text_recall_5']:.3f} "
            f"| {r['text_to_image_recall_1']:.3f} | {r['text_to_image_recall_5']:.3f} | {r['auc']:.4f} | {word} |"
        )


def main():
    out, folder = sys.argv[1:3]
    with open(f"{folder}/evaluation.json", encoding="utf-8") as f:
        result = json.load(f)
    with open(f"{out}/settings.json", encoding="utf-8") as f:
        settings = json.load(f)
    with open(f"{out}/scale.json", encoding="utf-8") as f:
        scale = json.load(f)["scale"]
    with open(f"{out}/training-log.csv", encoding="utf-8") as f:
        rows = list(csv.DictReader(f))
    shutil.copy(f"{out}/training-log.csv", f"{folder}/training-log.csv")
    curve(rows, f"{folder}/loss-curve.svg")
    cutoff = result["cutoff"]
    sample = result["sample"]

    manifest = {
        "format": 1,
        "id": "gleaner-demo",
        "name": NAME,
        "family": "clip",
        "description": "A small model of our own for drawings and pictograms with English texts. It shows how Gleaner works; it knows no photographs.",
        "license": "Apache-2.0",
        "dtype": "mixed",
        "demonstration": True,
        "embeddingDim": 256,
        "graphs": {
            "image": {"file": "image.onnx", "pixels": "pixel_values", "embedding": "image_embeds"},
            "text": {"file": "text.onnx", "ids": "input_ids", "mask": None, "embedding": "text_embeds"},
        },
        "image": {
            "width": SIDE,
            "height": SIDE,
            "resize": {"mode": "exact", "filter": "bicubic"},
            "crop": "transformers",
            "rescale": 1 / 255,
            "mean": MEAN,
            "std": STD,
            "orientation": "apply",
            "alpha": "white",
        },
        "text": {
            "tokenizer": "tokenizer.json",
            "contextLength": CONTEXT,
            "padId": PAD,
            "endId": 3,
            "padding": "longest",
            "clean": "none",
        },
        "logits": {"scale": round(scale, 4), "bias": None},
        "cutoffs": [
            {
                "cosine": cutoff["cosine"],
                "label": "Drawings",
                "source": f"Largest sum of sensitivity and specificity on 1,000 held-out drawn scenes against 100,000 mismatched pairs: keeps {percent(cutoff['keeps_of_matched'])} of the matched, drops {percent(cutoff['drops_of_mismatched'])} of the mismatched. See MODEL_CARD.md.",
            }
        ],
    }
    with open(f"{folder}/gleaner.json", "w", encoding="utf-8") as f:
        json.dump(manifest, f, indent=2, ensure_ascii=False)
        f.write("\n")

    shown = min(settings["steps"], settings.get("stop_at") or settings["steps"])
    plan = ""
    if settings.get("first_plan"):
        stop = f" --stop-at {settings['stop_at']}" if settings.get("stop_at") else ""
        plan = (
            f"The rate followed a plan of {settings['first_plan']:,} steps up to step {settings['replanned_at']} and one of "
            f"{settings['steps']:,} from there (`--first-plan {settings['first_plan']} --replanned-at {settings['replanned_at']} --steps {settings['steps']}{stop}`): "
            "the machine was busier than planned, and the last steps were left out. "
        )
    note = ""
    if os.path.exists(f"{out}/note.txt"):
        with open(f"{out}/note.txt", encoding="utf-8") as f:
            note = f.read().strip() + "\n\n"
    table = "\n".join(retrieval_rows(result))
    speed = [float(r["pictures_per_second"]) for r in rows]
    with open(f"{folder}/MODEL_CARD.md", "w", encoding="utf-8") as f:
        f.write(f"""# {NAME}

A picture encoder and a text encoder that put drawings and English sentences into one space of 256
dimensions. It comes with Gleaner so that a first start has scores to show without a download. It is
a demonstration: **it has never seen a photograph, and its scores on photographs mean nothing.**

| | |
|---|---|
| picture encoder | {SIDE} x {SIDE} pixels, small residual network, one transformer block |
| text encoder | WordPiece, {CONTEXT} tokens at most, two transformer blocks |
| parameters | {settings['parameters'] / 1e6:.2f} million, kept as fp16, computed in fp32 |
| loss | CLIP's symmetric contrastive loss; each scene also against a sentence made false by one change |
| training | {shown} steps of {settings['scenes']} scenes, {settings['pictograms']} pictograms, {settings['clipart']} clip art; AdamW, cosine rate; seed {settings['seed']}; {settings['device']}, {sum(speed) / len(speed):.0f} pictures a second |
| licence | Apache-2.0 |

This was a short training: {shown * (settings['scenes'] + settings['pictograms'] + settings['clipart']) / 1000:.0f} thousand pictures shown, on two shared CPU cores with
the lowest priority. {plan}The loss was still falling; a longer one (`--steps`) should do better, above
all on pictograms.

{note}## Figures

None of these pictures was in training. Recall among n pictures or texts; AUC of matched against all
mismatched pairs; last column: how often the true sentence scores above one that differs by a colour,
a count, a side or a thing.

| held out | n | picture to text @1 | @5 | text to picture @1 | @5 | AUC | one change |
|---|---|---|---|---|---|---|---|
{table}

Aimed at on a held-out drawing style: AUC 0.90 and recall@5 0.5 both ways. On scenes in a style that
training never saw both are reached; on whole sets of pictograms the AUC is, the recall is not.

Sentences of scenes leave things out (the place, sometimes the colour), so that two of a thousand
pictures can fit one sentence; recall cannot reach 1.

The sample (`resources/sample`, {sample['right_n']} right, {sample['wrong_n']} wrong English alts):
AUC right against wrong **{sample['auc_right_wrong']:.4f}**; mean cosine {sample['right_mean_cosine']:.3f} and {sample['wrong_mean_cosine']:.3f}. At the
cutoff {cutoff['cosine']:.3f}, {percent(sample['right_at_or_above_cutoff'])} of the right alts are kept and {percent(sample['wrong_below_cutoff'])} of the wrong ones dropped. Right against wrong
and useless alts together: AUC {sample['auc_right_wrong_or_useless']:.4f}. With the German, Russian, Japanese and Arabic pages, of whose
words it knows none: {sample['auc_right_wrong_all_languages']:.4f}. The sample's pictures are not in training and no training scene
shows the same things in the same colours, counts and places; they come from the same drawing
program, so that this is a figure about the sample and not about the web.

## Cutoff

{cutoff['cosine']:.3f}: {manifest['cutoffs'][0]['source'].replace(' See MODEL_CARD.md.', '')} It is this model's own; cutoffs of CLIP do not apply.

## Data

| set | pictures | licence | use |
|---|---|---|---|
| scenes drawn by `tools/draw` (105 things, 12 colours, 10 backgrounds, 7 of 8 styles) | 40,000 | our own | training |
| Noto Emoji (`@iconify-json/noto`, `@iconify-json/noto-v1`) | 2,976 | Apache-2.0 | training |
| Fluent Emoji (`@iconify-json/fluent-emoji`, `-flat`) | 3,136 | MIT | training |
| EmojiOne 2 (`@iconify-json/emojione`) by EmojiOne | 1,118 | CC BY 4.0 | training |
| Openclipart (Debian `openclipart-svg` 0.18) | 5,000 | public domain | training |
| Emojibase (`emojibase-data`): keywords | | MIT | training |
| Twemoji (`@iconify-json/twemoji`) by Twitter and contributors | 1,000 | CC BY 4.0 | test only |
| OpenMoji (`@iconify-json/openmoji`) | 1,000 | CC BY-SA 4.0 | test only |

OpenMoji's licence asks that what is made from it be shared alike. Whether weights are made from the
pictures they were trained on is not settled, so OpenMoji is not trained on; measuring on it makes
nothing out of it. Tux Paint's stamps were left out: most are under the GPL. No picture of any set is
in this folder or in the program.

## What it cannot do

- Photographs, screenshots, diagrams, text in pictures.
- Languages other than English; words that its vocabulary of {6000:,} pieces has to spell out.
- Fine counting, small objects: it sees {SIDE} x {SIDE} pixels. See "one change" for how often a colour, a
  count or a side is told apart.
- Proportions: a picture is resized to a square.

## Made by

`tools/train-embedded-model` (README there); `training-log.csv` and `loss-curve.svg` are its record,
`evaluation.json` its figures, `reference.json` vectors for `gleaner models verify gleaner-demo`.
""")


main()
