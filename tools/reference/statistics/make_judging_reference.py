"""Precision and recall from stratified judgings, worked out judgement by judgement with weights.

    python3 tools/reference/statistics/make_judging_reference.py

Reads test/fixtures/statistics/judged-sample.json (scores and truth of the sample's pairs, written by
`npm run judge-check -- --write`), draws its own samples, and writes judging-reference.json beside it.
Nothing here follows the program's code: each judgement carries its weight N/n, totals are sums of
weights, limits of a share come from scipy's Beta, and those of recall from finding the ratio at which
MOVER's interval of the difference touches zero.
"""

import json
import pathlib

import numpy as np
import scipy
from scipy.optimize import brentq
from scipy.stats import beta, norm, t

FIXTURES = pathlib.Path(__file__).parents[3] / "test/fixtures/statistics"
LEVEL = 0.95


def cells_of(edges, places, low, high):
    """Parts of strata between two places, empty ones joined with the next above or the last."""
    parts = [[max(a, low), min(b, high)] for a, b in zip(edges, edges[1:])]
    cells = [
        [b - a, np.flatnonzero((places >= a) & (places < b))] for a, b in parts if b > a
    ]
    while any(len(one) == 0 for _, one in cells):
        if len(cells) == 1:
            return []
        at = next(i for i, (_, one) in enumerate(cells) if len(one) == 0)
        size, _ = cells.pop(at)
        cells[min(at, len(cells) - 1)][0] += size
    return cells


def total(cells, right):
    """Estimated number of right ones, with limits, and the effective sample size of their share."""
    size = sum(n for n, _ in cells)
    weights = np.concatenate([np.full(len(i), n / len(i)) for n, i in cells])
    answers = np.concatenate([right[i] for _, i in cells]).astype(float)
    share = np.average(answers, weights=weights)
    if all(len(i) == n for n, i in cells):
        return share * size, share * size, share * size, size
    if share in (0.0, 1.0) or answers.min() == answers.max():
        effective = 1 / sum((n / size) ** 2 * (1 - len(i) / n) / len(i) for n, i in cells)
    else:
        drawn = [(right[i].sum() + share) / (len(i) + 1) for _, i in cells]
        variance = sum(
            (n / size) ** 2 * (1 - len(i) / n) * p * (1 - p) / max(1, len(i) - 1)
            for (n, i), p in zip(cells, drawn)
        )
        middle = sum(n / size * p for (n, _), p in zip(cells, drawn))
        effective = middle * (1 - middle) / variance
    tail = (1 - LEVEL) / 2
    df = max(1, len(answers) - len(cells))
    n = effective * (norm.ppf(1 - tail) / t.ppf(1 - tail, df)) ** 2
    hits = share * n
    low = 0.0 if answers.max() == 0 else beta.ppf(tail, hits, n - hits + 1)
    high = 1.0 if answers.min() == 1 else beta.ppf(1 - tail, hits + 1, n - hits)
    return share * size, low * size, high * size, effective


def ratio_limits(a, b):
    """Where the interval of a - theta b (Zou and Donner's MOVER) begins and ends to hold zero."""
    (a0, al, ah), (b0, bl, bh) = a, b

    def lower(theta):
        return a0 - theta * b0 - np.hypot(a0 - al, theta * (bh - b0))

    def upper(theta):
        return a0 - theta * b0 + np.hypot(ah - a0, theta * (b0 - bl))

    ratio = a0 / b0
    low = 0.0 if lower(0) <= 0 else brentq(lower, 0, ratio, xtol=1e-15)
    end = ratio + 1e-12
    while upper(end) > 0 and end < 1e12:
        end *= 2
    high = np.inf if end >= 1e12 else brentq(upper, ratio, end, xtol=1e-15)
    return low, high


def estimate(scores, right, edges, places, cutoff):
    line = int((scores < cutoff).sum())
    kept = cells_of(edges, places, line, len(scores))
    dropped = cells_of(edges, places, 0, line)
    answers = right[places]
    found = {"cutoff": cutoff, "kept": len(scores) - line, "precision": None, "recall": None}
    if kept:
        up = total(kept, answers)
        size = len(scores) - line
        found["precision"] = [up[0] / size, up[1] / size, up[2] / size, up[3]]
    if kept and dropped:
        down = total(dropped, answers)
        if up[0] > 0:
            low, high = ratio_limits(down[:3], up[:3])
            found["recall"] = [up[0] / (up[0] + down[0]), 1 / (1 + high), 1 / (1 + low)]
    return found


def main():
    sample = json.loads((FIXTURES / "judged-sample.json").read_text())
    scores = np.array(sample["scores"], dtype=np.float32)
    right = np.array([c == "1" for c in sample["right"]])
    random = np.random.default_rng(20260611)
    cases = []
    for cutoff, per in [(0.1, 5), (0.3, 12), (0.4, 25), (0.5, 40), (0.65, 25), (0.3, 2), (0.88, 9)]:
        line = int((scores < cutoff).sum())
        shares = np.cumsum([0.1, 0.2, 0.3, 0.4])
        down = [line - round(line * s) for s in shares[::-1]]
        up = [line + round((len(scores) - line) * s) for s in shares]
        edges = [0, *down[1:], line, *up[:-1], len(scores)]
        places = np.concatenate(
            [
                random.choice(np.arange(a, b), min(per, b - a), replace=False)
                for a, b in zip(edges, edges[1:])
            ]
        )
        cases.append(
            {
                "edges": edges,
                "places": places.tolist(),
                "estimates": [
                    estimate(scores, right, edges, places, c)
                    for c in [cutoff, -0.3, 0.05, 0.35, 0.55, 0.72, 0.8, 0.9]
                ],
            }
        )
    made = {"madeWith": f"numpy {np.__version__}, scipy {scipy.__version__}", "cases": cases}
    text = json.dumps(made, default=float).replace("Infinity", "null")
    (FIXTURES / "judging-reference.json").write_text(text + "\n")


main()
