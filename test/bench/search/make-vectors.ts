import { closeSync, openSync, writeSync } from 'node:fs'
import { seededRandom } from '#shared/random.ts'

export const DIMENSIONS = 512

/**
 * Writes rows of unit length as float32, as embeddings of pictures lie: all in a cone around one
 * direction, with one dimension ten times larger than the others, around 2,000 centres of very different
 * sizes (Zipf), closer to some than to others (noise of 0.3 to 0.9 of the centre's own length). Seeded;
 * `seed` chooses the rows, the centres are always the same.
 */
export function makeVectors(path: string, rows: number, seed: number): void {
  const fixed = seededRandom(1)
  const centreCount = 2000
  const centres = Array.from({ length: centreCount }, () => {
    const size = 0.3 + 0.6 * fixed.next()
    const centre = new Float32Array(DIMENSIONS)
    for (let i = 0; i < DIMENSIONS; i++) centre[i] = 0.5 + fixed.normal()
    centre[133] = 10
    return { centre, size }
  })
  // A table of normal numbers, read from a place of chance: a billion logarithms would take minutes.
  const table = Float32Array.from({ length: 2 ** 20 }, () => fixed.normal())
  const random = seededRandom(seed)
  const file = openSync(path, 'w')
  const batch = 4096
  const values = new Float32Array(batch * DIMENSIONS)
  for (let from = 0; from < rows; from += batch) {
    const n = Math.min(batch, rows - from)
    for (let row = 0; row < n; row++) {
      // Zipf by inversion: the first centres have most rows.
      const which = Math.floor(centreCount ** random.next()) - 1
      const { centre, size } = centres[which] as (typeof centres)[number]
      const at = row * DIMENSIONS
      const noise = random.below(table.length - DIMENSIONS)
      let squares = 0
      for (let i = 0; i < DIMENSIONS; i++) {
        const value = (centre[i] as number) + size * (table[noise + i] as number)
        values[at + i] = value
        squares += value * value
      }
      const inverse = 1 / Math.sqrt(squares)
      for (let i = at; i < at + DIMENSIONS; i++) values[i] = (values[i] as number) * inverse
    }
    writeSync(file, new Uint8Array(values.buffer, 0, n * DIMENSIONS * 4))
  }
  closeSync(file)
}

/** Kept by the filter of one in a hundred. */
export const isKept = (row: number): boolean => Math.imul(row + 1, 2654435761) >>> 0 < 42_949_673
