/** A vector of unit length and how much it counts; below 0 it is taken away. */
export interface Part {
  vector: Float32Array
  weight: number
}

/** Of the sum of all weights: below it what is left is rounding. */
const NOTHING = 1e-6

/**
 * The sum of weight times vector, brought to unit length (Rocchio 1971 for queries of documents;
 * Couairon et al. 2022, "Embedding arithmetic of multimodal queries for image retrieval", for the
 * joint space of pictures and words). null where the parts cancel each other out.
 */
export function combined(parts: readonly Part[]): Float32Array<ArrayBuffer> | null {
  const dimensions = parts[0]?.vector.length ?? 0
  const sums = new Float64Array(dimensions)
  for (const { vector, weight } of parts) {
    for (let i = 0; i < dimensions; i++) {
      sums[i] = (sums[i] as number) + weight * (vector[i] as number)
    }
  }
  const length = Math.hypot(...sums)
  const most = parts.reduce((sum, { weight }) => sum + Math.abs(weight), 0)
  if (!(length > NOTHING * most)) return null
  return Float32Array.from(sums, (value) => value / length)
}
