import { cellsOf } from '../vectors/cells.ts'
import { createFlatIndex, dot } from '../vectors/flat-index.ts'
import type { FlatIndex, IndexPart } from '../vectors/flat-index.ts'

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
  /** Cells nearest to it, beside its own, in which a row that leads nothing is looked for once more. */
  probes?: number
  seed?: number
  progress?(done: number, total: number, note: string): void
}

const PER_CELL = 1000
const PROBES = 3

/**
 * Groups rows that point nearly the same way. They come best first: within a cell of spherical
 * k-means (SemDeDup; Abbas et al. 2023) a row joins the leader with the highest cosine that reaches
 * the threshold, or else leads. Leaders without members are looked for once more in the cells nearby,
 * since a cell's border may part two copies. Cosines are exact; what lies in a cell farther away is
 * missed. Work grows with rows x rows of a cell, and memory with the rows of a few cells beside the
 * index.
 */
export function semanticGroups(index: FlatIndex, options: SemanticOptions): JoinedRow[] {
  const { threshold, perCell = PER_CELL, probes = PROBES, seed = 0, progress } = options
  const n = index.size
  if (n < 2) return []
  const { rows: cells, centroids } = cellsOf(index, {
    ...{ perCell, seed },
    onProgress: (done) => progress?.(done, n, 'parting the pictures into cells'),
  })
  const joined = new Map<number, JoinedRow>()
  const leads = new Uint32Array(n)
  const part = index.part()
  let done = 0
  const leadersOf = cells.map((rows) => {
    const leaders = leadersIn(index, part, rows, threshold, (one) => {
      joined.set(one.member, one)
      leads[one.leader]!++
    })
    done += rows.length
    progress?.(done, n, 'comparing within cells')
    return leaders
  })
  if (cells.length > 1 && probes > 0) {
    joinAcross({
      ...{ index, part, centroids, leadersOf, leads, threshold, probes, joined },
      progress: (at) => progress?.(at, n, 'comparing with the cells nearby'),
    })
  }
  return [...joined.values()].sort((a, b) => a.member - b.member)
}

/** @param rows ascending. @returns those that lead, ascending */
function leadersIn(
  index: FlatIndex,
  part: IndexPart,
  rows: Uint32Array,
  threshold: number,
  join: (one: JoinedRow) => void,
): Uint32Array {
  const leaders: number[] = []
  part.clear()
  for (const row of rows) {
    const { rows: places, cosines } = part.nearTo(index, row, 1, { least: threshold })
    const place = places[0]
    if (place === undefined) {
      leaders.push(row)
      part.take([row])
    } else {
      join({ member: row, leader: leaders[place] as number, cosine: cosines[0] as number })
    }
  }
  return Uint32Array.from(leaders)
}

interface Across {
  index: FlatIndex
  part: IndexPart
  centroids: Float32Array
  leadersOf: Uint32Array[]
  /** By row: members that it leads. */
  leads: Uint32Array
  threshold: number
  probes: number
  joined: Map<number, JoinedRow>
  progress(done: number): void
}

/** Cells around its own among which a row's nearest are chosen. */
const AROUND = 150

/** By cell: leaders of nothing, in other cells, that it is one of the nearest of. */
function lookedFor({ index, centroids, leadersOf, leads, probes }: Across): number[][] {
  const cells = createFlatIndex({ dimensions: index.dimensions })
  cells.add(centroids)
  const near = cells.part()
  const inCell: number[][] = leadersOf.map(() => [])
  for (const [cell, leaders] of leadersOf.entries()) {
    const most = Math.min(leadersOf.length, AROUND + 1)
    const { rows } = cells.search(cells.vector(cell).slice(), most)
    const around = rows.filter((other) => other !== cell)
    near.clear()
    near.take(around)
    for (const row of leaders) {
      if (leads[row] !== 0) continue
      for (const place of near.nearTo(index, row, probes, { isExact: false }).rows) {
        inCell[around[place] as number]?.push(row)
      }
    }
  }
  return inCell
}

/** A leader of nothing joins a better one of a cell nearby, those of lower numbers first. */
function joinAcross(across: Across): void {
  const { index, part, leadersOf, leads, threshold, joined, progress } = across
  const best = new Map<number, JoinedRow>()
  let done = 0
  for (const [cell, rows] of lookedFor(across).entries()) {
    const leaders = leadersOf[cell] as Uint32Array
    part.clear()
    part.take(leaders)
    for (const row of rows) {
      const { rows: places, cosines } = part.nearTo(index, row, 1, { least: threshold })
      const [place, cosine] = [places[0], cosines[0]]
      if (place === undefined || cosine === undefined) continue
      const other = leaders[place] as number
      // What was found may be the worse one, and not have looked here.
      const [leader, member] = other < row ? [other, row] : [row, other]
      if (leads[member] === 0 && cosine > (best.get(member)?.cosine ?? -1)) {
        best.set(member, { member, leader, cosine })
      }
    }
    done += leaders.length
    progress(done)
  }
  for (const row of [...best.keys()].sort((a, b) => a - b)) {
    const found = best.get(row) as JoinedRow
    const one = joined.has(found.leader) ? viaLeader(index, found, joined, threshold) : found
    if (one === null || leads[row] !== 0) continue
    joined.set(row, one)
    leads[one.leader]!++
  }
}

/** What was found follows another meanwhile: that one, where it is near enough itself. */
function viaLeader(
  index: FlatIndex,
  { member, leader: found }: JoinedRow,
  joined: ReadonlyMap<number, JoinedRow>,
  threshold: number,
): JoinedRow | null {
  const { leader } = joined.get(found) as JoinedRow
  const cosine = dot(index.vector(member).slice(), index.vector(leader))
  return cosine >= threshold && leader < member ? { member, leader, cosine } : null
}
