import type { CopyView } from '#shared/duplicates.ts'
import { createBitTables } from './bit-tables.ts'
import type { BitTables } from './bit-tables.ts'
import { COARSE, differing, FINE, MIRRORED, VIEWS, WINDOWS } from './fingerprint.ts'

/** A picture that joined the group of another. Both by their place in the list. */
export interface Joined {
  member: number
  leader: number
  /** Bits of 64, and of 256. */
  distance: number
  fine: number
  view: CopyView
}

export interface PerceptualOptions {
  /** Bits of 64 that may differ. */
  threshold: number
  /** Bits of 256 that may differ. */
  fineThreshold?: number
  progress?(done: number): void
}

export interface PerceptualGroups {
  joined: Joined[]
  leaders: number
  /** Comparisons that were left out as too many leaders look alike. */
  skipped: number
}

export const PERCEPTUAL_THRESHOLD = 6
/** Beyond this unlike pictures are taken for copies, and every look-up meets most of the others. */
export const HIGHEST_PERCEPTUAL = 11

/** 48 bits of 256 at the usual 6 of 64: what tells copies from pictures of the same layout. */
export function fineThresholdFor(threshold: number): number {
  return Math.min(96, 24 + 4 * threshold)
}

/**
 * Finds for a picture the leader that it is a copy of. Leaders are added as they come; see
 * `perceptualGroups` for what that means.
 */
export interface Matcher {
  find(picture: number): Joined | null
  /** All of them, the nearest first. */
  findAll(picture: number): Joined[]
  lead(picture: number): void
  readonly skipped: number
}

/**
 * @param coarse VIEWS x COARSE words of each picture
 * @param fineOf VIEWS x FINE words of a picture
 */
export function createMatcher(
  coarse: Uint32Array,
  fineOf: (picture: number) => Uint32Array,
  { threshold, fineThreshold = fineThresholdFor(threshold) }: PerceptualOptions,
): Matcher {
  const n = coarse.length / (VIEWS * COARSE)
  const wholes = createBitTables(viewsOf(coarse, n, 0, 1))
  const windows = createBitTables(viewsOf(coarse, n, 2, WINDOWS.length))
  const radius = Math.min(2, Math.floor(threshold / 4))

  /** Tells leaders that it is a copy of, one perhaps several times; looks for crops where `isDone` is false. */
  function each(picture: number, tell: (found: Joined) => void, isDone: () => boolean): void {
    const own = fineOf(picture)
    const look = (tables: BitTables, ownView: number, view: CopyView, within: number): void => {
      const at = (picture * VIEWS + ownView) * COARSE
      const hash = { low: coarse[at] as number, high: coarse[at + 1] as number }
      tables.near(hash, { limit: threshold, radius: within }, (name, distance) => {
        const leader = Math.floor(name / VIEWS)
        const fine = differing(own, ownView * FINE, fineOf(leader), (name % VIEWS) * FINE, FINE)
        if (fine <= fineThreshold) tell({ member: picture, leader, distance, fine, view })
      })
    }
    look(wholes, 0, 'whole', radius)
    if (!isDone()) look(wholes, MIRRORED, 'mirrored', radius)
    if (isDone()) return
    // Crops have many views: only those of which a quarter of the hash is the same are looked at.
    look(windows, 0, 'cropped', 0)
    look(windows, MIRRORED, 'cropped-mirrored', 0)
    for (let view = 2; view < VIEWS; view++) look(wholes, view, 'enlarged', 0)
  }

  function find(picture: number): Joined | null {
    let best: Joined | null = null
    const tell = (found: Joined): void => {
      if (best === null || isNearer(found, best)) best = found
    }
    each(picture, tell, () => best !== null)
    return best
  }

  function findAll(picture: number): Joined[] {
    const all = new Map<number, Joined>()
    const tell = (found: Joined): void => {
      const before = all.get(found.leader)
      if (!before || isNearer(found, before)) all.set(found.leader, found)
    }
    each(picture, tell, () => false)
    return [...all.values()].sort((a, b) => (isNearer(a, b) ? -1 : 1))
  }

  return {
    find,
    findAll,
    lead(picture) {
      const add = (tables: BitTables, view: number): void => {
        const at = (picture * VIEWS + view) * COARSE
        tables.add(coarse[at] as number, coarse[at + 1] as number, picture * VIEWS + view)
      }
      add(wholes, 0)
      for (let view = 2; view < VIEWS; view++) add(windows, view)
    },
    get skipped() {
      return wholes.skipped + windows.skipped
    },
  }
}

function isNearer(a: Joined, b: Joined): boolean {
  if (a.distance !== b.distance) return a.distance < b.distance
  return a.fine === b.fine ? a.leader < b.leader : a.fine < b.fine
}

function viewsOf(coarse: Uint32Array, n: number, first: number, views: number): Uint32Array {
  const out = new Uint32Array(n * views * COARSE)
  for (let i = 0; i < n; i++) {
    const from = (i * VIEWS + first) * COARSE
    out.set(coarse.subarray(from, from + views * COARSE), i * views * COARSE)
  }
  return out
}

/**
 * Groups pictures that look the same. They come best first: a picture joins the nearest leader
 * within the thresholds, or else leads a group of its own. So every member is as near to its leader
 * as was asked, and no chain of small changes joins what is unlike; the work is one look-up each.
 */
export function perceptualGroups(
  coarse: Uint32Array,
  fineOf: (picture: number) => Uint32Array,
  options: PerceptualOptions,
): PerceptualGroups {
  const n = coarse.length / (VIEWS * COARSE)
  const matcher = createMatcher(coarse, fineOf, options)
  const joined: Joined[] = []
  for (let i = 0; i < n; i++) {
    const found = matcher.find(i)
    if (found) joined.push(found)
    else matcher.lead(i)
    if ((i & 8191) === 8191) options.progress?.(i + 1)
  }
  return { joined, leaders: n - joined.length, skipped: matcher.skipped }
}
