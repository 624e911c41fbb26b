import { setImmediate } from 'node:timers/promises'
import { canonicalJson } from '#shared/canonical-json.ts'
import type {
  DiffReason,
  DiffSide,
  VersionDiff,
  VersionDiffPair,
  VersionInfo,
} from '#shared/contract/versions.ts'
import { DIFF_SIDES } from '#shared/contract/versions.ts'
import { AppError } from '#shared/errors.ts'
import { cosineOfLine, readPairLine } from '#shared/versions/pair-line.ts'
import type { VersionPair } from '#shared/versions/pair-line.ts'
import { VersionRecipe } from '#shared/versions/recipe.ts'
import type { ReaderDb } from '../../store/open.ts'
import { createWhyNot, lineOf } from './explain.ts'
import type { WhyNot } from './explain.ts'
import type { Side } from './sides.ts'

const TURN = 4096

type WhyNotOf = (id: number, pair: VersionPair) => WhyNot

/** A comparison as a whole; `pageOf` gives what a call asks for. */
export interface WholeDiff extends Omit<VersionDiff, 'histogram' | 'total' | 'pairs'> {
  pairs: VersionDiffPair[]
  cosines: { a: Float32Array; b: Float32Array }
}

/** Compares two versions, and explains each pair that came, went or changed. */
export async function diffVersions(
  db: ReaderDb,
  a: Side,
  b: Side,
  signal: AbortSignal,
): Promise<WholeDiff> {
  const differing: { id: number; a: VersionPair | null; b: VersionPair | null }[] = []
  const cosines = { a: [] as number[], b: [] as number[] }
  let same = 0
  let seen = 0
  const left = a.lines()[Symbol.iterator]()
  const right = b.lines()[Symbol.iterator]()
  let one = left.next()
  let two = right.next()
  const count = (list: number[], line: string): void => {
    const cosine = cosineOfLine(line)
    if (cosine !== null) list.push(cosine)
  }
  while (one.done !== true || two.done !== true) {
    if (++seen % TURN === 0) {
      if (signal.aborted) throw new AppError('canceled', 'The comparison was canceled.')
      await setImmediate()
    }
    const idA = one.done === true ? Infinity : one.value.id
    const idB = two.done === true ? Infinity : two.value.id
    const lineA = idA <= idB && one.done !== true ? one.value.line : null
    const lineB = idB <= idA && two.done !== true ? two.value.line : null
    if (lineA !== null) count(cosines.a, lineA)
    if (lineB !== null) count(cosines.b, lineB)
    if (lineA === lineB) same++
    else {
      differing.push({ id: Math.min(idA, idB), a: parsed(lineA), b: parsed(lineB) })
    }
    if (lineA !== null) one = left.next()
    if (lineB !== null) two = right.next()
  }

  // Each looks through the corpus: only where there is something to say.
  const nothing: WhyNotOf = () => ({ reason: 'since', term: '', cosine: null })
  const whyNotB = differing.some((pair) => pair.b === null) ? createWhyNot(db, b, a) : nothing
  const whyNotA = differing.some((pair) => pair.a === null) ? createWhyNot(db, a, b) : nothing
  const pairs: VersionDiffPair[] = []
  for (const pair of differing) {
    if (pairs.length % TURN === 0) await setImmediate()
    pairs.push(explained(pair, a.info, b.info, whyNotA, whyNotB))
  }
  pairs.sort(
    (x, y) =>
      DIFF_SIDES.indexOf(x.side) - DIFF_SIDES.indexOf(y.side) ||
      (x.reason < y.reason ? -1 : x.reason > y.reason ? 1 : x.id - y.id),
  )
  const n = (side: DiffSide): number => pairs.filter((pair) => pair.side === side).length
  return {
    a: a.info,
    b: b.info,
    recipe: recipeDiff(a.info.recipe, b.info.recipe),
    same,
    changed: n('changed'),
    went: n('went'),
    came: n('came'),
    reasons: reasonsOf(pairs),
    crossing: crossingOf(pairs, a.info.recipe, b.info.recipe),
    pairs,
    cosines: { a: Float32Array.from(cosines.a), b: Float32Array.from(cosines.b) },
  }
}

function parsed(line: string | null): VersionPair | null {
  if (line === null) return null
  const pair = readPairLine(line)
  if (pair) return pair
  throw new AppError('damaged', 'a pair of a version cannot be read')
}

function explained(
  { id, a, b }: { id: number; a: VersionPair | null; b: VersionPair | null },
  infoA: VersionInfo,
  infoB: VersionInfo,
  whyNotA: WhyNotOf,
  whyNotB: WhyNotOf,
): VersionDiffPair {
  const known = (a ?? b) as VersionPair
  const state = (pair: VersionPair | null): VersionDiffPair['a'] =>
    pair && { text: pair.text, source: pair.source, sha256: pair.sha256, cosine: pair.cosine }
  const base = { id, page: known.page, image: known.image, a: state(a), b: state(b) }
  if (a && b) {
    const reason = changeOf(a, b, infoA.recipe.scores !== infoB.recipe.scores)
    return { ...base, side: 'changed', reason, term: '', other: null }
  }
  const { reason, term, cosine } = a ? whyNotB(id, a) : whyNotA(id, known)
  return { ...base, side: a ? 'went' : 'came', reason, term, other: cosine }
}

/** What of a pair is another one, the weightiest first. */
function changeOf(a: VersionPair, b: VersionPair, isOtherModel: boolean): DiffReason {
  if (a.text !== b.text || a.source !== b.source) return 'text'
  if (a.sha256 !== b.sha256) return 'picture'
  if (a.cosine !== b.cosine) return isOtherModel ? 'model' : 'score'
  return 'page'
}

function reasonsOf(pairs: readonly VersionDiffPair[]): VersionDiff['reasons'] {
  const counts = new Map<string, VersionDiff['reasons'][number]>()
  for (const { side, reason, term } of pairs) {
    const key = JSON.stringify([side, reason, term])
    const entry = counts.get(key)
    if (entry) entry.n++
    else counts.set(key, { side, reason, term, n: 1 })
  }
  return [...counts.values()].sort((x, y) => y.n - x.n)
}

/** How near to the lines the pairs were that crossed one as their score is another. */
function crossingOf(
  pairs: readonly VersionDiffPair[],
  a: VersionRecipe,
  b: VersionRecipe,
): VersionDiff['crossing'] {
  const lines = { went: [lineOf(a), lineOf(b)], came: [lineOf(b), lineOf(a)] } as const
  const crossing = { n: 0, largestDifference: 0, largestDistance: 0 }
  for (const { side, reason, a: before, b: after, other } of pairs) {
    if (side === 'changed' || !['score', 'model'].includes(reason)) continue
    crossing.n++
    const inside = (side === 'went' ? before : after)?.cosine ?? null
    const [own, theirs] = lines[side]
    if (inside === null || other === null) continue
    crossing.largestDifference = Math.max(crossing.largestDifference, Math.abs(inside - other))
    for (const [cosine, line] of [
      [inside, own],
      [other, theirs],
    ] as const) {
      if (line === null) continue
      crossing.largestDistance = Math.max(crossing.largestDistance, Math.abs(cosine - line))
    }
  }
  return crossing
}

function recipeDiff(a: VersionRecipe, b: VersionRecipe): VersionDiff['recipe'] {
  return Object.keys(VersionRecipe.shape).flatMap((field) => {
    const [x, y] = [a, b].map((recipe) => canonicalJson(recipe[field as keyof VersionRecipe]))
    return x === y || x === undefined || y === undefined ? [] : [{ field, a: x, b: y }]
  })
}

/** The part of a comparison that a call asks for. */
export function pageOf(
  whole: WholeDiff,
  asked: {
    bins: number
    side?: DiffSide | undefined
    reason?: DiffReason | undefined
    offset: number
    limit: number
  },
): VersionDiff {
  const { cosines, pairs, ...rest } = whole
  const wanted = pairs.filter(
    (pair) =>
      (asked.side === undefined || pair.side === asked.side) &&
      (asked.reason === undefined || pair.reason === asked.reason),
  )
  return {
    ...rest,
    histogram: histogramOf(cosines, asked.bins),
    total: wanted.length,
    pairs: wanted.slice(asked.offset, asked.offset + asked.limit),
  }
}

function histogramOf(
  cosines: { a: Float32Array; b: Float32Array },
  bins: number,
): VersionDiff['histogram'] {
  let lo = Infinity
  let hi = -Infinity
  for (const list of [cosines.a, cosines.b]) {
    for (const cosine of list) {
      if (cosine < lo) lo = cosine
      if (cosine > hi) hi = cosine
    }
  }
  if (lo > hi) return null
  const width = (hi - lo) / bins || 1
  const counts = (list: Float32Array): number[] => {
    const filled = new Array<number>(bins).fill(0)
    for (const cosine of list) filled[Math.min(bins - 1, Math.floor((cosine - lo) / width))]!++
    return filled
  }
  return { lo, hi, a: counts(cosines.a), b: counts(cosines.b) }
}
