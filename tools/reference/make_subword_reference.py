"""WordPiece, Unigram and byte-pair tokenizers (Hugging Face's tokenizers, the Rust library) on chosen
and generated strings: ids, offsets and words. The vocabularies are small, trained here on Python's
own help texts; the maps of characters are SentencePiece's. The generated strings are not kept: the
test makes them again from the same numbers and compares one SHA-256 for each thousand.

    make_subword_reference.py [SHARED_DATA [MINILM_TOKENIZER_JSON [CLIP_TOKENIZER_JSON]]]

With SHARED_DATA also digests over the real texts there (captions, LAION's texts)."""

import gzip
import hashlib
import io
import json
import os
import sys
import tempfile
import unicodedata
from pathlib import Path
from pydoc_data.topics import topics

import sentencepiece
from sentencepiece import sentencepiece_model_pb2
from tokenizers import AddedToken, Regex, Tokenizer
from tokenizers import models, normalizers, pre_tokenizers, processors, trainers

from common import FIXTURES, Numbers, versions, write_json
from make_tokenizer_strings import CHOSEN, FRAGMENTS

SEED = 20261120
COUNT = 100_000
# Variants of what the first ones show.
FEWER = 20_000
WIDE = ("bert-uncased", "siglip", "t5-full", "minilm")
OUT = FIXTURES / "inference" / "tokenizers"
PUNCTUATION = r"""[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~]"""


def generated(count):
    numbers = Numbers(SEED)
    for i in range(count):
        if i < len(CHOSEN):
            yield CHOSEN[i]
            continue
        if i % 2000 == 1999:
            # One word of 10,000 characters and more.
            piece = FRAGMENTS[numbers.below(len(FRAGMENTS))]
            yield "x" + piece * (10_000 // len(piece))
            continue
        parts = []
        for _ in range(1 + numbers.below(20)):
            parts.append(FRAGMENTS[numbers.below(len(FRAGMENTS))])
            if numbers.below(3) == 0:
                parts.append(" ")
        yield "".join(parts)


def corpus():
    numbers = Numbers(7)
    lines = [line.strip() for text in topics.values() for line in text.split("\n")]
    lines = [line for line in lines if line]
    for _ in range(6000):
        lines.append(" ".join(FRAGMENTS[numbers.below(len(FRAGMENTS))] for _ in range(8)))
    return [line.replace("\0", "") for line in lines]


def word_piece(special=("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"), **how):
    tok = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tok.normalizer = normalizers.BertNormalizer(**how)
    tok.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    trainer = trainers.WordPieceTrainer(vocab_size=3000, special_tokens=list(special), show_progress=False)
    tok.train_from_iterator(corpus(), trainer)
    tok.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    return tok


def small_rules(path, fold):
    """nmt_nfkc (and _cf) for the characters that the strings have: the whole maps are 300 KB."""
    keys = set("".join(CHOSEN + FRAGMENTS))
    for text in CHOSEN + FRAGMENTS:
        form = unicodedata.normalize("NFC", text)
        keys |= {unicodedata.normalize("NFD", c) for c in form} | set(form)
    lines = []
    for key in sorted(keys):
        kind = unicodedata.category(key[0]) if len(key) == 1 else ""
        if kind in ("Zs", "Zl", "Zp") or key in "\t\n\r\x85\u200b\u2028":
            to = " "
        elif kind == "Cc" or key in ("\u200c\u200d\u200e\u202e\ufeff\u2060"):
            to = ""
        else:
            to = unicodedata.normalize("NFKC", key)
            to = unicodedata.normalize("NFKC", to.casefold()) if fold else to
        if to != key and key != "\0":
            lines.append(" ".join(f"{ord(c):X}" for c in key) + "\t" + " ".join(f"{ord(c):X}" for c in to))
    path.write_text("\n".join(lines) + "\n")


def sentence_piece(rule, **more):
    """Pieces with scores and the map of characters, as SentencePiece trains them."""
    with tempfile.TemporaryDirectory() as folder:
        if rule.startswith("small"):
            small_rules(Path(folder) / "rules.tsv", rule == "small_cf")
            names = {"normalization_rule_tsv": f"{folder}/rules.tsv"}
        else:
            names = {"normalization_rule_name": rule}
        model = io.BytesIO()
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(corpus()),
            model_writer=model,
            vocab_size=2500,
            model_type="unigram",
            character_coverage=0.995,
            **names,
            num_threads=1,
            minloglevel=2,
            **more,
        )
    proto = sentencepiece_model_pb2.ModelProto()
    proto.ParseFromString(model.getvalue())
    return proto


def unigram(proto, byte_fallback=False):
    vocab = [(piece.piece, piece.score) for piece in proto.pieces]
    return Tokenizer(models.Unigram(vocab, proto.trainer_spec.unk_id, byte_fallback))


def ended(tok, piece="</s>"):
    tok.post_processor = processors.TemplateProcessing(
        single=f"$A {piece}", pair=f"$A {piece} $B {piece}", special_tokens=[(piece, tok.token_to_id(piece))]
    )
    tok.add_special_tokens(["<unk>", piece])
    return tok


def siglip():
    tok = unigram(sentence_piece("identity", pad_id=0, eos_id=1, unk_id=2, bos_id=-1))
    tok.normalizer = normalizers.Sequence(
        [
            normalizers.Lowercase(),
            normalizers.Replace(Regex(PUNCTUATION), ""),
            normalizers.Replace(Regex(r"\s+"), " "),
            normalizers.Strip(),
        ]
    )
    tok.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    return ended(tok)


def t5(rule, **how):
    proto = sentence_piece(rule, pad_id=0, eos_id=1, unk_id=2, bos_id=-1, **how)
    tok = unigram(proto, bool(how))
    tok.normalizer = normalizers.Precompiled(proto.normalizer_spec.precompiled_charsmap)
    tok.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace(prepend_scheme="always")]
    )
    return ended(tok)


def whole(rule):
    """A map of characters, words not split off, a space before the first only."""
    proto = sentence_piece(rule, pad_id=0, eos_id=1, unk_id=2, bos_id=-1)
    tok = unigram(proto)
    tok.normalizer = normalizers.Sequence(
        [
            normalizers.Precompiled(proto.normalizer_spec.precompiled_charsmap),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    tok.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first", split=False)
    return ended(tok)


def byte_level():
    """RoBERTa's structure."""
    tok = Tokenizer(models.BPE())
    tok.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tok.train_from_iterator(
        corpus(),
        trainers.BpeTrainer(
            vocab_size=3000,
            special_tokens=["<s>", "<pad>", "</s>", "<unk>", "<mask>"],
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        ),
    )
    tok.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), add_prefix_space=False)
    tok.add_special_tokens([AddedToken("<mask>", lstrip=True)])
    return tok


def gemma():
    """SentencePiece's byte pairs with bytes for what is unknown, as SigLIP 2's tokenizer."""
    tok = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tok.normalizer = normalizers.Replace(" ", "\u2581")
    tok.pre_tokenizer = pre_tokenizers.Split(" ", "merged_with_previous")
    small = trainers.BpeTrainer(
        vocab_size=3000,
        special_tokens=["<pad>", "<eos>", "<bos>", "<unk>"] + [f"<0x{b:02X}>" for b in range(256)],
        show_progress=False,
        limit_alphabet=200,
        max_token_length=12,
    )
    tok.train_from_iterator((word for line in corpus() for word in line.split()), small)
    tok.post_processor = processors.TemplateProcessing(single="$A <eos>", pair="$A <eos> $B <eos>", special_tokens=[("<eos>", 1)])
    return tok


def with_added(tok):
    tok.add_special_tokens([AddedToken("[LEFT]", lstrip=True), AddedToken("[RIGHT]", rstrip=True)])
    tok.add_tokens(
        [
            AddedToken("photograph", single_word=True, normalized=True),
            AddedToken("Caf\u00c9", normalized=True),
            AddedToken("IMG", normalized=False),
            AddedToken("IMG_", normalized=False),
        ]
    )
    return tok


def nfc_lower():
    """CLIP's normaliser before BERT's words, for offsets through composition."""
    tok = word_piece()
    tok.normalizer = normalizers.Sequence(
        [normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()]
    )
    tok.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Punctuation(), pre_tokenizers.Digits(individual_digits=True)]
    )
    return tok


def nfkc_strip():
    tok = word_piece()
    tok.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.NFKD(), normalizers.StripAccents()])
    tok.pre_tokenizer = pre_tokenizers.Whitespace()
    return tok


KINDS = {
    "bert-uncased": lambda: word_piece(),
    "bert-cased": lambda: with_added(word_piece(lowercase=False)),
    "bert-accents-kept": lambda: with_added(word_piece(strip_accents=False, handle_chinese_chars=False)),
    "bert-accents-off-cased": lambda: word_piece(strip_accents=True, lowercase=False, clean_text=False),
    "wordpiece-nfc": nfc_lower,
    "wordpiece-nfkc": nfkc_strip,
    "siglip": siglip,
    "t5": lambda: with_added(t5("small")),
    "unigram-bytes": lambda: t5("small_cf", byte_fallback=True),
    "unigram-whole": lambda: whole("small_cf"),
    "roberta": byte_level,
    "gemma": gemma,
}
# With SentencePiece's whole maps; these files are too large to keep (FULL=folder writes them there).
FULL = {
    "t5-full": lambda: with_added(t5("nmt_nfkc")),
    "unigram-bytes-full": lambda: t5("nmt_nfkc_cf", byte_fallback=True),
    "unigram-whole-full": lambda: whole("nmt_nfkc_cf"),
}


def line(encoding):
    offsets = " ".join(f"{a} {b}" for a, b in encoding.offsets)
    words = " ".join("-" if w is None else str(w) for w in encoding.word_ids)
    return f"{' '.join(map(str, encoding.ids))}|{offsets}|{words}\n"


def digests(tok, texts, dump=None):
    out = []
    texts = list(texts)
    for at in range(0, len(texts), 1000):
        rows = "".join(map(line, tok.encode_batch(texts[at : at + 1000])))
        if dump:
            dump.write(rows)
        out.append(hashlib.sha256(rows.encode()).hexdigest()[:16])
    return out


def chosen(tok):
    rows = []
    for text in CHOSEN:
        made = tok.encode(text)
        rows.append([made.ids, [x for pair in made.offsets for x in pair]])
    return rows


# The others show the same strings by their digests alone.
EXACT = ("bert-uncased", "bert-cased", "siglip", "t5")


def real_texts(shared):
    import pyarrow.parquet as pq

    captions = json.loads((shared / "tables/coco_captions_val2017.json").read_text())["annotations"]
    table = pq.read_table(shared / "tables/laion-like-10000.parquet", columns=["TEXT"])
    return [row["caption"] for row in captions] + [str(t) if t is not None else "" for t in table["TEXT"].to_pylist()]


def main():
    shared = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    real = real_texts(shared) if shared else []
    kinds = {}
    dumps = os.environ.get("DUMP")
    full = os.environ.get("FULL")
    made = {name: make() for name, make in (KINDS | (FULL if full else {})).items()}
    for name, path in zip(("minilm", "clip"), sys.argv[2:4]):
        made[name] = Tokenizer.from_file(path)
        made[name].no_truncation()
        made[name].no_padding()
    for name, tok in made.items():
        OUT.mkdir(parents=True, exist_ok=True)
        if name in FULL:
            Path(full, f"{name}.json").write_text(tok.to_str())
        if name in KINDS:
            packed = gzip.compress(json.dumps(json.loads(tok.to_str()), ensure_ascii=True, separators=(",", ":")).encode(), 9, mtime=0)
            (OUT / f"{name}.json.gz").write_bytes(packed)
        dump = open(f"{dumps}/{name}.txt", "w") if dumps else None
        kinds[name] = {
            "chosen": chosen(tok) if name in EXACT else [],
            "digests": digests(tok, generated(COUNT if name in WIDE else FEWER), dump),
            "real": digests(tok, real, dump) if name in (*WIDE, "t5") else [],
        }
        print(name, tok.get_vocab_size(), kinds[name]["digests"][0], flush=True)
    write_json(
        FIXTURES / "inference" / "subword-tokens.json",
        {
            "madeBy": versions("tokenizers", "sentencepiece"),
            "seed": SEED,
            "count": COUNT,
            "texts": CHOSEN,
            "fragments": FRAGMENTS,
            "realCount": len(real),
            "kinds": kinds,
        },
    )


if __name__ == "__main__":
    main()
