import { seededRandom } from '#shared/random.ts'

/**
 * Vectors of unit length, row by row, as embeddings lie: around `clusters` centres in a cone, one
 * dimension far larger than all others. Seeded.
 */
export function clusteredVectors(
  rows: number,
  dimensions: number,
  { clusters = 20, spread = 0.6, seed = 1 } = {},
): Float32Array<ArrayBuffer> {
  const random = seededRandom(seed)
  const normal = (size: number): number => random.normal() * size
  const centres = Array.from({ length: clusters }, () =>
    Float32Array.from({ length: dimensions }, (_, i) => normal(1) + (i === 3 ? 8 : 0.3)),
  )
  const values = new Float32Array(rows * dimensions)
  for (let row = 0; row < rows; row++) {
    const centre = centres[random.below(clusters)] as Float32Array
    const one = values.subarray(row * dimensions, (row + 1) * dimensions)
    for (let i = 0; i < dimensions; i++) one[i] = (centre[i] as number) + normal(spread)
    makeUnit(one)
  }
  return values
}

/** In place. */
export function makeUnit(vector: Float32Array): void {
  let squares = 0
  for (const value of vector) squares += value * value
  const inverse = 1 / Math.sqrt(squares)
  for (let i = 0; i < vector.length; i++) vector[i] = (vector[i] as number) * inverse
}

/** The exact cosines of a query with all rows, in double precision, one by one. */
export function plainCosines(query: Float32Array, rows: Float32Array): number[] {
  const n = rows.length / query.length
  return Array.from({ length: n }, (_, row) => {
    let sum = 0
    for (let i = 0; i < query.length; i++) {
      sum += (query[i] as number) * (rows[row * query.length + i] as number)
    }
    return sum
  })
}

/** Rows from the best down, of equals the lower first. */
export function plainOrder(cosines: readonly number[]): number[] {
  return cosines
    .map((cosine, row) => ({ cosine, row }))
    .sort((a, b) => b.cosine - a.cosine || a.row - b.row)
    .map(({ row }) => row)
}
