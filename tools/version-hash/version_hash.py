"""Works out the content hash of a version of Gleaner after docs/versions.md. Standard library only."""

import hashlib
import json
import math
import pathlib
import sys

RULES = "gleaner version 1"


def number(x):
    """A number as RFC 8785 (and so JavaScript) writes it."""
    if isinstance(x, int):
        return str(x)
    if x == 0:
        return "0"
    if math.isfinite(x) and x == int(x) and abs(x) < 1e21:
        return str(int(x))
    digits = repr(x)
    mantissa, _, exponent = digits.partition("e")
    if not exponent:
        return digits
    power = int(exponent)
    if -7 < power < 0:  # repr goes over to exponents earlier
        sign, mantissa = ("-", mantissa[1:]) if mantissa.startswith("-") else ("", mantissa)
        return sign + "0." + "0" * (-power - 1) + mantissa.replace(".", "")
    return f"{mantissa}e{'+' if power > 0 else '-'}{abs(power)}"


def canonical(value):
    """JSON without white space, keys sorted by their UTF-16 code units."""
    if isinstance(value, bool) or value is None:
        return json.dumps(value)
    if isinstance(value, (int, float)):
        return number(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
    return "{" + ",".join(f"{canonical(key)}:{canonical(value[key])}" for key in keys) + "}"


def line(pair):
    return canonical(pair)


def content_hash(recipe, lines):
    digests = sorted(hashlib.sha256(one.encode("utf-8")).digest() for one in lines)
    listed = hashlib.sha256(b"".join(digests)).hexdigest()
    text = f"{RULES}\n{canonical(recipe)}\n{len(digests)}\n{listed}\n"
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def read_pairs(path):
    """Each line again from its values, so that a line in another spelling does not pass."""
    with open(path, encoding="utf-8", newline="\n") as file:
        for row in file:
            again = line(json.loads(row))
            if again != row.rstrip("\n"):
                raise SystemExit(f"not in its canonical form: {row[:100]}")
            yield again


def check(folder):
    folder = pathlib.Path(folder)
    version = json.loads((folder / "version.json").read_text(encoding="utf-8"))
    found = content_hash(version["recipe"], read_pairs(folder / "version-pairs.jsonl"))
    print(f"stated {version['hash']}\nfound  {found}")
    return 0 if found == version["hash"] else 1


FIXTURE_RECIPE = {
    "recipe": 1,
    "filter": 'alt:"red \u00e9clair \U0001f36a" width>=256',
    "cutoff": {"model": "ab" * 32, "text": "alt", "cosine": 0.28},
    "texts": ["alt", "caption"],
    "scores": "ab" * 32,
    "onePerPicture": False,
    "sample": {"n": 5, "seed": 7},
    "models": [{"id": "clip", "name": "CLIP ViT-B/32", "digest": "ab" * 32}],
    "spanSets": [],
    "bestTexts": None,
    "labels": None,
    "marks": None,
    "versions": [],
    "archives": [{"name": "a.warc.gz", "bytes": 123456789012, "sha256": None, "complete": True}],
    "software": "0.1.0",
}
FIXTURE_PAIRS = [
    ("https://e.org/1", "2024-01-02T03:04:05Z", 0, "https://e.org/1.png", "cd" * 32, "alt", "A red boat", 0.28),
    ("https://e.org/1", "2024-01-02T03:04:05Z", 1, "https://e.org/2.png", None, "caption", 'quoted "so" \\ and so', None),
    ("https://e.org/2", None, 0, "https://e.org/\u00e4.png", "ef" * 32, "alt", "\ud55c\uae00 \U0001f6a4 \u2028 \u007f\u0085", -0.03125),
    ("", None, 41, "pictures/41.jpg", None, "title", "tab\tline\nfeed\r\b\f\u0001\u001f", 1.0),
    ("https://e.org/3", "2024", 2, "https://e.org/3.png", None, "before", "zero", 0.0),
    ("https://e.org/3", "2024", 2, "https://e.org/3.png", None, "before", "zero", 0.0),
    ("https://e.org/4", "2024", 0, "https://e.org/\uffff\U00010000.png", None, "after", "tiny", 1.401298464324817e-45),
    ("https://e.org/4", "2024", 1, "https://e.org/5.png", None, "after", "small", 0.0000123),
    ("https://e.org/4", "2024", 2, "https://e.org/6.png", None, "after", "below", -0.00000015),
]


def fixture(folder):
    folder = pathlib.Path(folder)
    names = ("page", "date", "place", "image", "sha256", "source", "text", "cosine")
    pairs = [dict(zip(names, pair)) for pair in FIXTURE_PAIRS]
    lines = [line(pair) for pair in pairs]
    found = content_hash(FIXTURE_RECIPE, lines)
    out = {"recipe": FIXTURE_RECIPE, "pairs": pairs, "lines": lines, "hash": found}
    (folder / "hash.json").write_text(json.dumps(out, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[1] == "--fixture":
        sys.exit(fixture(sys.argv[2]))
    if len(sys.argv) == 2:
        sys.exit(check(sys.argv[1]))
    sys.exit("version_hash.py EXPORTFOLDER | --fixture FOLDER")
