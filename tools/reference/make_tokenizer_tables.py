"""What the reference tokenizers take for punctuation, for marks that stripping accents removes and
for characters that BERT's cleaning drops, asked of them one code point at a time. Their tables are
of older Unicode versions than JavaScript's, so that `\\p{P}` and `\\p{Mn}` would be wrong.

Writes src/main/inference/tokenize/unicode-tables.ts."""

import unicodedata

from tokenizers import normalizers, pre_tokenizers

from common import ROOT, versions

CODES = [c for c in range(0x110000) if not 0xD800 <= c <= 0xDFFF]


def base36(n):
    digits = ""
    while True:
        n, rest = divmod(n, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[rest] + digits
        if n == 0:
            return digits


def ranges(holds):
    out = []
    for c in CODES:
        if not holds(c):
            continue
        if out and out[-1][1] == c - 1:
            out[-1][1] = c
        else:
            out.append([c, c])
    return out


def packed(found):
    """Gap to the range, then its length less one, both in base 36; `gap` alone for one character."""
    parts, at = [], 0
    for first, last in found:
        gap = base36(first - at)
        parts.append(gap if first == last else f"{gap}+{base36(last - first)}")
        at = last + 1
    return " ".join(parts)


def main():
    nfd, nfkd, strip = normalizers.NFD(), normalizers.NFKD(), normalizers.StripAccents()
    accents = normalizers.BertNormalizer(
        clean_text=False, handle_chinese_chars=False, strip_accents=True, lowercase=False
    )
    clean = normalizers.BertNormalizer(
        clean_text=True, handle_chinese_chars=False, strip_accents=False, lowercase=False
    )
    bert = pre_tokenizers.BertPreTokenizer()

    def combining(c):
        ccc = unicodedata.combining(chr(c))
        if ccc == 0 or ccc == 1:
            return ccc
        # A newer character than the reference's tables is not moved behind the overlay.
        return ccc if nfd.normalize_str("a" + chr(c) + "\u0334") == "a\u0334" + nfd.normalize_str(chr(c)) else 0

    classes = {}
    for c in CODES:
        ccc = combining(c)
        if ccc:
            classes.setdefault(ccc, []).append(c)
    tables = {
        "PUNCTUATION": ranges(lambda c: len(bert.pre_tokenize_str("a" + chr(c) + "a")) == 3),
        "MARKS": ranges(lambda c: accents.normalize_str(chr(c)) == ""),
        "COMBINING": ranges(lambda c: strip.normalize_str(chr(c)) == ""),
        "DROPPED": ranges(lambda c: clean.normalize_str(chr(c)) == ""),
        "CANONICAL": ranges(lambda c: nfd.normalize_str(chr(c)) != chr(c)),
        "COMPATIBLE": ranges(lambda c: nfkd.normalize_str(chr(c)) != chr(c)),
    }
    made = ", ".join(f"{name} {version}" for name, version in versions("tokenizers").items())
    lines = [
        f"// Made by tools/reference/make_tokenizer_tables.py with {made}.",
        "",
        "/** Gap to the next range, then `+` its length less one; base 36. */",
    ]
    for name, found in tables.items():
        lines += [f"export const {name} =", f"  '{packed(found)}'", ""]
    lines += ["/** Canonical combining class, then its characters as above. */", "export const CLASSES: [number, string][] = ["]
    for ccc in sorted(classes):
        members = set(classes[ccc])
        lines.append(f"  [{ccc}, '{packed(ranges(members.__contains__))}'],")
    lines += ["]", ""]
    (ROOT / "src" / "main" / "inference" / "unicode-tables.ts").write_text("\n".join(lines))


if __name__ == "__main__":
    main()
