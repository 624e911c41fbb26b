"""Writes test/fixtures/map/reference.json; see README.md."""
import json
import pathlib

import numpy as np
from scipy.optimize import brentq
from scipy.spatial.distance import cdist

N, DIM, K = 300, 24, 14
rng = np.random.default_rng(12)
centres = rng.normal(size=(5, DIM))
rows = centres[rng.integers(0, 5, N)] * 0.8 + rng.normal(size=(N, DIM))
rows *= np.linspace(2, 0.5, DIM)
rows = np.round(rows, 4).astype(np.float32)

x = rows.astype(np.float64)
mean = x.mean(0)
values, vectors = np.linalg.eigh(np.cov(x.T))
axes = vectors[:, ::-1][:, :4].T
for axis in axes:
    if axis[np.argmax(np.abs(axis))] < 0:
        axis *= -1
places = (x - mean) @ axes[:2].T

distances = cdist(x, x)
np.fill_diagonal(distances, np.inf)
ids = np.argsort(distances, axis=1, kind='stable')[:, :K]
near = np.take_along_axis(distances, ids, 1)
rho = near[:, 0]
target = np.log2(K + 1)
sigma = np.array([
    brentq(lambda s, d=d, r=r: np.exp(-np.maximum(0, d - r) / s).sum() - target, 1e-6, 1e4, xtol=1e-12)
    for d, r in zip(near, rho)
])
said = np.zeros((N, N))
for i in range(N):
    said[i, ids[i]] = np.exp(-np.maximum(0, near[i] - rho[i]) / sigma[i])
union = said + said.T - said * said.T
edges = np.argwhere(union > 0)

out = pathlib.Path(__file__).resolve().parents[3] / 'test/fixtures/map/reference.json'
out.write_text(json.dumps({
    'n': N, 'dim': DIM, 'k': K,
    'rows': [round(float(v), 4) for v in rows.ravel()],
    'shares': [float(v) for v in values[::-1][:4] / values.sum()],
    'axes': [[round(float(v), 9) for v in axis] for axis in axes[:2]],
    'places': [[round(float(v), 7) for v in place] for place in places[:20]],
    'neighbours': ids[:20].tolist(),
    'rho': [round(float(v), 7) for v in rho[:20]],
    'sigma': [round(float(v), 6) for v in sigma[:20]],
    'edges': len(edges),
    'weights': [[int(i), int(j), round(float(union[i, j]), 6)] for i, j in edges[:60]],
    'sum': float(union.sum()),
}) + '\n')
