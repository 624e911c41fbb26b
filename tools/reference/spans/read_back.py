"""Reads the data of a training package with programs that others wrote, and checks every quote.

    pip install datasets==5.0.1 spacy==3.8.16
    python3 tools/reference/spans/read_back.py PACKAGE

- SQuAD 2.0 and the Hugging Face rows: `datasets`
- Prodigy: `srsly` and spaCy, whose `char_span` fails where a span does not fit the tokens
- doccano: `srsly`; its offsets are UTF-16 units
- Label Studio: the JSON as its own exports are read; code points
Prints how many texts and quotes of each were read; ends with 1 where one is not its slice.
"""

import json
import sys
from collections import Counter
from pathlib import Path

import spacy
import srsly
from datasets import load_dataset
from spacy.tokens import Doc

SPLITS = ("train", "validation", "test")


def main(package):
    data = Path(package) / "data"
    counts, wrong = Counter(), []
    found = {name: {} for name in ("squad", "huggingface", "prodigy", "doccano", "label-studio")}

    def quote(name, key, text, start, end, words):
        counts[f"{name} quotes"] += 1
        if text[start:end] != words:
            wrong.append(f"{name} {key}: {text[start:end]!r} is not {words!r}")
        found[name].setdefault(key, []).append((start, end, words))

    for split in SPLITS:
        squad = load_dataset("json", data_files=str(data / f"{split}.json"), field="data")["train"]
        for article in squad:
            for paragraph in article["paragraphs"]:
                for question in paragraph["qas"]:
                    counts["squad texts"] += 1
                    found["squad"].setdefault(question["id"], [])
                    for answer in question["answers"]:
                        start, words = answer["answer_start"], answer["text"]
                        text = paragraph["context"]
                        quote("squad", question["id"], text, start, start + len(words), words)

        rows = load_dataset("json", data_files=str(data / f"huggingface/{split}.jsonl"))["train"]
        for row in rows:
            counts["huggingface texts"] += 1
            found["huggingface"].setdefault(row["id"], [])
            for words, start in zip(row["answers"]["text"], row["answers"]["answer_start"]):
                quote("huggingface", row["id"], row["context"], start, start + len(words), words)

        vocabulary = spacy.blank("xx").vocab
        for row in srsly.read_jsonl(data / f"prodigy/{split}.jsonl"):
            counts["prodigy texts"] += 1
            found["prodigy"].setdefault(row["meta"]["id"], [])
            words = [token["text"] for token in row["tokens"]]
            doc = Doc(vocabulary, words=words, spaces=[token["ws"] for token in row["tokens"]])
            for span in row["spans"]:
                text = row["text"]
                words = text[span["start"] : span["end"]]
                quote("prodigy", row["meta"]["id"], text, span["start"], span["end"], words)
                first, last = (row["tokens"][span[name]] for name in ("token_start", "token_end"))
                if first["start"] != span["start"] or last["end"] != span["end"]:
                    wrong.append(f"prodigy {row['meta']['id']}: tokens do not fit the span")
                # White space between tokens is one space in spaCy's Doc.
                piece = doc[span["token_start"] : span["token_end"] + 1].text
                if piece.split() != words.split():
                    wrong.append(f"prodigy {row['meta']['id']}: spaCy reads {piece!r}")

        for row in srsly.read_jsonl(data / f"doccano/{split}.jsonl"):
            counts["doccano texts"] += 1
            found["doccano"].setdefault(row["meta"]["id"], [])
            units = row["text"].encode("utf-16-le")
            for start, end, _ in row["label"]:
                words = units[2 * start : 2 * end].decode("utf-16-le")
                at = len(units[: 2 * start].decode("utf-16-le"))
                quote("doccano", row["meta"]["id"], row["text"], at, at + len(words), words)

        for task in json.loads((data / f"label-studio/{split}.json").read_text("utf-8")):
            counts["label-studio texts"] += 1
            key, text = task["data"]["id"], task["data"]["text"]
            found["label-studio"].setdefault(key, [])
            for result in task["annotations"][0]["result"]:
                if result["type"] == "labels":
                    value = result["value"]
                    quote("label-studio", key, text, value["start"], value["end"], value["text"])

    for name, spans in found.items():
        if spans != found["squad"]:
            wrong.append(f"{name} does not say the same as squad")
    for name, n in sorted(counts.items()):
        print(f"{name}: {n}")
    print("\n".join(wrong[:20]) or "every quote is its slice, all formats say the same")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
