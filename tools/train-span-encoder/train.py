"""Trains the encoder: masked words, and where a picture's description stands on made-up pages.

    python train.py CORPUS OUT --steps 4000

CORPUS is what corpus.py and describe.ts made. OUT gets tokenizer.json, checkpoint.pt,
settings.json and training-log.csv. An interrupted training goes on from its checkpoint. A GPU is
used when there is one. Same seed, same corpus, same machine: same weights.
"""

import argparse
import csv
import json
import math
import os
import time

import numpy as np
import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
from torch.nn import functional as F

from model import Trained
from pages import CLS, MASK, PAD, SEP, Library, pages

CHUNK = 4096


def parse():
    p = argparse.ArgumentParser()
    p.add_argument("corpus")
    p.add_argument("out")
    p.add_argument("--steps", type=int, default=4000)
    p.add_argument("--tokens", type=int, default=6144, help="tokens in a batch, padding included")
    p.add_argument("--rate", type=float, default=1.5e-3)
    p.add_argument("--warm", type=int, default=200)
    p.add_argument("--decay", type=float, default=0.05)
    p.add_argument("--vocabulary", type=int, default=8000)
    p.add_argument("--width", type=int, default=192)
    p.add_argument("--heads", type=int, default=4)
    p.add_argument("--blocks", type=int, default=4)
    p.add_argument("--masked", type=float, default=0.2, help="share of words masked on the pages that have masks")
    p.add_argument("--tokenizer", default=None, help="use this tokenizer.json; training one breaks ties by chance")
    p.add_argument("--seed", type=int, default=5)
    p.add_argument("--threads", type=int, default=1)
    p.add_argument("--validate-every", type=int, default=200)
    p.add_argument("--earlier", type=int, nargs=2, action="append", default=[], metavar=("STEPS", "UNTIL"), help="the rate followed a plan of STEPS until that step")
    p.add_argument("--long-from", type=int, default=0, help=f"pages are longer from this {CHUNK} on")
    p.add_argument("--keep", type=int, nargs="*", default=[], help="steps whose weights are kept; what is exported is their mean with the last")
    p.add_argument("--stop-at", type=int, default=None, help="stop early, for timing")
    return p.parse_args()


def train_tokenizer(folder, size):
    """WordPiece as BERT's."""
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]", max_input_chars_per_word=100))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    trainer = trainers.WordPieceTrainer(vocab_size=size, min_frequency=2, special_tokens=special, show_progress=False, limit_alphabet=300)

    def texts():
        with open(f"{folder}/blocks.jsonl", encoding="utf-8") as f:
            yield from (json.loads(line)["text"] for line in f)
        with open(f"{folder}/phrases.jsonl", encoding="utf-8") as f:
            yield from (json.loads(line)["text"] for line in f)
        with open(f"{folder}/descriptions.jsonl", encoding="utf-8") as f:
            yield from (json.loads(line) for i, line in enumerate(f) if i % 4 == 0)

    tokenizer.train_from_iterator(texts(), trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", CLS), ("[SEP]", SEP)]
    )
    return tokenizer


def batches(made, tokens, rng):
    """Lists of pages of like length."""
    made = sorted(made, key=lambda p: len(p[0]))
    out, now = [], []
    for page in made:
        if now and (len(now) + 1) * len(page[0]) > tokens:
            out.append(now)
            now = []
        now.append(page)
    out.append(now)
    rng.shuffle(out)
    return out


class Batch:
    def __init__(self, made, goes_on, masked, vocabulary, rng, device):
        """`goes_on` says of each token whether it is a later piece of a word."""
        shape = (len(made), max(len(p[0]) for p in made))
        ids, types = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
        tags = np.zeros((*shape, 3), np.float32)
        own = np.zeros((len(made), 2), np.int64)
        for i, (row, kinds, spans, span) in enumerate(made):
            ids[i, : len(row)] = row
            types[i, : len(row)] = kinds
            for a, b in spans:
                tags[i, a : b + 1, 0] = 1
                tags[i, a, 1] = tags[i, b, 2] = 1
            if span:
                own[i] = span
        there = ids != PAD
        # Whole words, on three pages of five.
        plain = there & (ids > MASK)
        words = np.cumsum(~goes_on[ids], 1)
        chosen = rng.random(shape) < masked
        picked = np.take_along_axis(chosen, words - 1, 1) & plain & (rng.random(len(made)) < 0.6)[:, None]
        target = ids[picked]
        dice = rng.random(picked.sum())
        ids[picked] = np.where(dice < 0.8, MASK, np.where(dice < 0.9, rng.integers(MASK + 1, vocabulary, len(dice)), target))

        def tensor(a):
            return torch.from_numpy(a).to(device)

        self.ids, self.types, self.tags, self.own = tensor(ids), tensor(types), tensor(tags), tensor(own)
        self.mask, self.picked, self.target = tensor(there.astype(np.int64)), tensor(picked), tensor(target)
        self.count = int(there.sum())


def losses(model, batch, device):
    with torch.autocast(device.type, torch.bfloat16):
        states = model.encoder(batch.ids, batch.mask, batch.types)
        words = model.words(states[batch.picked])
        spans = model.spans(states)
        tags = model.tags(states)
    there = batch.mask.bool()
    spans = spans.float().masked_fill(~there[:, :, None], -1e4)
    word_loss = F.cross_entropy(words.float(), batch.target) if len(batch.target) else words.float().sum()
    span_loss = F.cross_entropy(torch.cat([spans[:, :, 0], spans[:, :, 1]]), torch.cat([batch.own[:, 0], batch.own[:, 1]]))
    tag_loss = F.binary_cross_entropy_with_logits(tags.float()[there], batch.tags[there])
    return word_loss, span_loss, tag_loss, spans


def validate(model, made, goes_on, vocabulary, device):
    """Means over held-out blocks and descriptions: loss of words, of spans, exact match, all and answerable."""
    model.eval()
    sums, weight, exact, answerable, right = np.zeros(2), np.zeros(2), 0, 0, 0
    rng = np.random.default_rng(1)
    with torch.inference_mode():
        for some in batches(made, 8192, rng):
            batch = Batch(some, goes_on, 0.2, vocabulary, rng, device)
            word, _, _, _ = losses(model, batch, device)
            clean = Batch(some, goes_on, 0, vocabulary, rng, device)
            _, span, _, logits = losses(model, clean, device)
            sums += [float(word) * len(batch.target), float(span) * len(some)]
            weight += [len(batch.target), len(some)]
            found = logits.argmax(1)
            same = (found == clean.own).all(1)
            has = clean.own[:, 0] > 0
            exact += int(same.sum())
            right += int((same & has).sum())
            answerable += int(has.sum())
    model.train()
    return (*(sums / weight), exact / weight[1], right / answerable)


def main():
    a = parse()
    os.makedirs(a.out, exist_ok=True)
    torch.set_num_threads(a.threads)
    torch.manual_seed(a.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    kept = f"{a.out}/tokenizer.json"
    known = kept if os.path.exists(kept) else a.tokenizer
    tokenizer = Tokenizer.from_file(known) if known else train_tokenizer(a.corpus, a.vocabulary)
    tokenizer.save(kept)
    size = tokenizer.get_vocab_size()
    goes_on = np.zeros(size, bool)
    for word, i in tokenizer.get_vocab().items():
        goes_on[i] = word.startswith("##")
    library = Library(a.corpus, tokenizer, False)
    held = pages(Library(a.corpus, tokenizer, True), 1000, a.seed)
    model = Trained(size, width=a.width, heads=a.heads, blocks=a.blocks).to(device)
    count = sum(p.numel() for p in model.encoder.parameters())
    print(f"{count / 1e6:.2f} million parameters in the encoder, {size} tokens, {device}", flush=True)
    matrices = [p for p in model.parameters() if p.ndim > 1]
    vectors = [p for p in model.parameters() if p.ndim <= 1]
    optimiser = torch.optim.AdamW(
        [{"params": matrices, "weight_decay": a.decay}, {"params": vectors, "weight_decay": 0.0}], lr=a.rate, betas=(0.9, 0.98)
    )
    with open(f"{a.out}/settings.json", "w", encoding="utf-8") as f:
        json.dump({**vars(a), "parameters": count, "torch": torch.__version__, "device": str(device)}, f, indent=2)
    checkpoint = f"{a.out}/checkpoint.pt"
    start, seconds, seen = 0, 0.0, 0
    if os.path.exists(checkpoint):
        saved = torch.load(checkpoint, weights_only=True)
        model.load_state_dict(saved["model"])
        optimiser.load_state_dict(saved["optimiser"])
        start, seconds, seen = saved["step"], saved["seconds"], saved["seen"]
        print("going on from step", start, flush=True)
    path = f"{a.out}/training-log.csv"
    lines = open(path, encoding="utf-8").readlines() if start else []
    log_file = open(path, "w", newline="", encoding="utf-8")
    # What was done after the checkpoint is done again.
    log_file.writelines(lines[:1] + [line for line in lines[1:] if int(line.split(",")[0]) <= start])
    log = csv.writer(log_file)
    if start == 0:
        log.writerow(["step", "word_loss", "span_loss", "tag_loss", "rate", "tokens", "seconds", "validation_word_loss", "validation_span_loss", "validation_exact", "validation_exact_answerable"])
    clock = time.time()
    queue, chunk, step, parts, n = [], 0, 0, np.zeros(3), 0
    while step < (a.stop_at or a.steps):
        if not queue:
            # Each chunk has its own stream: a resumed training sees the same batches.
            queue = batches(pages(library, CHUNK, a.seed * 1_000_003 + chunk, chunk >= a.long_from), a.tokens, np.random.default_rng((a.seed, chunk)))
            chunk += 1
        some = queue.pop()
        step += 1
        if step <= start:
            continue
        batch = Batch(some, goes_on, a.masked, size, np.random.default_rng((a.seed, 7, step)), device)
        plan = next((steps for steps, until in a.earlier if step <= until), a.steps)
        for group in optimiser.param_groups:
            group["lr"] = a.rate * min(1, step / a.warm) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * step / plan)))
        word, span, tag, _ = losses(model, batch, device)
        (word + span + 2 * tag).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        parts += [float(word.detach()), float(span.detach()), float(tag.detach())]
        n += 1
        seen += batch.count
        if step % 50 == 0 or step == a.steps:
            seconds += time.time() - clock
            row = [step, *(round(v, 4) for v in parts / n), f"{optimiser.param_groups[0]['lr']:.2e}", seen, round(seconds), "", "", "", ""]
            if step % a.validate_every == 0 or step == a.steps:
                row[7:] = [round(float(v), 4) for v in validate(model, held, goes_on, size, device)]
                torch.save({"model": model.state_dict(), "optimiser": optimiser.state_dict(), "step": step, "seconds": seconds, "seen": seen}, checkpoint + ".part")
                os.replace(checkpoint + ".part", checkpoint)
                if step in a.keep:
                    torch.save({"model": model.state_dict(), "step": step}, f"{a.out}/checkpoint-{step}.pt")
            log.writerow(row)
            log_file.flush()
            print(*row, flush=True)
            clock, parts, n = time.time(), np.zeros(3), 0


if __name__ == "__main__":
    main()
