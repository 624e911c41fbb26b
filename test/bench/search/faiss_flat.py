"""The same for faiss, by its flat indexes: IndexFlatIP (float32) and the 8-bit scalar quantizer, whose
400 best are rescored by float32 as ours are. Prints one line of JSON as engines.ts does.

    python3 faiss_flat.py flat|sq8 FILE ROWS QUERIES-FILE N-QUERIES K
"""
import json
import sys
import time

import faiss
import numpy as np

D = 512
kind, file, rows, query_file, n, k = sys.argv[1], sys.argv[2], *(int(x) if x.isdigit() else x for x in sys.argv[3:7])


def memory(field):
    with open("/proc/self/status") as status:
        for line in status:
            if line.startswith(field):
                return int(line.split()[1]) / 1024


began = time.perf_counter()
vectors = np.memmap(file, dtype=np.float32, mode="r", shape=(rows, D))
index = (
    faiss.IndexFlatIP(D)
    if kind == "flat"
    else faiss.IndexScalarQuantizer(D, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT)
)
if kind != "flat":
    index.train(np.ascontiguousarray(vectors[:100000]))
for start in range(0, rows, 65536):
    index.add(np.ascontiguousarray(vectors[start : start + 65536]))
del vectors
fd = open(file, "rb")
build = time.perf_counter() - began
queries = np.fromfile(query_file, dtype=np.float32).reshape(-1, D)[:n]
row_numbers = np.arange(rows, dtype=np.uint64)
kept = ((row_numbers + 1) * 2654435761 % 2**32 < 42949673).nonzero()[0]
bitmap = np.packbits(np.isin(np.arange(rows), kept), bitorder="little")
selector = faiss.IDSelectorBitmap(bitmap)


def search(query, params=None):
    wanted = k if kind == "flat" else 4 * k
    found = index.search(query[None], wanted, params=params)[1][0]
    found = found[found >= 0]
    if kind == "flat":
        return found
    exact = np.empty((len(found), D), np.float32)
    for i, row in enumerate(found):
        fd.seek(int(row) * D * 4)
        exact[i] = np.frombuffer(fd.read(D * 4), np.float32)
    order = np.argsort(-(exact @ query), kind="stable")[:k]
    return found[order]


def timed(params=None):
    ms, cpu, out = [], [], []
    for i in range(-3, n):
        query = queries[max(0, i)]
        start, before = time.perf_counter(), time.process_time()
        found = search(query, params)
        if i >= 0:
            ms.append(1000 * (time.perf_counter() - start))
            cpu.append(1000 * (time.process_time() - before))
            out.append([int(row) for row in found])
    return {"ms": ms, "cpuMs": cpu, "rows": out}


print(json.dumps({
    "buildS": build,
    "all": timed(),
    "filtered": timed(faiss.SearchParameters(sel=selector)),
    "rssMB": memory("VmRSS"),
    "peakMB": memory("VmHWM"),
}))
