import { createFlatIndex } from '../vectors/flat-index.ts'
import { kmeans } from '../vectors/kmeans.ts'

/** Below this all pairs are looked at; above it those that lie in cells near to each other. */
export const EXACT_ROWS = 20_000
/** Cells that a row looks for its like in. */
const CELLS_LOOKED_AT = 4
/** Rows whose cells are looked up together. */
const ROWS = 4096
const ONE_CELL = [0]

export interface NearDuplicate {
  row: number
  /** The row that stays, the most like it. */
  of: number
  cosine: number
}

export interface NearDuplicates {
  found: NearDuplicate[]
  /** null: every row was compared with all that stay. */
  cells: number | null
}

/**
 * Rows whose cosine with an earlier row that stays is above the threshold. The first of a group stays,
 * so that what stays depends on the order and the threshold alone. Up to `exact` rows each is compared
 * with all that stay; above, rows fall into about sqrt(n) cells (spherical k-means, seeded), and each
 * is compared with those that stay in the four cells nearest to it: work grows with n·sqrt(n), and a
 * pair that the cells part is missed.
 * @param vectors unit rows
 * @param tell now and then, how many rows are done; throws to end it
 */
export function nearDuplicates(
  vectors: Float32Array,
  dim: number,
  threshold: number,
  { exact = EXACT_ROWS, tell = () => {} }: { exact?: number; tell?: (done: number) => void } = {},
): NearDuplicates {
  const n = vectors.length / dim
  const parted = n <= exact ? null : cellsOfRows(vectors, dim)
  const kept: number[][] = Array.from({ length: parted?.cells ?? 1 }, () => [])
  const found: NearDuplicate[] = []
  for (let row = 0; row < n; row++) {
    if (row % 1000 === 0) tell(row)
    const near = parted?.near[row] ?? ONE_CELL
    let of = -1
    let most = threshold
    for (const cell of near) {
      for (const other of kept[cell] as number[]) {
        const cosine = dot(vectors, row * dim, other * dim, dim)
        if (cosine > most || (cosine === most && of >= 0 && other < of)) {
          most = cosine
          of = other
        }
      }
    }
    if (of < 0) (kept[near[0] as number] as number[]).push(row)
    else found.push({ row, of, cosine: most })
  }
  return { found, cells: parted?.cells ?? null }
}

function dot(vectors: Float32Array, i: number, j: number, dim: number): number {
  let [s, t, u, v] = [0, 0, 0, 0]
  let k = 0
  for (; k + 3 < dim; k += 4) {
    s += (vectors[i + k] as number) * (vectors[j + k] as number)
    t += (vectors[i + k + 1] as number) * (vectors[j + k + 1] as number)
    u += (vectors[i + k + 2] as number) * (vectors[j + k + 2] as number)
    v += (vectors[i + k + 3] as number) * (vectors[j + k + 3] as number)
  }
  for (; k < dim; k++) s += (vectors[i + k] as number) * (vectors[j + k] as number)
  return s + t + (u + v)
}

/** Of each row the cells nearest to it, the nearest first. */
function cellsOfRows(vectors: Float32Array, dim: number): { near: Uint32Array[]; cells: number } {
  const index = createFlatIndex({ dimensions: dim })
  index.add(vectors)
  const cells = Math.ceil(Math.sqrt(index.size))
  const { centroids } = kmeans(index, { k: cells, seed: 1 })
  const among = createFlatIndex({ dimensions: dim })
  among.add(centroids)
  const near: Uint32Array[] = []
  for (let at = 0; at < vectors.length; at += ROWS * dim) {
    const part = vectors.subarray(at, at + ROWS * dim)
    for (const { rows } of among.searchMany(part, CELLS_LOOKED_AT)) near.push(rows)
  }
  return { near, cells }
}
