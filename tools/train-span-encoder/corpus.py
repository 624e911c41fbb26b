"""Reads the unpacked packages and writes their text as blocks, one JSON object a line.

    python corpus.py FOLDER OUT

FOLDER is what fetch.sh made. OUT gets blocks.jsonl (running text and headings), phrases.jsonl (names
of drawings and pictograms) and words.json (what WordNet calls things, by kind).
"""

import glob
import gzip
import html
import json
import os
import re
import struct
import sys
import zlib
from html.parser import HTMLParser

# How many characters of one source are kept at most: the manuals are far larger than the prose.
MOST = {"postgresql": 2_500_000, "python": 2_000_000, "rust": 1_500_000, "sqlite": 1_500_000}


def squeezed(text):
    return re.sub(r"\s+", " ", text).strip()


def r_strings(path):
    """The character vectors of an R data base (one zlib stream of XDR each)."""
    with open(path, "rb") as f:
        data = f.read()
    at = 0
    while at < len(data):
        stream = zlib.decompressobj()
        raw = stream.decompress(data[at + 4 :])
        at = len(data) - len(stream.unused_data)
        place = 14 + 4 + struct.unpack(">I", raw[14:18])[0]
        flags, count = struct.unpack(">II", raw[place : place + 8])
        assert flags & 0xFF == 16, "no character vector"
        place += 8
        lines = []
        for _ in range(count):
            length = struct.unpack(">i", raw[place + 4 : place + 8])[0]
            place += 8
            lines.append(raw[place : place + max(length, 0)].decode("utf-8", "replace"))
            place += max(length, 0)
        yield "\n".join(lines)


def paragraphs(text):
    """Blank lines part paragraphs; short ones without a full stop are headings."""
    for part in re.split(r"\n\s*\n", text.replace("\r", "")):
        part = squeezed(part.replace("_", "").replace("--", " - "))
        if len(part) > 2:
            yield ("heading" if len(part) < 60 and part[-1] not in '.!?"\'' else "prose"), part


def after(text, mark):
    return text[text.index(mark) :]


class Blocks(HTMLParser):
    """Paragraphs, list items and headings of a page; code, tables and navigation are left out."""

    OPEN = {"p": "prose", "li": "prose", "dd": "prose", "h1": "heading", "h2": "heading", "h3": "heading", "h4": "heading"}
    SKIP = {"pre", "script", "style", "nav", "table", "head", "footer"}

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.found, self.kind, self.text, self.skipped = [], None, [], 0

    def flush(self, kind):
        text = squeezed("".join(self.text)).rstrip("¶ ")
        if self.kind and len(text) > 2:
            self.found.append((self.kind, text))
        self.kind, self.text = kind, []

    def handle_starttag(self, tag, attrs):
        if tag in self.SKIP:
            self.skipped += 1
        elif tag in self.OPEN:
            self.flush(self.OPEN[tag])

    def handle_endtag(self, tag):
        if tag in self.SKIP:
            self.skipped = max(0, self.skipped - 1)
        elif tag in self.OPEN:
            self.flush(None)

    def handle_data(self, data):
        if not self.skipped and self.kind:
            self.text.append(data)


def page_blocks(paths):
    for path in sorted(paths):
        with open(path, encoding="utf-8", errors="replace") as f:
            parser = Blocks()
            parser.feed(f.read())
            parser.flush(None)
            for kind, text in parser.found:
                letters = sum(c.isalpha() or c == " " for c in text)
                # Signatures and lists of symbols are no running text.
                if letters > 0.85 * len(text) and (kind == "heading" or len(text) > 50):
                    yield (kind if kind == "prose" or len(text) < 70 else "prose"), text


def dictionary(path):
    """Entries of a dict server's file: the word as a heading, then its text."""
    with gzip.open(path) as f:
        text = f.read().decode("utf-8", "replace")
    for part in re.split(r"\n(?=\S)", text):
        head, _, body = part.partition("\n")
        body = squeezed(body)
        if len(body) > 30 and not head.startswith("00"):
            yield "heading", squeezed(head)[:60]
            yield "prose", body


LEXICON = {5: "animal", 6: "artifact", 13: "food", 15: "place", 17: "object", 18: "person", 20: "plant"}


def wordnet(folder):
    """Glosses and examples as blocks, and names by kind."""
    blocks, words = [], {}
    for part in ("noun", "verb", "adj", "adv"):
        with open(f"{folder}/data.{part}", encoding="utf-8") as f:
            for line in f:
                if line.startswith(" "):
                    continue
                data, _, gloss = line.partition("|")
                fields = data.split()
                count = int(fields[3], 16)
                names = [re.sub(r"\(.*\)", "", n).replace("_", " ") for n in fields[4 : 4 + 2 * count : 2]]
                examples = re.findall(r'"([^"]+)"', gloss)
                meaning = squeezed(re.sub(r';?\s*"[^"]*"', "", gloss)).rstrip("; ")
                blocks.append(("gloss", f"{names[0]}: {meaning}"))
                blocks += [("prose", e[0].upper() + e[1:] + ("" if e[-1] in ".!?" else ".")) for e in examples if len(e) > 20]
                kind = LEXICON.get(int(fields[1])) if part == "noun" else None
                if kind:
                    kind = f"{kind}-name" if "@i" in fields else kind
                    words.setdefault(kind, []).extend(n for n in names[:2] if len(n) > 2 and len(n) < 40)
    return blocks, {k: sorted(set(v)) for k, v in sorted(words.items())}


def clip_art(folder):
    for path in sorted(glob.glob(f"{folder}/**/*.svg", recursive=True)):
        if os.path.getsize(path) > 400_000:
            continue
        with open(path, encoding="utf-8", errors="replace") as f:
            text = f.read()
        for tag in ("title", "description"):
            found = re.search(rf"<dc:{tag}[^>]*>\s*([^<]+?)\s*</dc:{tag}>", text)
            said = squeezed(html.unescape(found[1]).replace("_", " ")) if found else ""
            if 8 <= len(said) <= 160 and said.isascii() and " " in said and not re.search(r"https?:|clip ?art|untitled|svg", said, re.I):
                yield said


def main():
    folder, out = sys.argv[1:3]
    os.makedirs(out, exist_ok=True)
    root = f"{folder}/unpacked/usr"
    share = f"{root}/share"
    glosses, words = wordnet(f"{share}/wordnet")

    def read(path):
        with open(path, encoding="utf-8", errors="replace") as f:
            return f.read()

    def novels():
        for text in r_strings(f"{root}/lib/R/site-library/janeaustenr/data/Rdata.rdb"):
            yield from paragraphs(text)

    def whale():
        for text in r_strings(f"{root}/lib/R/site-library/tokenizers/data/Rdata.rdb"):
            yield from paragraphs(after(text, "Call me Ishmael"))

    docs = f"{share}/doc"
    sources = {
        "wordnet": glosses,
        "austen": novels(),
        "melville": whale(),
        "twain": paragraphs(after(read(f"{share}/gocode/src/github.com/klauspost/compress/testdata/Mark.Twain-Tom.Sawyer.txt"), "P R E F A C E")),
        "newton": paragraphs(after(read(f"{share}/go-1.19/src/testdata/Isaac.Newton-Opticks.txt"), "SIR ISAAC NEWTON'S")),
        "bierce": dictionary(f"{share}/dictd/devil.dict.dz"),
        "jargon": dictionary(f"{share}/dictd/jargon.dict.dz"),
        "postgresql": page_blocks(glob.glob(f"{docs}/postgresql-doc-15/html/*.html")),
        "python": page_blocks(p for s in ("tutorial", "howto", "faq", "whatsnew", "using", "library") for p in glob.glob(f"{docs}/python3.11/html/{s}/*.html")),
        "rust": page_blocks(p for s in ("book", "edition-guide", "embedded-book", "nomicon", "rust-by-example", "cargo") for p in glob.glob(f"{docs}/rust-doc/html/{s}/**/*.html", recursive=True) if "print" not in p),
        "sqlite": page_blocks(glob.glob(f"{docs}/sqlite3/*.html")),
    }
    seen = set()
    with open(f"{out}/blocks.jsonl", "w", encoding="utf-8") as f:
        for source, blocks in sources.items():
            size = count = 0
            for kind, text in blocks:
                # Manuals repeat themselves on every page.
                if text in seen or size > MOST.get(source, 1e9):
                    continue
                seen.add(text)
                size += len(text)
                count += 1
                f.write(json.dumps({"source": source, "kind": kind, "text": text[:3000]}, ensure_ascii=False) + "\n")
            print(f"{source:12} {count:7} blocks {size / 1e6:6.2f} M characters", flush=True)
    with open(f"{folder}/package/data-by-emoji.json", encoding="utf-8") as f:
        emoji = [(char, e["name"]) for char, e in json.load(f).items()]
    drawings = sorted(set(clip_art(f"{share}/openclipart/svg")))
    with open(f"{out}/phrases.jsonl", "w", encoding="utf-8") as f:
        for text in drawings:
            f.write(json.dumps({"source": "openclipart", "text": text}, ensure_ascii=False) + "\n")
        for char, name in emoji:
            if "skin tone" not in name and "flag:" not in name:
                f.write(json.dumps({"source": "emoji", "text": name, "char": char}, ensure_ascii=False) + "\n")
    with open(f"{out}/words.json", "w", encoding="utf-8") as f:
        json.dump(words, f, ensure_ascii=False)
    print(len(drawings), "clip art names,", len(emoji), "emoji,", {k: len(v) for k, v in words.items()})


main()
