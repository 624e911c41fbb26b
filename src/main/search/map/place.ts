import { seededRandom } from '#shared/random.ts'
import { membership, reach } from './fuzzy-graph.ts'
import { createDots } from './dots.ts'
import { Smallest } from './nearest.ts'
import { dot, rowCount, squares } from './vectors.ts'
import type { Rows } from './vectors.ts'

/** Landmarks that a point is placed by. */
export const PLACED_BY = 10
/** Cells of landmarks that are searched. */
const PROBES = 6
/** So many landmarks are searched one by one, without cells. */
const FEW = 2000
const ROUNDS = 6

/** Landmarks in cells around centres, so that few of them are compared. */
export interface Cells {
  centres: Rows
  /** Landmarks in the order of their cells, and where each cell begins; the last is their end. */
  members: Int32Array
  begins: Int32Array
}

/** Seeded k-means with a fixed number of rounds (Lloyd 1982). */
export function cellsOf(landmarks: Rows, seed: number): Cells {
  const n = rowCount(landmarks)
  const { values, dim } = landmarks
  const count = n <= FEW ? 1 : Math.round(Math.sqrt(n))
  const order = Int32Array.from({ length: n }, (_, i) => i)
  seededRandom(seed).shuffle(order)
  const centres = new Float32Array(count * dim)
  for (let c = 0; c < count; c++) {
    centres.set(values.subarray(order[c]! * dim, (order[c]! + 1) * dim), c * dim)
  }
  const of = new Int32Array(n)
  for (let round = 0; round < (count === 1 ? 1 : ROUNDS); round++) {
    const lengths = squares({ values: centres, dim })
    const dots = createDots({ values: centres, dim })
    for (let i = 0; i < n; i++) of[i] = leastOf(dots.with(values, i * dim, 0, count), lengths)
    // The members of a round are those of the centres before it; an empty cell keeps its centre.
    moveCentres(centres, landmarks, of)
  }
  const begins = new Int32Array(count + 1)
  for (const cell of of) begins[cell + 1]!++
  for (let c = 0; c < count; c++) begins[c + 1]! += begins[c]!
  const filled = begins.slice()
  const members = new Int32Array(n)
  for (let i = 0; i < n; i++) members[filled[of[i]!]!++] = i
  return { centres: { values: centres, dim }, members, begins }
}

/** The row whose squared distance is least; of equals the first. */
function leastOf(products: Float32Array, lengths: Float64Array): number {
  let best = 0
  let least = Infinity
  for (let c = 0; c < lengths.length; c++) {
    const d = lengths[c]! - 2 * products[c]!
    if (d < least) {
      least = d
      best = c
    }
  }
  return best
}

function moveCentres(centres: Float32Array, { values, dim }: Rows, of: Int32Array): void {
  const sums = new Float64Array(centres.length)
  const sizes = new Int32Array(centres.length / dim)
  for (let i = 0; i < of.length; i++) {
    sizes[of[i]!]!++
    for (let j = 0; j < dim; j++) sums[of[i]! * dim + j]! += values[i * dim + j]!
  }
  for (let c = 0; c < sizes.length; c++) {
    if (sizes[c] === 0) continue
    for (let j = 0; j < dim; j++) centres[c * dim + j] = sums[c * dim + j]! / sizes[c]!
  }
}

/** Landmarks, where they lie on the map, and their cells. */
export interface Landmarks {
  rows: Rows
  /** n x 2 */
  at: Float32Array
  cells: Cells
}

/**
 * A function that places points between their nearest landmarks: the mean of the landmarks' places
 * weighted by their memberships in the neighbourhood of the point, as umap-learn begins its
 * `transform`. Each point by itself, so that parts and threads make no difference.
 */
export function placer({ rows, at, cells }: Landmarks): (points: Rows) => Float32Array {
  const { dim } = rows
  const stored = byCell(rows, cells)
  const centres = squares(cells.centres)
  const centreDots = createDots(cells.centres)
  const dots = createDots(stored.rows)
  const k = Math.min(PLACED_BY, rowCount(rows))
  const near = new Smallest(Math.min(PROBES, centres.length))
  const best = new Smallest(k)
  const distances = new Float32Array(k)

  return (points) => {
    const n = rowCount(points)
    const out = new Float32Array(2 * n)
    for (let p = 0; p < n; p++) {
      const from = p * dim
      near.clear()
      const toCentres = centreDots.with(points.values, from, 0, centres.length)
      for (let c = 0; c < centres.length; c++) near.tell(centres[c]! - 2 * toCentres[c]!, c)
      best.clear()
      for (let probe = 0; probe < near.size; probe++) {
        const { first, members, lengths } = stored.cells[near.ids[probe]!]!
        const products = dots.with(points.values, from, first, members.length)
        for (let m = 0; m < members.length; m++) {
          const d = lengths[m]! - 2 * products[m]!
          if (d < best.bound) best.tell(d, members[m]!)
        }
      }
      const own = dot(points.values, from, points.values, from, dim)
      const found = best.size
      for (let i = 0; i < found; i++) distances[i] = Math.sqrt(Math.max(0, own + best.values[i]!))
      const width = reach(distances, { from: 0, k: found, counted: found, overall: 1 })
      let sum = 0
      let x = 0
      let y = 0
      for (let i = 0; i < found; i++) {
        const weight = membership(distances[i]!, width)
        sum += weight
        x += weight * at[2 * best.ids[i]!]!
        y += weight * at[2 * best.ids[i]! + 1]!
      }
      out[2 * p] = x / sum
      out[2 * p + 1] = y / sum
    }
    return out
  }
}

interface StoredCell {
  /** Place of its first row, a multiple of four. */
  first: number
  members: Int32Array
  lengths: Float64Array
}

/** The rows in the order of their cells, each cell from a multiple of four on. */
function byCell({ values, dim }: Rows, { members, begins }: Cells) {
  const cells: StoredCell[] = []
  let first = 0
  for (let c = 0; c + 1 < begins.length; c++) {
    const own = members.slice(begins[c]!, begins[c + 1]!)
    const lengths = Float64Array.from(own, (id) => dot(values, id * dim, values, id * dim, dim))
    cells.push({ first, members: own, lengths })
    first += Math.ceil(own.length / 4) * 4
  }
  const rows = new Float32Array(first * dim)
  for (const { first: to, members: own } of cells) {
    for (const [i, id] of own.entries()) {
      rows.set(values.subarray(id * dim, (id + 1) * dim), (to + i) * dim)
    }
  }
  return { cells, rows: { values: rows, dim } }
}
