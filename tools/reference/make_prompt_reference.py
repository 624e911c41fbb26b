"""The formulas of image to prompt in float64 by numpy, neighbours by faiss (IndexFlatIP), and a linear
projection trained by torch: test/fixtures/evaluation/image-to-prompt.json.

    python make_prompt_reference.py
"""

import faiss
import numpy as np
import torch
from common import FIXTURES, Numbers, versions, write_json

IMAGES, TEXTS, CLIP, SENTENCE = 6, 60, 16, 12
numbers = Numbers(7)


def rows(n, dim):
    made = np.array([[numbers.next() - 0.5 for _ in range(dim)] for _ in range(n)], np.float32)
    return (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32)


def cosine(a, b):
    return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))


images, texts, sentences = rows(IMAGES, CLIP), rows(TEXTS, CLIP), rows(TEXTS, SENTENCE)
index = faiss.IndexFlatIP(CLIP)
index.add(texts)
_, found = index.search(images, TEXTS)
exact = images.astype(np.float64) @ texts.astype(np.float64).T

cases = []
for k in (1, 5, 20):
    for averaging in ("mean", "cosine"):
        for w1, w2 in ((0.6, 0.4), (1.0, 0.0), (0.5, -0.25)):
            predicted = []
            for i in range(IMAGES):
                near = found[i][:k]
                weights = exact[i][near] if averaging == "cosine" else np.ones(k)
                mean = np.average(sentences[near].astype(np.float64), axis=0, weights=weights)
                predicted.append((w1 * mean + w2 * sentences[near[0]].astype(np.float64)).tolist())
            cases.append({"k": k, "averaging": averaging, "weights": [w1, w2], "rows": predicted})

# One batch after the other in a fixed order, from fixed weights, as torch trains them.
N, STEPS, RATE, DECAY = 24, 9, 3e-3, 6e-5
x, y = rows(N, CLIP).astype(np.float64), rows(N, SENTENCE).astype(np.float64)
start = np.array([numbers.next() - 0.5 for _ in range(SENTENCE * CLIP + SENTENCE)]) * 0.5
linear = torch.nn.Linear(CLIP, SENTENCE).double()
with torch.no_grad():
    linear.weight.copy_(torch.tensor(start[: SENTENCE * CLIP].reshape(SENTENCE, CLIP)))
    linear.bias.copy_(torch.tensor(start[SENTENCE * CLIP :]))
adam = torch.optim.AdamW(linear.parameters(), lr=RATE, weight_decay=DECAY)
losses = []
for step in range(STEPS):
    adam.zero_grad()
    given = linear(torch.tensor(x))
    loss = (1 - torch.nn.functional.cosine_similarity(given, torch.tensor(y))).mean()
    loss.backward()
    adam.step()
    losses.append(loss.item())
after = np.concatenate([linear.weight.detach().numpy().ravel(), linear.bias.detach().numpy()])

write_json(
    FIXTURES / "evaluation" / "image-to-prompt.json",
    {
        "madeBy": versions("numpy", "faiss-cpu", "torch"),
        "clipDim": CLIP,
        "sentenceDim": SENTENCE,
        "images": images.ravel().tolist(),
        "texts": texts.ravel().tolist(),
        "sentences": sentences.ravel().tolist(),
        "nearest": found.tolist(),
        "cases": cases,
        "cosine_of_first_two_sentences": cosine(sentences[0].astype(np.float64), sentences[1].astype(np.float64)),
        "training": {
            "x": x.ravel().tolist(),
            "y": y.ravel().tolist(),
            "start": start.tolist(),
            "recipe": {"learningRate": RATE, "weightDecay": DECAY, "batch": N, "epochs": STEPS},
            "losses": losses,
            "after": after.tolist(),
        },
    },
)
