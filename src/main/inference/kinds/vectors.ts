/** How far any cosine may change on another device than the CPU, or in fp16 or int8. */
export const DEVICE_BOUND = 5e-3

/**
 * Scales each row of `vectors` to unit length in place; sums in float64. Returns false if a value
 * is not finite or a row is all zero.
 */
export function normaliseRows(vectors: Float32Array, dim: number): boolean {
  let isSound = true
  for (let start = 0; start < vectors.length; start += dim) {
    let sum = 0
    for (let i = start; i < start + dim; i++) sum += (vectors[i] as number) ** 2
    const length = Math.sqrt(sum)
    if (!Number.isFinite(length) || length === 0) {
      isSound = false
      continue
    }
    for (let i = start; i < start + dim; i++) vectors[i] = (vectors[i] as number) / length
  }
  return isSound
}

/** Dot product of two unit float32 vectors: summed in float64, rounded to float32 once. */
export function cosine(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) throw new RangeError('cosine: vectors of different lengths')
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number)
  return Math.fround(Math.min(1, Math.max(-1, sum)))
}

/**
 * The most that any cosine changes when the unit rows `a` stand in for the unit rows `b`: over all
 * rows i and all anchors r, |a[i] . r - b[i] . r|. 2 where a value is not finite.
 *
 * @param anchors unit rows that scores are worked out with; `b` itself is always among them
 */
export function largestChange(
  a: Float32Array,
  b: Float32Array,
  dim: number,
  anchors: readonly Float32Array[] = [],
): number {
  if (a.length !== b.length) throw new RangeError('largestChange: different numbers of rows')
  let worst = 0
  for (const rows of [b, ...anchors]) {
    for (let r = 0; r < rows.length; r += dim) {
      for (let start = 0; start < a.length; start += dim) {
        let change = 0
        for (let i = 0; i < dim; i++) {
          const difference = (a[start + i] as number) - (b[start + i] as number)
          change += difference * (rows[r + i] as number)
        }
        worst = Math.max(worst, Number.isFinite(change) ? Math.abs(change) : 2)
      }
    }
  }
  return worst
}
