import type { FlatIndex } from '../vectors/flat-index.ts'
import { createFlatIndex } from '../vectors/flat-index.ts'
import { kmeans, rowsOfCells } from '../vectors/kmeans.ts'

export const SEMANTIC_THRESHOLD = 0.95

/** A row that joined the group of another; of fewer number, so the better one. */
export interface JoinedRow {
  member: number
  leader: number
  cosine: number
}

export interface SemanticOptions {
  /** Least cosine. */
  threshold: number
  /** Rows of a cell on average. */
  perCell?: number
  /** Cells around its own in which a row that leads nothing is looked for once more. */
  probes?: number
  seed?: number
  progress?(done: number, total: number, note: string): void
}

const PER_CELL = 1000
const PROBES = 3
/** Rows that are looked up together. */
const AT_ONCE = 64

/**
 * Groups rows that point nearly the same way. They come best first: within a cell of spherical
 * k-means (SemDeDup; Abbas et al. 2023) a row joins the leader with the highest cosine that reaches
 * the threshold, or else leads. Leaders without members are looked for once more in the cells nearby,
 * since a cell's border may part two copies. Cosines are exact; what lies in a cell farther away is
 * missed. Work grows with rows x rows of a cell.
 */
export function semanticGroups(index: FlatIndex, options: SemanticOptions): JoinedRow[] {
  const { threshold, perCell = PER_CELL, probes = PROBES, seed = 0, progress } = options
  const n = index.size
  if (n < 2) return []
  const k = Math.max(1, Math.round(n / perCell))
  const cells = kmeans(index, {
    k,
    seed,
    onProgress: (done, total) => progress?.(done, total, 'parting the pictures into cells'),
  })
  const joined = new Map<number, JoinedRow>()
  const leads = new Uint32Array(n)
  const leadersOf: number[][] = []
  let done = 0
  for (const [cell, rows] of rowsOfCells(cells).entries()) {
    leadersOf[cell] = leadersIn(index, rows, threshold, (one) => {
      joined.set(one.member, one)
      leads[one.leader]!++
    })
    done += rows.length
    progress?.(done, n, 'comparing within cells')
  }
  if (k > 1 && probes > 1) {
    joinAcross({ index, centroids: cells.centroids, leadersOf, leads, threshold, probes, joined })
  }
  return [...joined.values()].sort((a, b) => a.member - b.member)
}

/** @param rows ascending. @returns those that lead, ascending */
function leadersIn(
  index: FlatIndex,
  rows: Uint32Array,
  threshold: number,
  join: (one: JoinedRow) => void,
): number[] {
  const leaders: number[] = []
  for (let from = 0; from < rows.length; from += AT_ONCE) {
    const some = Array.from(rows.subarray(from, from + AT_ONCE))
    const vectors = vectorsOf(index, some)
    const hits =
      leaders.length === 0
        ? []
        : index.searchMany(vectors, 1, { rows: Uint32Array.from(leaders), candidates: CANDIDATES })
    const fresh: number[] = []
    for (const [i, row] of some.entries()) {
      let best = leaders.length === 0 ? null : bestOf(hits[i])
      for (const other of fresh) {
        const cosine = dotAt(vectors, i, some.indexOf(other), index.dimensions)
        if (best === null || cosine > best.cosine) best = { row: other, cosine }
      }
      if (best !== null && best.cosine >= threshold) {
        join({ member: row, leader: best.row, cosine: best.cosine })
      } else fresh.push(row)
    }
    leaders.push(...fresh)
  }
  return leaders
}

/** Codes are off by 0.001: the best of these by exact cosines is the best of all. */
const CANDIDATES = 16

const bestOf = (
  hits: { rows: Uint32Array; cosines: Float64Array } | undefined,
): { row: number; cosine: number } | null => {
  const [row, cosine] = [hits?.rows[0], hits?.cosines[0]]
  return row === undefined || cosine === undefined ? null : { row, cosine }
}

function dotAt(vectors: Float32Array, a: number, b: number, dimensions: number): number {
  let sum = 0
  for (let i = 0; i < dimensions; i++) {
    sum += (vectors[a * dimensions + i] as number) * (vectors[b * dimensions + i] as number)
  }
  return sum
}

function vectorsOf(index: FlatIndex, rows: readonly number[]): Float32Array {
  const vectors = new Float32Array(rows.length * index.dimensions)
  for (const [i, row] of rows.entries()) vectors.set(index.vector(row), i * index.dimensions)
  return vectors
}

interface Across {
  index: FlatIndex
  centroids: Float32Array
  leadersOf: number[][]
  /** By row: members that it leads. */
  leads: Uint32Array
  threshold: number
  probes: number
  joined: Map<number, JoinedRow>
}

/** A leader of nothing joins a better one of a cell nearby. */
function joinAcross({
  index,
  centroids,
  leadersOf,
  leads,
  threshold,
  probes,
  joined,
}: Across): void {
  const cells = createFlatIndex({ dimensions: index.dimensions })
  cells.add(centroids)
  const near = cells.searchMany(centroids, Math.min(leadersOf.length, probes + 1))
  for (const [cell, leaders] of leadersOf.entries()) {
    const around = [...(near[cell]?.rows ?? [])].filter((other) => other !== cell).slice(0, probes)
    const others = Uint32Array.from(around.flatMap((other) => leadersOf[other] ?? [])).sort()
    if (others.length === 0) continue
    const alone = leaders.filter((row) => leads[row] === 0)
    for (let from = 0; from < alone.length; from += AT_ONCE) {
      const some = alone.slice(from, from + AT_ONCE)
      const hits = index.searchMany(vectorsOf(index, some), 1, {
        rows: others,
        candidates: CANDIDATES,
      })
      for (const [i, row] of some.entries()) {
        const best = bestOf(hits[i])
        if (!best || best.cosine < threshold || best.row > row) continue
        if (joined.has(best.row) || leads[row] !== 0) continue
        joined.set(row, { member: row, leader: best.row, cosine: best.cosine })
        leads[best.row]!++
      }
    }
  }
}
