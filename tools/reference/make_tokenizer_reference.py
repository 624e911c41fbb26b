"""CLIP's real tokenizer (transformers, from the merges of openai/CLIP) on chosen and generated
strings. The generated ones are not kept: the test makes them again from the same numbers and
compares one SHA-256 for each thousand."""

import gzip
import hashlib
import html
import sys

from transformers import CLIPTokenizerFast

from common import FIXTURES, Numbers, versions, write_json

CHOSEN = [
    "",
    " ",
    "\t\n ",
    "a photo of a cat",
    "A PHOTO of  a\tCat ",
    "should've",
    "I'm, you're, he'll; we'd don't 'tis rock'n'roll",
    "SHOULD'VE WON'T",
    "r\u00e9sum\u00e9",
    "re\u0301sume\u0301",
    "na\u00efve caf\u00e9 \u00fcber \u0130stanbul \u0131\u015f\u0131k",
    "\u1e9e \u00df \u03a3\u03af\u03c3\u03c5\u03c6\u03bf\u03c2 \u039f\u0394\u039f\u03a3",
    "\u4e00\u53ea\u732b \u306d\u3053 \uace0\uc591\uc774",
    "\u0645\u0631\u062d\u0628\u0627 \u05e9\u05dc\u05d5\u05dd \u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35 \u0928\u092e\u0938\u094d\u0924\u0947",
    "\U0001f600\U0001f44d\U0001f3fd",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466 family",
    "\u2764\ufe0f\U0001f1e9\U0001f1ea",
    "Tom &amp; Jerry",
    "Tom &amp;amp; Jerry &lt;b&gt;",
    "&#39;quoted&#39; &#x1F600; &nbsp;x&copy2024 &notit; &notin;",
    "3.14 1,000,000 2024-11-20 10:45 \u00bd \u2460 \u2167 \u0664\u0662",
    "http://example.org/a_b.jpg?x=1&y=2#z",
    "e\u0301\u0302\u0303 \u0061\u0308\u0323",
    "\u00a0non\u00a0breaking\u2003em\u3000ideographic\u200bzero\u00adsoft\ufeffbom",
    "\ufb01sh \uff21\uff22 \u2126 \u212b \u00b5",
    "line one\r\nline two\u2028three\u0085four\u001cfive",
    "<|startoftext|> inside <|endoftext|> text",
    "<|endoftext|>",
    "<|startoftext|><|endoftext|>a",
    "snake_case __init__ a__b",
    "\x00\x01\x7f\x80\x9f",
    "\U00010400\U0001d400 \U000e0041",
    "!!!??? ... --- ***",
    "a" * 300,
    " ".join(["cat"] * 74),
    " ".join(["cat"] * 75),
    " ".join(["cat"] * 76),
    " ".join(["cat"] * 200),
]

FRAGMENTS = [
    "a", "the", "Cat", "DOG", "photograph", "unbelievable", "1", "23", "4567", "'s", "'re", "'VE",
    "'", "\"", "\u2019", "\u201cquoted\u201d", "&", "&amp;", "&amp;amp;", "&lt;", "&#8217;", " ",
    "  ", "\t", "\n", "\r\n", "\u00a0", "\u3000", "-", "_", "/", ".", ",", "...", "!", "?", "(", ")",
    "\u00e9", "e\u0301", "\u00fc", "u\u0308", "\u00df", "\u1e9e", "\u0130", "I\u0307", "\u03a3",
    "\u039f\u0394\u039f\u03a3", "\u0436\u0438\u0437\u043d\u044c", "\u732b", "\u306d\u3053",
    "\uace0\uc591\uc774", "\u1100\u1161\u11a8", "\u0643\u062a\u0627\u0628", "\u05d0\u05d1",
    "\u0e01\u0e33", "\u0915\u094d\u0937\u093f", "\U0001f600", "\U0001f44d\U0001f3fd",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\u2764\ufe0f", "\U0001f1e9\U0001f1ea",
    "\u200d", "\ufe0f", "\u200b", "\ufeff", "\u00ad", "\u00bd", "\u2460", "\u2167", "\u0664",
    "\ufb01", "\uff21", "\u2126", "\u0301", "\u0323\u0308", "http://", ".jpg", "IMG", "2024",
    "<b>", "</w>", "\u0120", "\U00010400", "\U0001d400", "\u2028", "\x85", "\x1c", "\x00", "\x7f",
    "don't", "I'll", "O'Reilly", "rock'n'roll", "e.g.", "U.S.A.", "\u20ac5", "$9.99", "50%", "\u00b0C",
    "\u2013", "\u2014", "\u2026", "\u00ab", "\u00bb", "\u00d7", "\u2192", "\u2122", "\u00ae",
]
SEED = 20240229
COUNT = 100_000


def generated(count):
    numbers = Numbers(SEED)
    for _ in range(count):
        parts = []
        for _ in range(1 + numbers.below(24)):
            parts.append(FRAGMENTS[numbers.below(len(FRAGMENTS))])
            if numbers.below(3) == 0:
                parts.append(" ")
        yield "".join(parts)


def tokenizer(path):
    lines = gzip.open(path).read().decode("utf-8").split("\n")
    merges = [tuple(line.split()) for line in lines[1 : 49152 - 256 - 2 + 1]]
    # The vocabulary as openai/CLIP builds it.
    order = (
        list(range(ord("!"), ord("~") + 1))
        + list(range(ord("\u00a1"), ord("\u00ac") + 1))
        + list(range(ord("\u00ae"), ord("\u00ff") + 1))
    )
    chars = [chr(b) for b in order]
    extra = 0
    for b in range(256):
        if b not in order:
            chars.append(chr(256 + extra))
            extra += 1
    words = chars + [c + "</w>" for c in chars] + ["".join(m) for m in merges]
    words += ["<|startoftext|>", "<|endoftext|>"]
    vocab = {word: i for i, word in enumerate(words)}
    return CLIPTokenizerFast(vocab=vocab, merges=merges)


def main():
    tok = tokenizer(sys.argv[1])
    encode = tok.backend_tokenizer.encode

    def ids(text):
        return tok(text, truncation=True, max_length=77)["input_ids"]

    digests = []
    digest = hashlib.sha256()
    for i, text in enumerate(generated(COUNT)):
        digest.update((" ".join(map(str, ids(text))) + "\n").encode())
        if i % 1000 == 999:
            digests.append(digest.hexdigest()[:16])
            digest = hashlib.sha256()
    unescape = [
        "&amp;amp;", "&lt;b&gt;", "&copy2024", "&notit;", "&notin;", "&#39;", "&#x27;", "&#128;",
        "&#0;", "&#xD800;", "&#1114112;", "&#11;", "&#xFDD0;", "&unknown;", "&", "&;", "&#;", "&#x;",
        "&AMP", "&ampamp;", "&nbsp;", "&NotEqualTilde;", "&#x1F600;", "&hellip", "&hellip;", "&#38;lt;",
    ]
    write_json(
        FIXTURES / "inference" / "clip-tokens.json",
        {
            "madeBy": versions("transformers", "tokenizers"),
            "chosen": [
                {"text": text, "ids": ids(text), "full": len(encode(text).ids)} for text in CHOSEN
            ],
            "fragments": FRAGMENTS,
            "seed": SEED,
            "count": COUNT,
            "digests": digests,
            "unescape": [[s, html.unescape(s)] for s in unescape],
        },
    )
    print(tok.backend_tokenizer.normalizer, tok.backend_tokenizer.pre_tokenizer, tok.backend_tokenizer.post_processor, ids("a cat"))


if __name__ == "__main__":
    main()
