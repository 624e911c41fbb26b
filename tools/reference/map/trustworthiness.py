"""Trustworthiness of places on a map; see README.md."""
import sys

import numpy as np
from sklearn.decomposition import PCA
from sklearn.manifold import trustworthiness

n, dim = int(sys.argv[1]), int(sys.argv[2])
rows = np.fromfile(sys.argv[3], dtype='<f4').reshape(n, dim)
places = np.fromfile(sys.argv[4], dtype='<f4').reshape(n, 2)
flat = PCA(2, svd_solver='full').fit_transform(rows)
print('map', trustworthiness(rows, places, n_neighbors=15))
print('principal components', trustworthiness(rows, flat, n_neighbors=15))
