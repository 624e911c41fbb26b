import { dots } from './dots.ts'
import { rowsAt } from './features.ts'
import type { Features } from './features.ts'

/** Rows of each side for one subset. */
export interface Subset {
  a: ArrayLike<number>
  b: ArrayLike<number>
}

/** Rows of a tile: its kernel stays in a core's cache while the subsets take what is theirs. */
const TILE = 512

/**
 * KID's estimate of each subset out of one pass over the kernel of all rows: each pair of rows is
 * multiplied once, however many subsets hold it, tile by tile. Memory is a few tiles.
 */
export function subsetEstimates(
  a: Features,
  b: Features,
  subsets: readonly Subset[],
  step: (done: number, total: number) => void,
): number[] {
  const [left, right] = [
    sideOf(
      a,
      subsets.map((subset) => subset.a),
    ),
    sideOf(
      b,
      subsets.map((subset) => subset.b),
    ),
  ]
  const [x, y] = [left.tiles.length, right.tiles.length]
  const total = (x * (x + 1) + y * (y + 1)) / 2 + x * y
  let done = 0
  const tick = (): void => step(done++, total)
  const own = kernelTotals(left, left, tick)
  const theirs = kernelTotals(right, right, tick)
  const between = kernelTotals(left, right, tick)
  return subsets.map((subset, s) => {
    const [n, m] = [subset.a.length, subset.b.length]
    return (
      (own[s] as number) / (n * (n - 1)) +
      (theirs[s] as number) / (m * (m - 1)) -
      (2 * (between[s] as number)) / (n * m)
    )
  })
}

/** Pairs of rows that the pass multiplies, and that estimating subset by subset does. */
export function pairsMultiplied(
  a: Features,
  b: Features,
  subsets: readonly Subset[],
): { together: number; apart: number } {
  const pairs = (n: number, m: number): number => (n * n) / 2 + (m * m) / 2 + n * m
  return {
    together: pairs(a.rows, b.rows),
    apart: subsets.reduce((sum, subset) => sum + pairs(subset.a.length, subset.b.length), 0),
  }
}

interface Side {
  features: Features
  /** Rows of each tile. */
  tiles: Int32Array[]
  /** By tile and subset, the places within the tile that are of the subset. */
  members: Int32Array[][]
}

function sideOf(features: Features, subsets: readonly ArrayLike<number>[]): Side {
  const used = new Uint8Array(features.rows)
  for (const rows of subsets) for (let i = 0; i < rows.length; i++) used[rows[i] as number] = 1
  const all = Int32Array.from({ length: features.rows }, (_, row) => row).filter(
    (row) => used[row] === 1,
  )
  const tiles = Array.from({ length: Math.ceil(all.length / TILE) }, (_, t) =>
    all.subarray(t * TILE, (t + 1) * TILE),
  )
  const held = subsets.map((rows) => {
    const own = new Uint8Array(features.rows)
    for (let i = 0; i < rows.length; i++) own[rows[i] as number] = 1
    return own
  })
  const members = tiles.map((rows) =>
    held.map((own) =>
      Int32Array.from(rows.keys()).filter((place) => own[rows[place] as number] === 1),
    ),
  )
  return { features, tiles, members }
}

/** Sums of the kernel (x . y / dim + 1)^3 over each subset's pairs; of one side, without a row with itself. */
function kernelTotals(left: Side, right: Side, tick: () => void): Float64Array {
  const isOwn = left === right
  const { dim } = left.features
  const totals = new Float64Array(left.members[0]?.length ?? 0)
  const kernel = new Float64Array(TILE * TILE)
  const x = new Float64Array(TILE * dim)
  const y = isOwn ? new Float64Array(TILE * dim) : x.slice()
  for (const [i, rows] of left.tiles.entries()) {
    rowsAt(left.features, rows, x)
    const end = isOwn ? i + 1 : right.tiles.length
    for (let j = 0; j < end; j++) {
      tick()
      const columns = right.tiles[j] as Int32Array
      const isDiagonal = isOwn && i === j
      const other = isDiagonal ? x : rowsAt(right.features, columns, y)
      dots(x, rows.length, other, columns.length, dim, kernel, isDiagonal)
      for (let k = 0; k < rows.length * columns.length; k++) {
        const value = (kernel[k] as number) / dim + 1
        kernel[k] = value * value * value
      }
      // A row with itself is no pair.
      if (isDiagonal) for (let k = 0; k < rows.length; k++) kernel[k * rows.length + k] = 0
      // Of one side, the tile across the diagonal is the same once more.
      const times = isOwn && !isDiagonal ? 2 : 1
      const [ofLeft, ofRight] = [left.members[i], right.members[j]] as [Int32Array[], Int32Array[]]
      for (let s = 0; s < totals.length; s++) {
        const found = tileSum(
          kernel,
          columns.length,
          ofLeft[s] as Int32Array,
          ofRight[s] as Int32Array,
        )
        totals[s] = (totals[s] as number) + times * found
      }
    }
  }
  return totals
}

function tileSum(
  kernel: Float64Array,
  stride: number,
  rows: Int32Array,
  columns: Int32Array,
): number {
  let sum = 0
  for (let r = 0; r < rows.length; r++) {
    const at = (rows[r] as number) * stride
    let line = 0
    for (let c = 0; c < columns.length; c++) line += kernel[at + (columns[c] as number)] as number
    sum += line
  }
  return sum
}
