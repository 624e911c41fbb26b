"""Made-up pages: text before a picture and after it, as token ids, with the description marked."""

import collections
import json
import random
import re

from phrases import CREDITS, LABELS, LEADS, TAILS, Phrases

PAD, UNK, CLS, SEP, MASK = range(5)
MOST = 510

# Where the picture's own description stands, and how often.
LAYOUTS = {
    "caption after": 0.30,
    "caption after, then prose in the same block": 0.09,
    "row": 0.09,
    "caption before": 0.11,
    "sentence after": 0.15,
    "sentence before": 0.10,
    "none": 0.16,
}


class Page:
    """Tokens of one text with its marks."""

    __slots__ = ("ids", "spans", "own")

    def __init__(self):
        self.ids, self.spans, self.own = [], [], None

    def add(self, ids, is_description=False, own=False):
        if is_description:
            span = (len(self.ids), len(self.ids) + len(ids) - 1)
            self.spans.append(span)
            if own:
                self.own = span
        self.ids += ids


class Library:
    """All blocks as token ids. One in fifty blocks and descriptions is kept for validation."""

    def __init__(self, folder, tokenizer, validation):
        self.tokenizer = tokenizer
        self.dot = tokenizer.token_to_id(".")

        def mine(i):
            return (i % 50 == 0) == validation

        with open(f"{folder}/blocks.jsonl", encoding="utf-8") as f:
            blocks = [json.loads(line) for line in f]
        counts = collections.Counter(w for b in blocks if b["source"] != "wordnet" or b["kind"] == "prose" for w in re.findall(r"[a-z]+", b["text"].lower()))
        with open(f"{folder}/words.json", encoding="utf-8") as f:
            self.phrases = Phrases(json.load(f), counts)
        blocks = [b for i, b in enumerate(blocks) if mine(i)]
        ids = [e.ids for e in tokenizer.encode_batch_fast([b["text"][:1500] for b in blocks], add_special_tokens=False)]
        self.by_source = {}
        self.headings = []
        for block, row in zip(blocks, ids):
            if block["kind"] == "heading":
                self.headings.append(row)
            else:
                source = f"wordnet {block['kind']}" if block["source"] == "wordnet" else block["source"]
                self.by_source.setdefault(source, []).append(row)
        # A source's share grows with the root of its length: the manuals do not drown the prose.
        self.sources = sorted(self.by_source)
        self.weights = [sum(map(len, self.by_source[s])) ** 0.5 for s in self.sources]

        def lines(name):
            with open(f"{folder}/{name}", encoding="utf-8") as f:
                return [json.loads(line) for line in f]

        self.drawn = self.encoded([t.rstrip(".") for i, t in enumerate(lines("descriptions.jsonl")) if mine(i)])
        named = lines("phrases.jsonl")
        self.clip_art = self.encoded([p["text"].rstrip(".") for p in named if p["source"] == "openclipart"])
        self.emoji = [(self.encoded([p["text"]])[0], self.encoded([p["char"]])[0]) for p in named if p["source"] == "emoji"]

    def encoded(self, texts):
        return [e.ids for e in self.tokenizer.encode_batch_fast(texts, add_special_tokens=False)]

    def one(self, text):
        return self.tokenizer.encode(text, add_special_tokens=False).ids

    def prose(self, rng, most):
        rows = self.by_source[rng.choices(self.sources, self.weights)[0]]
        row = rng.choice(rows)
        if len(row) <= most:
            return row
        # Cut behind a sentence where there is one.
        ends = [i for i in range(most // 3, most) if row[i] == self.dot]
        return row[: ends[-1] + 1] if ends else [*row[: most - 1], self.dot]

    def description(self, rng, kind):
        if kind == "drawn":
            ids = rng.choice(self.drawn)
        elif kind == "made":
            ids = self.one(self.phrases.description(rng))
        elif kind == "clip art":
            ids = rng.choice(self.clip_art)
        else:
            ids = rng.choice(self.emoji)[0]
        if rng.random() < 0.03:
            ids = ids + rng.choice(self.emoji)[1]
        return ids


class Writer:
    """Writes pages out of a library."""

    def __init__(self, library, rng, long=False):
        self.library = library
        self.long = long
        self.rng = rng
        self.dot = [library.dot]
        self.breaks = True

    def block(self, page):
        """Ends the block before: a padding token stands for the line feed, as Gleaner writes it."""
        if page.ids and self.breaks:
            page.ids.append(PAD)

    def prose(self, page, most):
        self.block(page)
        page.add(self.library.prose(self.rng, most))

    def short(self, page):
        self.block(page)
        rng, library = self.rng, self.library
        if rng.random() < 0.25 and library.headings:
            page.add(rng.choice(library.headings))
        else:
            page.add(library.one(library.phrases.furniture(rng)))

    def caption(self, page, style, own=False):
        """A block that is, or holds, a description."""
        rng, library = self.rng, self.library
        self.block(page)
        if style["label"]:
            page.add(library.one(library.phrases.filled(rng, style["label"])))
        page.add(library.description(rng, style["kind"]), True, own)
        if rng.random() < style["dot"]:
            page.add(self.dot)
        if style["credit"] and rng.random() < 0.8:
            page.add(library.one(library.phrases.filled(rng, style["credit"])))

    def sentence(self, page, style, own=False):
        """A description within running text."""
        rng, library = self.rng, self.library
        self.block(page)
        if rng.random() < 0.4:
            page.add(library.prose(rng, 40) + ([] if rng.random() < 0.5 else self.dot))
        page.add(library.one(rng.choice(LEADS)))
        page.add(library.description(rng, style["kind"]), True, own)
        page.add(library.one(library.phrases.filled(rng, rng.choice(TAILS))))
        if rng.random() < 0.5:
            page.add(library.prose(rng, 50))

    def page(self):
        """(ids, type ids, spans of all descriptions, span of the picture's own or None)."""
        rng = self.rng
        self.breaks = rng.random() < 0.9
        layout = rng.choices(list(LAYOUTS), list(LAYOUTS.values()))[0]
        shares = [0.1, 0.15, 0.2, 0.3, 0.25] if self.long else [0.2, 0.38, 0.25, 0.12, 0.05]
        room = rng.choices([60, 110, 180, 330, 500], shares)[0]
        style = {
            "kind": rng.choices(["drawn", "made", "clip art", "emoji"], [0.5, 0.36, 0.1, 0.04])[0],
            "label": rng.choice(LABELS) if rng.random() < 0.12 else None,
            "credit": rng.choice(CREDITS) if rng.random() < 0.08 else None,
            "dot": rng.choice([0, 0, 0.3, 1]),
        }
        before, after = Page(), Page()
        long = max(16, room // 2)
        others = rng.choices([0, 1, 2, 4], [0.45, 0.2, 0.2, 0.15])[0]
        earlier, later = rng.randint(0, others), rng.randint(0, others)

        if self.long:
            # Much of what the window holds is far from the picture.
            self.far(before, style, rng.randint(0, room // 3))
            long = min(long, 120)

        # What stands around, from the top: heading, prose, the pictures before this one.
        if rng.random() < 0.6:
            self.short(before)
        if rng.random() < 0.85:
            self.prose(before, rng.randint(10, long))
        if rng.random() < 0.4:
            self.prose(before, long // 2)
        numbered = layout == "row" or rng.random() < 0.1
        n = rng.randint(1, 9)
        if layout in ("caption after", "caption after, then prose in the same block", "row"):
            for i in range(earlier):
                if numbered:
                    self.block(before)
                    before.add(self.library.one(str(n + i)))
                self.caption(before, style)
            if numbered:
                self.block(before)
                before.add(self.library.one(str(n + earlier)))
            elif rng.random() < 0.15:
                self.short(before)
            self.caption(after, style, True)
            if layout.endswith("same block"):
                after.add(self.library.prose(rng, 40))
            for i in range(later):
                if numbered:
                    self.block(after)
                    after.add(self.library.one(str(n + earlier + 1 + i)))
                self.caption(after, style)
        elif layout == "caption before":
            self.caption(before, style, True)
            if rng.random() < 0.25:
                self.short(after)
            if rng.random() < 0.7:
                self.prose(after, long)
            for _ in range(later):
                self.caption(after, style)
        elif layout == "sentence after":
            if rng.random() < 0.3:
                self.short(after)
            if rng.random() < 0.2:
                self.prose(after, 40)
            self.sentence(after, style, True)
            if rng.random() < 0.25:
                self.prose(after, 40)
                self.sentence(after, style)
        elif layout == "sentence before":
            if rng.random() < 0.2:
                self.sentence(before, style)
            self.sentence(before, style, True)
            if rng.random() < 0.2:
                self.short(before)
            if rng.random() < 0.15:
                self.prose(before, 40)
        elif rng.random() < 0.5:
            for i in range(rng.randint(1, 4)):
                self.short(before)
                self.short(after)
        if rng.random() < 0.25:
            self.short(after)
        if rng.random() < 0.7 or not after.ids and not before.ids:
            self.prose(after, rng.randint(10, long))
        if rng.random() < 0.3:
            self.prose(after, long)
        if rng.random() < 0.15:
            self.short(after)
        if self.long:
            self.far(after, style, len(after.ids) + rng.randint(0, room // 3))
        return self.joined(before, after)

    def far(self, page, style, target):
        rng = self.rng
        while len(page.ids) < target:
            dice = rng.random()
            if dice < 0.14:
                self.sentence(page, style)
            elif dice < 0.22:
                self.caption(page, style)
            elif dice < 0.34:
                self.short(page)
            else:
                self.prose(page, rng.randint(15, 120))

    def joined(self, before, after):
        rng = self.rng
        # Sometimes there is nothing on one side.
        if before.own is None and rng.random() < 0.06:
            before = Page()
        elif after.own is None and rng.random() < 0.1:
            after = Page()
        # Too long: what is far from the picture goes.
        spare = MOST - 5
        left = min(len(before.ids), max(spare // 2, spare - len(after.ids)))
        right = min(len(after.ids), spare - left)
        gone = len(before.ids) - left
        edge = [PAD] if self.breaks else []
        pair = rng.random() < 0.9
        ids = [CLS]
        if before.ids and not gone:
            ids += edge
        shift = len(ids) - gone
        ids += before.ids[gone:]
        # Mostly a pair; else a window of one text, which does not say where the picture is.
        if pair:
            ids.append(SEP)
        elif before.ids and after.ids:
            ids += edge
        types = [0] * len(ids)
        start = len(ids)
        ids += after.ids[:right]
        if after.ids and right == len(after.ids):
            ids += edge
        ids.append(SEP)
        types += [1 if pair else 0] * (len(ids) - start)
        spans = [(a + shift, b + shift) for a, b in before.spans if a >= gone]
        spans += [(a + start, b + start) for a, b in after.spans if b < right]
        own = None
        if before.own and before.own[0] >= gone:
            own = (before.own[0] + shift, before.own[1] + shift)
        elif after.own and after.own[1] < right:
            own = (after.own[0] + start, after.own[1] + start)
        return ids, types, spans, own


def pages(library, count, seed, long=False):
    writer = Writer(library, random.Random(seed), long)
    return [writer.page() for _ in range(count)]
