"""Reference values for src/main/labeling: measures, losses and agreement on random cases.

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install -r tools/reference/spans/requirements.txt
    /tmp/venv/bin/python tools/reference/spans/make_span_reference.py

Writes test/fixtures/labeling/span-reference.json. What each value comes from:
- IoU, precision, recall, F1 over units: scikit-learn on indicator vectors
- SQuAD's exact match and F1: the definitions of the SQuAD 2.0 evaluation, with collections.Counter
- cross-entropy, soft IoU and their gradients: torch, autograd, float64
- nominal alpha: nltk.metrics.agreement; with missing values: Krippendorff (2011), coincidence
  matrix written out
- alpha_U: the distance and the expectation written out unit by unit, in fractions
- joint decoding and its likelihood: every pair of positions, torch.logsumexp
- temperature scaling: scipy's bounded minimiser; Adam: torch.optim
"""

import importlib.metadata
import json
import platform
import re
import string
from collections import Counter
from fractions import Fraction
from itertools import combinations
from pathlib import Path

import numpy as np
import torch
from nltk.metrics.agreement import AnnotationTask
from scipy.optimize import minimize_scalar
from sklearn.metrics import jaccard_score, precision_recall_fscore_support

ROOT = Path(__file__).resolve().parents[3]
OUT = ROOT / "test" / "fixtures" / "labeling" / "span-reference.json"
rng = np.random.default_rng(20240607)
torch.set_default_dtype(torch.float64)


def ints(*args):
    return int(rng.integers(*args))


def random_spans(length, most):
    spans = []
    for _ in range(ints(0, most + 1)):
        start = ints(0, length)
        spans.append([start, min(length, start + ints(0, length // 2 + 1))])
    return spans


def indicator(spans, length):
    vector = np.zeros(length, dtype=int)
    for start, end in spans:
        vector[start:end] = 1
    return vector


def measures():
    cases = []
    for _ in range(200):
        length = ints(4, 60)
        a, b = random_spans(length, 3), random_spans(length, 3)
        if ints(0, 5) == 0:
            b = list(reversed(a))
        x, y = indicator(a, length), indicator(b, length)
        empty = x.sum() == 0 and y.sum() == 0
        value = 1.0 if empty else 0.0
        precision, recall, f1, _ = precision_recall_fscore_support(
            y, x, average="binary", zero_division=value
        )
        if x.sum() == 0 or y.sum() == 0:
            precision = recall = f1 = value
        iou = value if empty else jaccard_score(y, x, zero_division=value)
        exact = {tuple(s) for s in a if s[1] > s[0]} == {tuple(s) for s in b if s[1] > s[0]}
        cases.append(
            dict(predicted=a, gold=b, iou=float(iou), precision=float(precision),
                 recall=float(recall), f1=float(f1), exact=int(exact))
        )
    return cases


def normalize_answer(text):
    text = text.lower()
    text = "".join(ch for ch in text if ch not in set(string.punctuation))
    text = re.sub(r"\b(a|an|the)\b", " ", text, flags=re.UNICODE)
    return " ".join(text.split())


def answers():
    words = ["a", "The", "cat,", "cat", "the-", "on", "Ärger", "naïve", "an", "mat.", "東京", "it's",
             "__", "the\u00a0sea", "X\u2028y", "THE", "theatre", "a_b", "\u00e1n"]
    cases = []
    for _ in range(200):
        a = " ".join(words[ints(0, len(words))] for _ in range(ints(0, 7)))
        b = " ".join(words[ints(0, len(words))] for _ in range(ints(0, 7)))
        if ints(0, 6) == 0:
            b = a.upper()
        row = dict(predicted=a, gold=b)
        for name, tokens in (("squad", lambda t: normalize_answer(t).split()), ("none", str.split)):
            p, g = tokens(a), tokens(b)
            same = sum((Counter(p) & Counter(g)).values())
            if not p or not g:
                f1 = float(p == g)
            else:
                f1 = 2 * same / (len(p) + len(g))
            row[name] = dict(f1=f1, exact=int(p == g))
        cases.append(row)
    return cases


def torch_loss(start, end, gold, w_entropy, w_iou, smoothing):
    n = len(start)
    target = torch.tensor([gold[0] if gold else 0]), torch.tensor([gold[1] if gold else 0])
    entropy = (
        torch.nn.functional.cross_entropy(start[None], target[0])
        + torch.nn.functional.cross_entropy(end[None], target[1])
    ) / 2
    p, q = torch.softmax(start, 0), torch.softmax(end, 0)
    mask = torch.zeros(n)
    if gold:
        mask[gold[0] : gold[1] + 1] = 1
    cover = []
    for i in range(1, n):
        cover.append(p[1 : i + 1].sum() * q[i:].sum())
    cover = torch.stack(cover) if cover else torch.zeros(0)
    g = mask[1:]
    inter = (cover * g).sum()
    union = (cover + g - cover * g).sum()
    soft = 1 - (inter + smoothing) / (union + smoothing)
    return w_entropy * entropy + w_iou * soft, entropy, soft


def random_gold(n):
    if n < 2 or ints(0, 3) == 0:
        return None
    first = ints(1, n)
    return [first, ints(first, n)]


def losses():
    cases = []
    for k in range(60):
        n = ints(1, 14)
        scale = [1, 3, 30][k % 3]
        start = torch.tensor(rng.normal(size=n) * scale, requires_grad=True)
        end = torch.tensor(rng.normal(size=n) * scale, requires_grad=True)
        gold = random_gold(n)
        w = [round(float(rng.random() * 2), 3), round(float(rng.random() * 2), 3)]
        smoothing = [1, 0.1, 1e-3][ints(0, 3)]
        loss, entropy, soft = torch_loss(start, end, gold, w[0], w[1], smoothing)
        loss.backward()
        cases.append(
            dict(start=start.tolist(), end=end.tolist(), gold=gold, weights=w, smoothing=smoothing,
                 loss=loss.item(), entropy=entropy.item(), soft=soft.item(),
                 startGradient=start.grad.tolist(), endGradient=end.grad.tolist())
        )
    return cases


def flat(tensors):
    return [v for t in tensors for v in t.detach().reshape(-1).tolist()]


def head():
    """One head with a hidden layer and one without: loss, gradients and three steps of Adam."""
    cases = []
    for hidden in (0, 3):
        dim, n = 5, 7
        width = hidden or dim
        shapes = [(hidden, dim), (hidden,), (2, width), (2,), (2, dim), (2,)]
        params = [torch.tensor(rng.normal(size=s) * 0.5, requires_grad=True) for s in shapes]
        x = torch.tensor(rng.normal(size=(n, dim)).astype(np.float32)).double()
        gold = [2, 4]
        initial = flat(params)
        optimizer = torch.optim.AdamW(params, lr=0.05, weight_decay=0.01)
        history = []
        for step in range(3):
            h = torch.tanh(x[1:] @ params[0].T + params[1]) if hidden else x[1:]
            logits = torch.cat([(params[4] @ x[0] + params[5])[None], h @ params[2].T + params[3]])
            loss, *_ = torch_loss(logits[:, 0], logits[:, 1], gold, 1.0, 0.7, 1.0)
            optimizer.zero_grad()
            loss.backward()
            grads = [torch.zeros_like(p) if p.grad is None else p.grad for p in params]
            gradient = flat(grads)
            optimizer.step()
            history.append(dict(loss=loss.item(), gradient=gradient, parameters=flat(params)))
        cases.append(dict(dim=dim, hidden=hidden, features=x.reshape(-1).tolist(), gold=gold,
                          initial=initial, steps=history))
    return cases


def decoding():
    cases = []
    for _ in range(30):
        n = ints(2, 16)
        start, end = rng.normal(size=n) * 3, rng.normal(size=n) * 3
        longest = ints(1, 8)
        temperature = round(float(0.5 + rng.random() * 2), 3)
        scores = [(start[i] + end[j], i - 1, j - 1) for i in range(1, n)
                  for j in range(i, min(n, i + longest))]
        null = start[0] + end[0]
        total = torch.logsumexp(torch.tensor([null] + [s for s, _, _ in scores]) / temperature, 0)
        best = sorted(scores, reverse=True)[:5]
        cases.append(
            dict(start=start.tolist(), end=end.tolist(), maxLength=longest, temperature=temperature,
                 null=float(null),
                 nullProbability=float(torch.exp(torch.tensor(null / temperature) - total)),
                 spans=[dict(score=float(s), first=i, last=j,
                             probability=float(torch.exp(torch.tensor(s / temperature) - total)))
                        for s, i, j in best])
        )
    return cases


def temperature():
    cases = []
    for _ in range(40):
        n = 8
        gold = random_gold(n)
        start, end = rng.normal(size=n), rng.normal(size=n)
        start[gold[0] if gold else 0] += 1.2
        end[gold[1] if gold else 0] += 1.2
        cases.append(dict(start=(start * 4).tolist(), end=(end * 4).tolist(),
                          gold=[gold[0] - 1, gold[1] - 1] if gold else None))

    def nll(log_t):
        total = 0.0
        for case in cases:
            s, e = case["start"], case["end"]
            scores = [s[i] + e[j] for i in range(1, n) for j in range(i, n)] + [s[0] + e[0]]
            gold = case["gold"]
            chosen = s[gold[0] + 1] + e[gold[1] + 1] if gold else s[0] + e[0]
            scaled = torch.tensor(scores) / np.exp(log_t)
            total += float(torch.logsumexp(scaled, 0) - chosen / np.exp(log_t))
        return total / len(cases)

    found = minimize_scalar(nll, bounds=(np.log(0.05), np.log(20)), method="bounded",
                            options=dict(xatol=1e-9))
    return dict(cases=cases, temperature=float(np.exp(found.x)), nll=found.fun, nllAtOne=nll(0.0))


def nominal():
    cases = []
    for k in range(40):
        annotators, units, values = ints(2, 5), ints(3, 30), ints(2, 5)
        missing = 0.0 if k % 2 == 0 else 0.25
        rows = [[None if rng.random() < missing else f"v{ints(0, values)}" for _ in range(annotators)]
                for _ in range(units)]
        cases.append(dict(rows=rows, alpha=alpha_by_matrix(rows)))
        if missing == 0:
            triples = [(f"c{a}", f"i{u}", row[a]) for u, row in enumerate(rows) for a in range(annotators)]
            task = AnnotationTask(data=triples)
            cases[-1]["nltk"] = task.alpha()
    return cases


def alpha_by_matrix(rows):
    rows = [[v for v in row if v is not None] for row in rows]
    rows = [row for row in rows if len(row) > 1]
    values = sorted({v for row in rows for v in row})
    place = {v: i for i, v in enumerate(values)}
    o = [[Fraction(0)] * len(values) for _ in values]
    for row in rows:
        for i, a in enumerate(row):
            for j, b in enumerate(row):
                if i != j:
                    o[place[a]][place[b]] += Fraction(1, len(row) - 1)
    totals = [sum(line) for line in o]
    n = sum(totals)
    observed = sum(o[c][k] for c in range(len(values)) for k in range(len(values)) if c != k)
    expected = sum(totals[c] * totals[k] for c in range(len(values)) for k in range(len(values)) if c != k)
    return float(1 - (n - 1) * observed / expected) if expected else None


def sections(units, length):
    """The whole continuum as units and gaps: (begin, length, is a unit)."""
    out, at = [], 0
    for start, end in sorted(units):
        if start > at:
            out.append((at, start - at, 0))
        out.append((start, end - start, 1))
        at = end
    if at < length:
        out.append((at, length - at, 0))
    return out


def unitizing_category(lists, length):
    m = len(lists)
    parts = [sections(units, length) for units in lists]
    observed = Fraction(0)
    for i, j in combinations(range(m), 2):
        for b1, l1, v1 in parts[i]:
            for b2, l2, v2 in parts[j]:
                if v1 and v2 and -l1 < b1 - b2 < l2:
                    d = (b1 - b2) ** 2 + (b1 + l1 - b2 - l2) ** 2
                elif v1 and not v2 and l2 - l1 >= b1 - b2 >= 0:
                    d = l1 * l1
                elif v2 and not v1 and l1 - l2 >= b2 - b1 >= 0:
                    d = l2 * l2
                else:
                    d = 0
                observed += 2 * d
    observed /= m * (m - 1) * length * length
    everything = [section for part in parts for section in part]
    marked = [l for _, l, v in everything if v]
    gaps = [l for _, l, v in everything if not v]
    total = Fraction(0)
    for l in marked:
        total += Fraction(len(marked) - 1, 3) * (2 * l**3 - 3 * l**2 + l)
        total += l * l * sum(g - l + 1 for g in gaps if g >= l)
    pairs = m * length * (m * length - 1) - sum(l * (l - 1) for l in marked)
    return observed, Fraction(2, length) * total / pairs


def unitizing():
    cases = []
    for _ in range(40):
        m, length = ints(2, 5), ints(20, 400)
        units, observed, expected = [], Fraction(0), Fraction(0)
        by_category = {}
        for category in ["content", "context", "credit"][: ints(1, 4)]:
            lists = []
            for annotator in range(m):
                at, mine = ints(0, length // 2), []
                while at < length and len(mine) < 4:
                    end = min(length, at + ints(1, length // 4 + 2))
                    mine.append((at, end))
                    units.append(dict(annotator=annotator, category=category, start=at, end=end))
                    at = end + ints(0, length // 4 + 2)
                lists.append(mine)
            o, e = unitizing_category(lists, length)
            by_category[category] = dict(observed=float(o), expected=float(e), alpha=float(1 - o / e))
            observed += o
            expected += e
        cases.append(dict(length=length, annotators=m, units=units, categories=by_category,
                          alpha=float(1 - observed / expected)))
    return cases


def quantiles():
    values = sorted(rng.normal(size=37).tolist())
    shares = [0.0, 0.025, 0.31, 0.5, 0.975, 1.0]
    return dict(values=values, shares=shares, quantiles=np.quantile(values, shares).tolist())


versions = {"python": platform.python_version()} | {
    name: importlib.metadata.version(name)
    for name in ("nltk", "numpy", "scikit-learn", "scipy", "torch")
}
OUT.parent.mkdir(parents=True, exist_ok=True)
OUT.write_text(
    json.dumps(
        dict(madeBy="tools/reference/spans/make_span_reference.py", versions=versions,
             measures=measures(), answers=answers(), losses=losses(), head=head(),
             decoding=decoding(), temperature=temperature(), nominal=nominal(),
             unitizing=unitizing(), quantiles=quantiles()),
        ensure_ascii=True,
    )
    + "\n"
)
print(OUT, OUT.stat().st_size, versions)
