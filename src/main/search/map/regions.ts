import { squareOf } from '#shared/map-square.ts'

/** A crowded part of a map: which points lie in it, and where its thickest place is. */
export interface Region {
  x: number
  y: number
  points: Int32Array
}

export interface RegionOptions {
  /** Cells on a side of the grid that points are counted in. */
  grid: number
  /** Points that a region has at least. */
  least: number
  most: number
}

/** How much thicker a region must be than the way to its neighbour. */
const PROMINENCE = 1.6
/** What is thinner than this share of its region's thickest cell is no part of it. */
const EDGE = 0.12

/**
 * Crowded parts by climbing the density: cells join the thickest neighbour from thick to thin, and
 * two hills become one where the saddle between them is nearly as high as the lower one (ToMATo:
 * Chazal, Guibas, Oudot and Skraba 2013, doi 10.1145/2535927; persistence as a ratio).
 * @param at n x 2
 */
export function regionsOf(at: Float32Array, { grid, least, most }: RegionOptions): Region[] {
  const n = at.length / 2
  if (n < least) return []
  const cellOf = gridOf(at, grid)
  const counts = new Float64Array(grid * grid)
  for (const cell of cellOf) counts[cell]!++
  const density = blurred(blurred(counts, grid), grid)
  const peaks = hills(density, grid)
  const members = new Map<number, number[]>()
  for (let i = 0; i < n; i++) {
    const cell = cellOf[i]!
    const peak = peaks[cell]!
    if (peak < 0 || density[cell]! < EDGE * density[peak]!) continue
    const some = members.get(peak)
    if (some) some.push(i)
    else members.set(peak, [i])
  }
  return [...members]
    .filter(([, points]) => points.length >= least)
    .sort((a, b) => b[1].length - a[1].length || a[0] - b[0])
    .slice(0, most)
    .map(([peak, points]) => ({
      ...middleOf(at, cellOf, points, peak),
      points: Int32Array.from(points),
    }))
}

/** How far the points of a region lie from its middle: the root of the mean square. */
export function spreadOf(at: Float32Array, { x, y, points }: Region): number {
  let sum = 0
  for (const i of points) sum += (at[2 * i]! - x) ** 2 + (at[2 * i + 1]! - y) ** 2
  return Math.sqrt(sum / Math.max(1, points.length))
}

/** The cell of each point, row by row. */
function gridOf(at: Float32Array, grid: number): Int32Array {
  const { left, top, width } = squareOf(at)
  const cell = (value: number, from: number): number =>
    Math.min(grid - 1, Math.max(0, Math.floor(((value - from) / width) * grid)))
  return Int32Array.from(
    { length: at.length / 2 },
    (_, i) => cell(at[2 * i + 1]!, top) * grid + cell(at[2 * i]!, left),
  )
}

/** 1 4 6 4 1 in both directions. */
function blurred(counts: Float64Array, grid: number): Float64Array {
  const along = (from: Float64Array, step: number, of: (cell: number) => number): Float64Array =>
    from.map((_, cell) => {
      const at = of(cell)
      let sum = 0
      for (const [shift, weight] of [
        [-2, 1],
        [-1, 4],
        [0, 6],
        [1, 4],
        [2, 1],
      ] as const) {
        if (at + shift >= 0 && at + shift < grid) sum += (weight / 16) * from[cell + shift * step]!
      }
      return sum
    })
  const rows = along(counts, 1, (cell) => cell % grid)
  return along(rows, grid, (cell) => Math.floor(cell / grid))
}

/** The thickest cell of the hill that each cell belongs to; -1 where nothing is. */
function hills(density: Float64Array, grid: number): Int32Array {
  const order = Array.from(density.keys())
    .filter((cell) => density[cell]! > 0)
    .sort((a, b) => density[b]! - density[a]! || a - b)
  const root = new Int32Array(density.length).fill(-1)
  const find = (cell: number): number => {
    while (root[cell] !== cell) {
      root[cell] = root[root[cell]!]!
      cell = root[cell]!
    }
    return cell
  }
  for (const cell of order) {
    const x = cell % grid
    const around = [-1, 0, 1].flatMap((dy) =>
      [-1, 0, 1]
        .filter((dx) => (dx !== 0 || dy !== 0) && x + dx >= 0 && x + dx < grid)
        .map((dx) => cell + dy * grid + dx)
        .filter((other) => other >= 0 && other < root.length && root[other]! >= 0),
    )
    const tops = [...new Set(around.map(find))].sort((a, b) => density[b]! - density[a]! || a - b)
    root[cell] = tops[0] ?? cell
    for (const lower of tops.slice(1)) {
      if (density[lower]! < PROMINENCE * density[cell]!) root[lower] = tops[0]!
    }
  }
  return root.map((one, cell) => (one < 0 ? -1 : find(cell)))
}

function middleOf(
  at: Float32Array,
  cellOf: Int32Array,
  points: readonly number[],
  peak: number,
): { x: number; y: number } {
  let [x, y, n] = [0, 0, 0]
  for (const i of points) {
    if (cellOf[i] !== peak) continue
    x += at[2 * i]!
    y += at[2 * i + 1]!
    n++
  }
  const first = points[0] ?? 0
  return n > 0 ? { x: x / n, y: y / n } : { x: at[2 * first]!, y: at[2 * first + 1]! }
}
