/** Vectors of unit length, float32, row by row. */
export interface Vectors {
  data: Float32Array
  dims: number
}

function rowsOf({ data, dims }: Vectors): number {
  if (!Number.isInteger(dims) || dims < 1 || data.length % dims !== 0) {
    throw new RangeError(`${data.length} values are no rows of ${dims}`)
  }
  return data.length / dims
}

/**
 * Mean cosine over all pairs of a row of `a` and a row of `b`: the dot product of their mean vectors,
 * which is the same sum in another order. float64.
 * @throws RangeError where the dimensions differ or a side is empty
 */
export function meanCosineOfAll(a: Vectors, b: Vectors): number {
  if (a.dims !== b.dims) throw new RangeError(`dimensions differ: ${a.dims} and ${b.dims}`)
  const mean = (side: Vectors): Float64Array => {
    const n = rowsOf(side)
    if (n === 0) throw new RangeError('no vectors')
    const sum = new Float64Array(side.dims)
    for (let i = 0; i < side.data.length; i++) {
      sum[i % side.dims] = (sum[i % side.dims] as number) + (side.data[i] as number)
    }
    return sum.map((value) => value / n)
  }
  const left = mean(a)
  const right = mean(b)
  return left.reduce((sum, value, i) => sum + value * (right[i] as number), 0)
}

/**
 * Rank, from 1, of the best fitting relevant candidate of each query, by cosine. A candidate is
 * relevant where its group is that of the query (all captions of a picture bear the picture's
 * number). Of equal cosines the relevant one comes last, so that vectors that are all alike do not
 * count as found. Infinity where no candidate is relevant. O(queries x candidates x dims).
 * @param queryGroups one number a query
 * @param candidateGroups one number a candidate
 */
export function retrievalRanks(
  queries: Vectors,
  candidates: Vectors,
  queryGroups: ArrayLike<number>,
  candidateGroups: ArrayLike<number>,
): number[] {
  if (queries.dims !== candidates.dims) {
    throw new RangeError(`dimensions differ: ${queries.dims} and ${candidates.dims}`)
  }
  const n = rowsOf(queries)
  const m = rowsOf(candidates)
  if (queryGroups.length !== n || candidateGroups.length !== m) {
    throw new RangeError('one group is needed for each vector')
  }
  const { dims } = queries
  const cosines = new Float64Array(m)
  const ranks: number[] = []
  for (let q = 0; q < n; q++) {
    let best = -Infinity
    for (let c = 0; c < m; c++) {
      let sum = 0
      for (let i = 0; i < dims; i++) {
        sum += (queries.data[q * dims + i] as number) * (candidates.data[c * dims + i] as number)
      }
      cosines[c] = sum
      if (candidateGroups[c] === queryGroups[q] && sum > best) best = sum
    }
    let above = 0
    for (let c = 0; c < m; c++) {
      if (candidateGroups[c] !== queryGroups[q] && (cosines[c] as number) >= best) above++
    }
    ranks.push(best === -Infinity ? Infinity : above + 1)
  }
  return ranks
}

/**
 * Recall@k as in CLIP's retrieval benchmarks: the share of queries with at least one relevant
 * candidate among the k best.
 * @param ranks of `retrievalRanks`
 */
export function recallAt(ranks: readonly number[], k: number): number {
  if (ranks.length === 0) throw new RangeError('no queries')
  return ranks.filter((rank) => rank <= k).length / ranks.length
}
