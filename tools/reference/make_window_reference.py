"""Windows over long texts and pairs, with the tokenizers that make_subword_reference.py made. With
tokenizers 0.22.2: 0.23.2 stops tokenizing soon after the first window and so loses the others.

Adds to test/fixtures/inference/subword-tokens.json."""

import gzip
import json

from tokenizers import Tokenizer

from common import FIXTURES, versions, write_json

LONG = " ".join(f"word{i} Caf\u00e9" for i in range(60))
QUESTION = "Which words describe the picture?"


def shown(encoding):
    return {
        "ids": encoding.ids,
        "typeIds": encoding.type_ids,
        "offsets": encoding.offsets,
        "specialMask": encoding.special_tokens_mask,
        "wordIds": encoding.word_ids,
        "sequenceIds": encoding.sequence_ids,
    }


def windows(tok):
    rows = []
    for pair, length, stride, cut in (
        (False, 64, 16, "only_first"),
        (True, 64, 0, "only_second"),
        (True, 40, 8, "only_second"),
        (True, 40, 0, "longest_first"),
        (True, 1000, 0, "longest_first"),
    ):
        tok.enable_truncation(length, stride=stride, strategy=cut)
        made = tok.encode(QUESTION, LONG) if pair else tok.encode(LONG)
        rest = [shown(other) for other in made.overflowing] if cut != "longest_first" else []
        rows.append({"pair": pair, "length": length, "stride": stride, "cut": cut, "windows": [shown(made), *rest]})
    return rows


def main():
    path = FIXTURES / "inference" / "subword-tokens.json"
    reference = json.loads(path.read_text())
    reference["windowsMadeBy"] = versions("tokenizers")
    reference["long"], reference["question"] = LONG, QUESTION
    for name in ("bert-uncased", "siglip"):
        packed = (FIXTURES / "inference" / "tokenizers" / f"{name}.json.gz").read_bytes()
        tok = Tokenizer.from_str(gzip.decompress(packed).decode())
        reference["kinds"][name]["windows"] = windows(tok)
    write_json(path, reference)


if __name__ == "__main__":
    main()
