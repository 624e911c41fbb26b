/** Rows of unit length that two runs of a text model can be compared by. */

/** In one array, each row filled up with zeros to the longest. */
export function stackRows(rows: readonly Float32Array[]): { vectors: Float32Array; dim: number } {
  const dim = Math.max(1, ...rows.map((row) => row.length))
  const vectors = new Float32Array(rows.length * dim)
  for (const [i, row] of rows.entries()) vectors.set(row, i * dim)
  return { vectors, dim }
}

export function unit(row: Float32Array): Float32Array {
  const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0))
  return row.map((value) => (length === 0 ? 0 : value / length))
}

/** The square roots of the chances of each place, a unit vector. */
export function rootOfChances(logits: Float32Array): Float32Array {
  const most = Math.max(...logits)
  const chances = logits.map((value) => Math.exp(value - most))
  const sum = chances.reduce((a, b) => a + b, 0)
  return chances.map((value) => Math.sqrt(value / sum))
}
