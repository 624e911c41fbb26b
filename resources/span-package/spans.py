"""Losses, windows, decoding and measures for spans in texts; the same as in the program Gleaner.

Positions of a window: 0 is "no answer" ([CLS]), 1..n-1 are the tokens of the text. Spans of tokens
are given by first and last, inclusive. Offsets in texts are Unicode code points, the end exclusive,
which is what Python's strings count.
"""

import math
from collections import defaultdict

import torch


def soft_iou_loss(start_logits, end_logits, first, last, has_answer, keep, smoothing=1.0):
    """1 - soft IoU of a batch, [batch].

    p, q: start and end distribution. The chance that token i is covered is
    c_i = P(start <= i) P(end >= i), i >= 1. Against the gold cover g:
    I = sum c g, U = sum c + g - c g, loss = 1 - (I + s) / (U + s)
    (Rahman and Wang 2016, applied to the cover of a span).

    start_logits, end_logits: [batch, length]; first, last: [batch] positions, ignored without an
    answer; has_answer: [batch] bool; keep: [batch, length] bool, position 0 and the text's tokens.
    """
    p = _softmax(start_logits, keep)
    q = _softmax(end_logits, keep)
    p, q = p[:, 1:], q[:, 1:]
    started = torch.cumsum(p, dim=1)
    open_ = torch.flip(torch.cumsum(torch.flip(q, [1]), dim=1), [1])
    covered = started * open_ * keep[:, 1:]
    places = torch.arange(1, start_logits.shape[1], device=start_logits.device)[None, :]
    gold = (places >= first[:, None]) & (places <= last[:, None]) & has_answer[:, None]
    gold = (gold & keep[:, 1:]).to(covered.dtype)
    inside = (covered * gold).sum(dim=1)
    union = (covered + gold - covered * gold).sum(dim=1)
    return 1 - (inside + smoothing) / (union + smoothing)


def cross_entropy(start_logits, end_logits, first, last, has_answer, keep):
    """Mean of the two sparse categorical cross-entropies, [batch], in nats; no answer = position 0."""
    zero = torch.zeros_like(first)
    start = _log_softmax(start_logits, keep).gather(1, torch.where(has_answer, first, zero)[:, None])
    end = _log_softmax(end_logits, keep).gather(1, torch.where(has_answer, last, zero)[:, None])
    return -(start + end).squeeze(1) / 2


def span_loss(start_logits, end_logits, first, last, has_answer, keep, weights):
    """Both losses, weighted: {"loss", "cross_entropy", "soft_iou"}, each [batch]."""
    entropy = cross_entropy(start_logits, end_logits, first, last, has_answer, keep)
    soft = soft_iou_loss(
        start_logits, end_logits, first, last, has_answer, keep, weights.get("smoothing", 1.0)
    )
    return {
        "loss": weights["cross_entropy"] * entropy + weights["soft_iou"] * soft,
        "cross_entropy": entropy,
        "soft_iou": soft,
    }


def _masked(logits, keep):
    # In half precision -1e9 is no number.
    logits = logits if logits.dtype == torch.float64 else logits.float()
    return logits.masked_fill(~keep, -1e9)


def _softmax(logits, keep):
    return torch.softmax(_masked(logits, keep), dim=1)


def _log_softmax(logits, keep):
    return torch.log_softmax(_masked(logits, keep), dim=1)


# ── measures: a span is (start, end), half-open, or None


def exact_match(predicted, gold):
    return float(predicted == gold)


def iou(predicted, gold):
    """Intersection over union; nothing against nothing is 1."""
    if predicted is None and gold is None:
        return 1.0
    if predicted is None or gold is None:
        return 0.0
    both = max(0, min(predicted[1], gold[1]) - max(predicted[0], gold[0]))
    return both / (predicted[1] - predicted[0] + gold[1] - gold[0] - both)


def f1(predicted, gold):
    """2 |A and B| / (|A| + |B|); nothing against nothing is 1."""
    if predicted is None and gold is None:
        return 1.0
    if predicted is None or gold is None:
        return 0.0
    both = max(0, min(predicted[1], gold[1]) - max(predicted[0], gold[0]))
    return 2 * both / (predicted[1] - predicted[0] + gold[1] - gold[0])


# ── joint decoding over the windows of a text


class Scores:
    """All allowed spans of a text with their scores, each once.

    windows: [{"start": [n], "end": [n], "token_offset": int}]; position i >= 1 is token
    token_offset + i - 1 of the text. Allowed: last >= first, at most `max_tokens` tokens. Where
    windows overlap, a span counts in the one in which its first token has the most context on its
    poorer side.
    """

    def __init__(self, windows, max_tokens):
        owner = _owners(windows)
        self.null_score = min(float(w["start"][0]) + float(w["end"][0]) for w in windows)
        firsts, lasts, scores = [], [], []
        for which, window in enumerate(windows):
            start = torch.as_tensor(window["start"], dtype=torch.float64)[1:]
            end = torch.as_tensor(window["end"], dtype=torch.float64)[1:]
            n, offset = len(start), window["token_offset"]
            mine = torch.tensor([owner[offset + i] == which for i in range(n)], dtype=torch.bool)
            places = torch.arange(n)
            length = places[None, :] - places[:, None]
            allowed = (length >= 0) & (length < max_tokens) & mine[:, None]
            i, j = allowed.nonzero(as_tuple=True)
            firsts.append(i + offset)
            lasts.append(j + offset)
            scores.append(start[i] + end[j])
        self.first, self.last, self.score = (torch.cat(parts) for parts in (firsts, lasts, scores))

    def log_total(self, temperature):
        all_scores = torch.cat([self.score, torch.tensor([self.null_score], dtype=torch.float64)])
        return float(torch.logsumexp(all_scores / temperature, dim=0))

    def of(self, gold):
        """Score of a span (first, last) or of no answer; None where it is not allowed."""
        if gold is None:
            return self.null_score
        found = ((self.first == gold[0]) & (self.last == gold[1])).nonzero()
        return float(self.score[found[0]]) if len(found) else None


def decode(scores, temperature=1.0):
    """(best span or None for no answer, its probability among all allowed spans and no answer)."""
    at = int(torch.argmax(scores.score)) if len(scores.score) else None
    answered = at is not None and float(scores.score[at]) >= scores.null_score
    chosen = float(scores.score[at]) if answered else scores.null_score
    span = (int(scores.first[at]), int(scores.last[at])) if answered else None
    return span, math.exp(chosen / temperature - scores.log_total(temperature))


def _owners(windows):
    best, owner = defaultdict(lambda: -1.0), {}
    for which, window in enumerate(windows):
        length = len(window["start"]) - 1
        for i in range(length):
            context = min(i, length - 1 - i) + 0.01 * length
            token = window["token_offset"] + i
            if context > best[token]:
                best[token], owner[token] = context, which
    return owner


def fit_temperature(cases):
    """Temperature scaling (Guo et al. 2017): T > 0 with the least mean -log p(gold) on validation.

    cases: [(Scores, gold as (first, last) or None)]. Golden-section search over log T.
    """
    usable = [(scores, scores.of(gold)) for scores, gold in cases]
    usable = [(scores, found) for scores, found in usable if found is not None]
    if not usable:
        return 1.0

    def loss(log_t):
        t = math.exp(log_t)
        return sum(scores.log_total(t) - found / t for scores, found in usable) / len(usable)

    low, high, ratio = math.log(0.05), math.log(20.0), (math.sqrt(5) - 1) / 2
    left, right = high - ratio * (high - low), low + ratio * (high - low)
    at_left, at_right = loss(left), loss(right)
    while high - low > 1e-3:
        if at_left <= at_right:
            high, right, at_right = right, left, at_left
            left = high - ratio * (high - low)
            at_left = loss(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + ratio * (high - low)
            at_right = loss(right)
    found = (low + high) / 2
    return math.exp(found) if loss(found) <= loss(0.0) else 1.0


def calibration_error(confidences, correct, bins=10):
    """Expected calibration error (Naeini et al. 2015) over equal bins of confidence."""
    if not confidences:
        return math.nan
    cells = [[] for _ in range(bins)]
    for confidence, right in zip(confidences, correct):
        cells[min(bins - 1, int(confidence * bins))].append((confidence, right))
    total = 0.0
    for cell in cells:
        if cell:
            mean = [sum(values) / len(cell) for values in zip(*cell)]
            total += len(cell) / len(confidences) * abs(mean[1] - mean[0])
    return total
