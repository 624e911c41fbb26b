import { lowerBound } from '#shared/sorted.ts'
import type { Interval } from '../outcome.ts'
import { ratioInterval } from './ratio-interval.ts'
import type { Stratum } from './strata.ts'
import { stratifiedShare, type Cell, type StratifiedShare } from './stratified-share.ts'

/** What was judged of a population that is ordered by its scores. */
export interface Judged {
  /** Of the whole population, ascending. */
  scores: Float32Array
  strata: readonly Pick<Stratum, 'from' | 'to'>[]
  /** Places in the population, with the answer. */
  answers: readonly { place: number; right: boolean }[]
}

export interface Estimate extends Interval {
  estimate: number
  effectiveN: number
}

export interface CutoffEstimate {
  cutoff: number
  /** Of the population, at or above the cutoff. */
  kept: number
  /** Judged at or above it, and below. */
  judgedKept: number
  judgedDropped: number
  /** Share of the kept that are right; null = none of them was judged. */
  precision: Estimate | null
  /**
   * Share of the right that are kept; null = on a side that has pairs none was judged, or no right
   * one was found.
   */
  recall: (Interval & { estimate: number }) | null
}

/**
 * Precision and recall of a cutoff from a stratified sample, as if each judgement were its pair's
 * truth. Where the cutoff goes through a stratum, that is split at it and each part counts with its
 * own N and n (post-stratification; Holt and Smith, JRSS A 142, 1979, 33-46); a part without a
 * judged pair is joined with its neighbour on the same side.
 *
 * Precision is the stratified share of the right among the kept. Recall is K / (K + D), the estimated
 * numbers of right pairs kept and dropped: a ratio of two estimates from different strata, with the
 * interval of D / K by MOVER-R from the intervals of both. Intervals hold for one cutoff at a time.
 */
export function estimateCutoff(judged: Judged, cutoff: number, level = 0.95): CutoffEstimate {
  const { scores, strata, answers } = judged
  const line = lowerBound(scores, cutoff)
  const kept = side(strata, answers, line, scores.length)
  const dropped = side(strata, answers, 0, line)
  const above = kept.length > 0 ? stratifiedShare(kept, level) : null
  const below = dropped.length > 0 ? stratifiedShare(dropped, level) : null
  const judgedIn = (cells: readonly Cell[]): number => cells.reduce((sum, { n }) => sum + n, 0)
  return {
    cutoff,
    kept: scores.length - line,
    judgedKept: judgedIn(kept),
    judgedDropped: judgedIn(dropped),
    precision: above,
    recall:
      (above || line === scores.length) && (below || line === 0)
        ? recallOf(scaled(above, scores.length - line), scaled(below, line))
        : null,
  }
}

/** The cells between two places, each with at least one judged pair; none where nothing was judged. */
function side(
  strata: Judged['strata'],
  answers: Judged['answers'],
  low: number,
  high: number,
): Cell[] {
  const cells = strata
    .map(({ from, to }) => ({ from: Math.max(from, low), to: Math.min(to, high) }))
    .filter(({ from, to }) => to > from)
    .map(({ from, to }) => {
      const inside = answers.filter(({ place }) => place >= from && place < to)
      return {
        size: to - from,
        n: inside.length,
        hits: inside.filter(({ right }) => right).length,
      }
    })
  for (;;) {
    const empty = cells.findIndex(({ n }) => n === 0)
    if (empty < 0) return cells
    if (cells.length === 1) return []
    const [gone] = cells.splice(empty, 1) as [Cell]
    // The next above, or the last.
    ;(cells[Math.min(empty, cells.length - 1)] as Cell).size += gone.size
  }
}

type Total = Interval & { estimate: number }

function scaled(share: StratifiedShare | null, size: number): Total {
  return {
    estimate: (share?.estimate ?? 0) * size,
    low: (share?.low ?? 0) * size,
    high: (share?.high ?? 0) * size,
  }
}

function recallOf(kept: Total, dropped: Total): Total | null {
  if (kept.estimate + dropped.estimate === 0) return null
  const estimate = kept.estimate / (kept.estimate + dropped.estimate)
  if (kept.estimate === 0) {
    const { low, high } = ratioInterval(kept, dropped)
    return { estimate, low: low / (1 + low), high: high === Infinity ? 1 : high / (1 + high) }
  }
  const { low, high } = ratioInterval(dropped, kept)
  return { estimate, low: 1 / (1 + high), high: 1 / (1 + low) }
}

/** Judged pairs above a cutoff below which its precision says too little to be chosen by. */
export const MIN_JUDGED = 10
/** Cutoffs of a curve at most. */
const MOST = 400

/** Round cutoffs over the scores of a population: thousandths, or coarser ones that are at most 400. */
export function cutoffGrid(scores: Float32Array): number[] {
  const low = scores[0] ?? 0
  const high = scores[scores.length - 1] ?? 0
  const step = [0.001, 0.002, 0.005, 0.01].find((one) => (high - low) / one < MOST) ?? 0.01
  const first = Math.floor(low / step)
  const last = Math.floor(high / step)
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toFixed(3)))
}

/**
 * The lowest cutoff of a curve whose precision is at least `target`: by the estimate, and by the lower limit of its interval,
 * which is the careful choice. Of both, cutoffs with fewer than `MIN_JUDGED` judged pairs above them
 * are passed over. null = there is none.
 */
export function cutoffFor(
  curve: readonly CutoffEstimate[],
  target: number,
): { byEstimate: CutoffEstimate | null; byBound: CutoffEstimate | null } {
  const first = (of: (precision: Estimate) => number): CutoffEstimate | null =>
    curve.find(
      ({ precision, judgedKept }) =>
        precision !== null && judgedKept >= MIN_JUDGED && of(precision) >= target,
    ) ?? null
  return { byEstimate: first(({ estimate }) => estimate), byBound: first(({ low }) => low) }
}
