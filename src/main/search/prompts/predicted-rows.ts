/** What an unknown text's row of numbers is taken to be, by the rows of prompts near to its picture. */

/** Cosine in float64; 0 where one has no length. */
export function cosineOf(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [dot, one, two] = [0, 0, 0]
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] as number, b[i] as number]
    dot += x * y
    one += x * x
    two += y * y
  }
  return one === 0 || two === 0 ? 0 : dot / Math.sqrt(one * two)
}

/**
 * The mean of rows, float64, as it comes: it is shorter than a unit the further they lie apart.
 * @param vectors unit rows, `dim` each
 * @param rows places in `vectors`
 * @param weights one a row: sum(w·row) / sum(w); without them all are alike
 */
export function meanOfRows(
  vectors: Float32Array,
  dim: number,
  rows: ArrayLike<number>,
  weights: ArrayLike<number> | null = null,
): Float64Array {
  const sum = new Float64Array(dim)
  let total = 0
  for (let n = 0; n < rows.length; n++) {
    const weight = weights === null ? 1 : (weights[n] as number)
    const from = (rows[n] as number) * dim
    for (let i = 0; i < dim; i++)
      sum[i] = (sum[i] as number) + weight * (vectors[from + i] as number)
    total += weight
  }
  return total === 0 ? sum : sum.map((value) => value / total)
}

/** w1·a + w2·b + ..., as it comes: nothing is brought to unit length. */
export function combined(
  parts: readonly (readonly [weight: number, row: ArrayLike<number>])[],
): Float64Array {
  const out = new Float64Array(parts[0]?.[1].length ?? 0)
  for (const [weight, row] of parts) {
    for (let i = 0; i < out.length; i++) out[i] = (out[i] as number) + weight * (row[i] as number)
  }
  return out
}

export function lengthOf(row: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < row.length; i++) sum += (row[i] as number) ** 2
  return Math.sqrt(sum)
}

export function toUnit(row: ArrayLike<number>): Float64Array {
  const length = lengthOf(row)
  return Float64Array.from(row, (value) => (length === 0 ? 0 : value / length))
}

export interface Neighbours {
  /** Places, the nearest first. */
  rows: ArrayLike<number>
  /** Their cosines with the picture. */
  cosines: ArrayLike<number>
}

/**
 * E_pred = w1·E_pred1 + w2·E_pred2: E_pred1 is the mean of the rows of the k nearest prompts, or
 * that mean with their cosines as weights; E_pred2 is the row of the nearest.
 * @param vectors unit rows of the prompts in the space of the prediction
 * @param k of the neighbours that are there, the first
 */
export function predictedRow(
  vectors: Float32Array,
  dim: number,
  { rows, cosines }: Neighbours,
  k: number,
  { weights, averaging }: { weights: readonly [number, number]; averaging: 'mean' | 'cosine' },
): Float64Array {
  const first = Array.from({ length: Math.min(k, rows.length) }, (_, i) => rows[i] as number)
  const mean = meanOfRows(vectors, dim, first, averaging === 'cosine' ? cosines : null)
  const at = (first[0] ?? 0) * dim
  return combined([
    [weights[0], mean],
    [weights[1], vectors.subarray(at, at + dim)],
  ])
}
