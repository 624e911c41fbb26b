"""Measures over unit-length embeddings. Picture i belongs to text i."""

import numpy as np


def auc(positive, negative):
    """Area under the ROC curve: chance that a positive lies above a negative; ties count half."""
    both = np.concatenate([positive, negative]).astype(np.float64)
    order = np.argsort(both, kind="stable")
    values = both[order]
    ranks = np.empty(len(both))
    start = np.flatnonzero(np.r_[True, values[1:] != values[:-1]])
    ends = np.r_[start[1:], len(values)]
    for a, b in zip(start, ends):
        ranks[order[a:b]] = (a + b + 1) / 2
    n, m = len(positive), len(negative)
    return float((ranks[:n].sum() - n * (n + 1) / 2) / (n * m))


def recall(cosines, k):
    """Share of rows whose own column is among the k largest. Ties count against it."""
    own = np.diag(cosines)[:, None]
    return float(((cosines >= own).sum(1) <= k).mean())


def retrieval(pictures, texts):
    cosines = pictures @ texts.T
    off = cosines[~np.eye(len(cosines), dtype=bool)]
    return {
        "n": len(cosines),
        "image_to_text_recall_1": recall(cosines, 1),
        "image_to_text_recall_5": recall(cosines, 5),
        "text_to_image_recall_1": recall(cosines.T, 1),
        "text_to_image_recall_5": recall(cosines.T, 5),
        "auc": auc(np.diag(cosines), off),
        "matched_mean_cosine": float(np.diag(cosines).mean()),
        "mismatched_mean_cosine": float(off.mean()),
    }


def best_cutoff(positive, negative):
    """The cosine with the largest sum of sensitivity and specificity (Youden's J)."""
    values = np.sort(np.concatenate([positive, negative]))
    above = 1 - np.searchsorted(np.sort(positive), values) / len(positive)
    below = np.searchsorted(np.sort(negative), values) / len(negative)
    best = int(np.argmax(above + below))
    return float(values[best]), float(above[best]), float(below[best])
