import { COLOUR_DIFFERS } from '#shared/duplicates.ts'
import type { CopyColours, CopyView } from '#shared/duplicates.ts'
import { createBitTables, nearness } from './bit-tables.ts'
import type { BitTables, Nearness } from './bit-tables.ts'
import { colourDistance } from './colour.ts'
import { COARSE, differing, FINE, MIRRORED, VIEWS, WINDOWS } from './fingerprint.ts'

/** A picture that joined the group of another. Both by their place in the list. */
export interface Joined {
  member: number
  leader: number
  /** Bits of 64, and of 256. */
  distance: number
  fine: number
  view: CopyView
  /** As `colourDistance`, levels of 256. */
  colour: number
}

/** What of a picture confirms that it is a copy. */
export interface Sure {
  /** VIEWS x FINE words. */
  fine: Uint32Array
  /** As `colourOf`. */
  colour: Uint8Array
}

export interface PerceptualOptions {
  /** Bits of 64 that may differ. */
  threshold: number
  /** Bits of 256 that may differ. */
  fineThreshold?: number
  /** Whether pictures that differ in colour (`COLOUR_DIFFERS`) are copies, too; default `any`. */
  colours?: CopyColours
  /** Pictures that are looked up together: changes nothing but time. */
  batch?: number
  progress?(done: number): void
}

export interface PerceptualGroups {
  joined: Joined[]
  leaders: number
  /** Comparisons that were left out as too many leaders look alike. */
  skipped: number
}

/** 48 bits of 256 at the usual 6 of 64: what tells copies from pictures of the same layout. */
export function fineThresholdFor(threshold: number): number {
  return Math.min(96, 24 + 4 * threshold)
}

/** Finds copies of a picture among leaders that are added as they come. */
export interface Matcher {
  /** All leaders that it is a copy of, the nearest first. */
  findAll(picture: number): Joined[]
  lead(pictures: readonly number[]): void
  /** Comparisons that were left out as too many leaders look alike. */
  readonly skipped: number
}

type Hashes = Pick<PerceptualOptions, 'threshold' | 'fineThreshold' | 'colours'> & {
  /** VIEWS x COARSE words of each picture. */
  coarse: Uint32Array
  /** Asked for only of what may be a copy. */
  sureOf(picture: number): Sure
}

/** Leaders as they are looked up. */
interface Tables {
  wholes: BitTables
  windows: BitTables
}

const tablesOf = (coarse: Uint32Array): Tables => ({
  wholes: createBitTables(coarse, { first: 0, count: 1 }),
  windows: createBitTables(coarse, { first: 2, count: WINDOWS.length }),
})

/** One way in which copies are looked for. */
interface Look {
  among: keyof Tables
  /** View of the picture that is looked for. */
  own: number
  view: CopyView
  find: 'all' | 'same-part'
}

const nearnesses = ({ threshold }: Hashes): Record<Look['find'], Nearness> => ({
  all: nearness(threshold, 'all'),
  'same-part': nearness(threshold, 'same-part'),
})

/** In this order: where one finds anything, those behind are not tried. */
const LOOKS: readonly (readonly Look[])[] = [
  [{ among: 'wholes', own: 0, view: 'whole', find: 'all' }],
  [{ among: 'wholes', own: MIRRORED, view: 'mirrored', find: 'all' }],
  // Crops have many views: only those of which a quarter of the hash is the same are looked at.
  [
    { among: 'windows', own: 0, view: 'cropped', find: 'same-part' },
    { among: 'windows', own: MIRRORED, view: 'cropped-mirrored', find: 'same-part' },
    ...WINDOWS.map((_, i): Look => ({
      among: 'wholes',
      own: 2 + i,
      view: 'enlarged',
      find: 'same-part',
    })),
  ],
]

/** What a hash was found near to, confirmed by the longer one; null where it is not. */
function createJudge({
  sureOf,
  threshold,
  fineThreshold = fineThresholdFor(threshold),
  colours = 'any',
}: Hashes) {
  const mostColour = colours === 'any' ? Infinity : COLOUR_DIFFERS
  return (hash: number, name: number, distance: number, view: CopyView): Joined | null => {
    const [member, leader] = [Math.floor(hash / VIEWS), Math.floor(name / VIEWS)]
    const [a, b] = [hash % VIEWS, name % VIEWS]
    const [own, other] = [sureOf(member), sureOf(leader)]
    const fine = differing(own.fine, a * FINE, other.fine, b * FINE, FINE)
    if (fine > fineThreshold) return null
    const colour = colourDistance(own.colour, other.colour)
    return colour > mostColour ? null : { member, leader, distance, fine, view, colour }
  }
}

/** Leaders are given as they come; there is room for every picture. */
export function createMatcher(hashes: Hashes): Matcher {
  const { coarse } = hashes
  const near = nearnesses(hashes)
  const tables = tablesOf(coarse)
  const n = coarse.length / (VIEWS * COARSE)
  tables.wholes.fit(0, n)
  tables.windows.fit(0, n)
  const judge = createJudge(hashes)
  return {
    findAll(picture) {
      const all = new Map<number, Joined>()
      for (const { among, own, view, find } of LOOKS.flat()) {
        const hash = picture * VIEWS + own
        tables[among].near(hash, near[find], (_, name, distance) => {
          const found = judge(hash, name, distance, view)
          const before = found && all.get(found.leader)
          if (found && (!before || isNearer(found, before))) all.set(found.leader, found)
        })
      }
      return [...all.values()].sort((a, b) => (isNearer(a, b) ? -1 : 1))
    },
    lead(pictures) {
      tables.wholes.addMany(pictures)
      tables.windows.addMany(pictures)
    },
    get skipped() {
      return tables.wholes.skipped + tables.windows.skipped
    },
  }
}

function isNearer(a: Joined, b: Joined): boolean {
  if (a.distance !== b.distance) return a.distance < b.distance
  return a.fine === b.fine ? a.leader < b.leader : a.fine < b.fine
}

/** They are looked up together among the leaders so far, and then one by one among each other. */
const BATCH = 16_384

/**
 * Groups pictures that look the same. They come best first: a picture joins the nearest leader
 * within the thresholds, or else leads a group of its own. So every member is as near to its leader
 * as was asked, and no chain of small changes joins what is unlike; the work is one look-up each.
 */
export function perceptualGroups(
  coarse: Uint32Array,
  sureOf: (picture: number) => Sure,
  options: PerceptualOptions,
): PerceptualGroups {
  const n = coarse.length / (VIEWS * COARSE)
  const finder = createFinder({ coarse, sureOf, ...options })
  const { batch = BATCH } = options
  const joined: Joined[] = []
  for (let from = 0; from < n; from += batch) {
    const to = Math.min(n, from + batch)
    joined.push(...finder.group(from, to))
    options.progress?.(to)
  }
  return { joined, leaders: n - joined.length, skipped: finder.skipped }
}

/** Of a picture the best so far, and by which of `LOOKS`. */
type Best = { found: Joined; stage: number } | null

/** Groups pictures batch by batch, in their order. */
function createFinder(hashes: Hashes) {
  const { coarse } = hashes
  const near = nearnesses(hashes)
  const [old, recent] = [tablesOf(coarse), tablesOf(coarse)]
  const n = coarse.length / (VIEWS * COARSE)
  old.wholes.fit(0, n)
  old.windows.fit(0, n)
  const judge = createJudge(hashes)
  const better = (best: Best, found: Joined | null, stage: number): Best =>
    found && (!best || stage < best.stage || isNearer(found, best.found)) ? { found, stage } : best

  /** The best of each among the leaders of earlier batches. */
  function amongOld(from: number, to: number): Best[] {
    const best = new Array<Best>(to - from).fill(null)
    for (const [stage, looks] of LOOKS.entries()) {
      const open: number[] = []
      for (let i = from; i < to; i++) if (best[i - from] === null) open.push(i)
      for (const { among, own, view, find } of looks) {
        const asked = Uint32Array.from(open)
        for (let i = 0; i < asked.length; i++) asked[i] = (asked[i] as number) * VIEWS + own
        old[among].nearMany(asked, near[find], (hash, name, distance) => {
          const at = Math.floor(hash / VIEWS) - from
          best[at] = better(best[at] ?? null, judge(hash, name, distance, view), stage)
        })
      }
    }
    return best
  }

  /** The same beside leaders of its own batch, which come before it. */
  function amongRecent(picture: number, known: Best): Best {
    let best = known
    for (const [stage, looks] of LOOKS.entries()) {
      if (best && best.stage < stage) return best
      for (const { among, own, view, find } of looks) {
        const hash = picture * VIEWS + own
        recent[among].near(hash, near[find], (_, name, distance) => {
          best = better(best, judge(hash, name, distance, view), stage)
        })
      }
    }
    return best
  }

  return {
    get skipped() {
      return [old, recent].reduce(
        (sum, { wholes, windows }) => sum + wholes.skipped + windows.skipped,
        0,
      )
    },
    group(from: number, to: number): Joined[] {
      const known = amongOld(from, to)
      recent.wholes.fit(from, to)
      recent.windows.fit(from, to)
      const joined: Joined[] = []
      const leaders: number[] = []
      for (let picture = from; picture < to; picture++) {
        const best = amongRecent(picture, known[picture - from] ?? null)
        if (best) joined.push(best.found)
        else {
          recent.wholes.add(picture)
          recent.windows.add(picture)
          leaders.push(picture)
        }
      }
      old.wholes.addMany(leaders)
      old.windows.addMany(leaders)
      return joined
    },
  }
}
