import { createFlatIndex } from '../vectors/flat-index.ts'
import { kmeans } from '../vectors/kmeans.ts'
import { codesOf } from './unit-rows.ts'
import type { UnitRows } from './unit-rows.ts'

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
 * pair that the cells part is missed. Codes of a byte tell which pairs lie surely below the threshold; the
 * cosines of the others are exact.
 * @param tell now and then, how many rows are done; throws to end it
 */
export function nearDuplicates(
  rows: UnitRows,
  threshold: number,
  { exact = EXACT_ROWS, tell = () => {} }: { exact?: number; tell?: (done: number) => void } = {},
): NearDuplicates {
  const n = rows.size
  const parted = n <= exact ? null : cellsOfRows(rows)
  const codes = codesOf(rows)
  const own = new Float32Array(rows.dim)
  const kept: number[][] = Array.from({ length: parted?.cells ?? 1 }, () => [])
  const found: NearDuplicate[] = []
  for (let row = 0; row < n; row++) {
    if (row % 1000 === 0) tell(row)
    const near = parted?.near[row] ?? ONE_CELL
    let of = -1
    let most = threshold
    own.set(rows.row(row))
    for (const cell of near) {
      for (const other of kept[cell] as number[]) {
        if (codes.most(row, other) < most) continue
        const cosine = dot(own, rows.row(other))
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

function dot(a: Float32Array, b: Float32Array): number {
  let [s, t, u, v] = [0, 0, 0, 0]
  let k = 0
  for (; k + 3 < a.length; k += 4) {
    s += (a[k] as number) * (b[k] as number)
    t += (a[k + 1] as number) * (b[k + 1] as number)
    u += (a[k + 2] as number) * (b[k + 2] as number)
    v += (a[k + 3] as number) * (b[k + 3] as number)
  }
  for (; k < a.length; k++) s += (a[k] as number) * (b[k] as number)
  return s + t + (u + v)
}

/** Of each row the cells nearest to it, the nearest first. */
function cellsOfRows(rows: UnitRows): { near: Uint32Array[]; cells: number } {
  const { size, dim } = rows
  const floats = { add: () => {}, get: (place: number) => rows.row(place), bytes: 0 }
  const index = createFlatIndex({ dimensions: dim, floats })
  const parts = function* (): Generator<Float32Array> {
    for (let from = 0; from < size; from += ROWS) {
      const part = new Float32Array(Math.min(ROWS, size - from) * dim)
      for (let at = 0; at < part.length; at += dim) part.set(rows.row(from + at / dim), at)
      yield part
    }
  }
  for (const part of parts()) index.add(part)
  const cells = Math.ceil(Math.sqrt(size))
  const { centroids } = kmeans(index, { k: cells, seed: 1 })
  const among = createFlatIndex({ dimensions: dim })
  among.add(centroids)
  const near: Uint32Array[] = []
  for (const part of parts()) {
    for (const found of among.searchMany(part, CELLS_LOOKED_AT)) near.push(found.rows)
  }
  return { near, cells }
}
