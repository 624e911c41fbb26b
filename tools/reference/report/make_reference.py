"""The part of test/fixtures/report/reference.json that Python computes: see README.md.

Run from the root of the project: python tools/reference/report/make_reference.py R.json OUT.json
"""

import csv
import json
import sys
from collections import defaultdict

import numpy as np
import scipy
from scipy import stats

ASPECTS = ["objects", "attributes", "relations", "setting", "overall"]
rows = [r for r in csv.DictReader(open("resources/sample-study/ratings.csv")) if r["value"] != "cannot"]
reference = json.load(open(sys.argv[1]))
raters = sorted({r["rater"] for r in rows})


def ordinal_alpha(table):
    """Krippendorff 2011, by his steps: coincidence matrix, delta of the ordinal metric, alpha."""
    values = np.unique(table[~np.isnan(table)])
    o = np.zeros((len(values), len(values)))
    for unit in table.T:
        given = unit[~np.isnan(unit)]
        m = len(given)
        for i in range(m):
            for k in range(m):
                if i != k:
                    o[np.searchsorted(values, given[i]), np.searchsorted(values, given[k])] += 1 / (m - 1)
    n_c = o.sum(axis=1)
    n = n_c.sum()
    delta = np.zeros_like(o)
    for c in range(len(values)):
        for k in range(c + 1, len(values)):
            delta[c, k] = delta[k, c] = (n_c[c : k + 1].sum() - (n_c[c] + n_c[k]) / 2) ** 2
    expected = (np.outer(n_c, n_c) * delta).sum() / (n - 1)
    return 1 - (o * delta).sum() / expected


# The example of that paper, section C: 4 observers, 12 units, ordinal alpha 0.815.
_ = np.nan
EXAMPLE = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, _, _, _],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, _, 3],
        [_, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, _],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, _],
    ]
)
assert round(ordinal_alpha(EXAMPLE), 3) == 0.815


def picture(row):
    return (row["model"], row["group"], row["level"])


for aspect in ASPECTS:
    mine = [r for r in rows if r["aspect"] == aspect]
    pictures = sorted({picture(r) for r in mine})
    table = np.full((len(raters), len(pictures)), np.nan)
    for r in mine:
        table[raters.index(r["rater"]), pictures.index(picture(r))] = float(r["value"])
    alpha = ordinal_alpha(table)
    means = defaultdict(list)
    for r in mine:
        means[picture(r)].append(float(r["value"]))
    both = sorted(p[1:] for p in pictures if p[0] == "base" and ("tuned", *p[1:]) in means)
    diff = np.round([np.mean(means["tuned", *p]) - np.mean(means["base", *p]) for p in both], 9)
    test = stats.wilcoxon(diff, zero_method="wilcox", correction=False, method="approx")
    # Whole sample of sign patterns by a much larger draw than ours.
    flips = stats.permutation_test(
        (diff,), np.mean, permutation_type="samples", n_resamples=200_000, random_state=1
    )
    # Standardised like BCa, by scipy's own code and draws.
    bca = stats.bootstrap((diff,), np.mean, n_resamples=50_000, method="BCa", random_state=1)
    reference["aspects"][aspect]["scipy"] = {
        "alpha": alpha,
        "wilcoxon": test.pvalue,
        "signFlip": flips.pvalue,
        "bca": list(bca.confidence_interval),
    }
reference["madeWith"]["scipy"] = scipy.__version__
json.dump(reference, open(sys.argv[2], "w"), indent=1)
open(sys.argv[2], "a").write("\n")
