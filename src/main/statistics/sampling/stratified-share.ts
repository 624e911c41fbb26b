import { fQuantile, normalQuantile, tQuantile } from '../distributions.ts'
import type { Interval } from '../outcome.ts'

/** What was seen of one stratum: of `size` there are, `n` were judged, and `hits` of these have it. */
export interface Cell {
  size: number
  n: number
  hits: number
}

/** Stands in for `1 / n`: a stratum in which all judged agree is not taken for certain. */
const SMOOTHING = 1

export interface StratifiedShare extends Interval {
  estimate: number
  /** Size of a simple random sample that would be as exact. */
  effectiveN: number
}

/**
 * A share of a population from a stratified random sample: sum of W_h p_h with W_h = N_h / N (Horvitz
 * and Thompson 1952; as the N_h are known, Hajek's ratio is the same; Cochran 1977, 5.3).
 *
 * Interval of Korn and Graubard (Survey Methodology 24, 1998, 193-201), as official statistics use it
 * (Parker et al., NCHS Vital and Health Statistics 2(175), 2017): Clopper and Pearson's with the
 * effective sample size n* = p (1 - p) / v (z / t)^2, t with n - H degrees of freedom. v is the
 * variance of the stratified mean with the correction for finite strata (Cochran 1977, 5.9), where each p_h is first drawn
 * towards the whole, (hits_h + p) / (n_h + 1), since a stratum in which all agree would otherwise
 * count as certain. Where the whole is 0 or 1, n* = 1 / sum of W_h^2 (1 - f_h) / n_h. All of it
 * judged: the interval is the share itself.
 * @param cells each with `n` at least 1
 */
export function stratifiedShare(cells: readonly Cell[], level = 0.95): StratifiedShare {
  const total = cells.reduce((sum, { size }) => sum + size, 0)
  const judged = cells.reduce((sum, { n }) => sum + n, 0)
  // Rounding can carry a sum of shares past 1.
  const estimate = Math.min(
    1,
    cells.reduce((sum, { size, n, hits }) => sum + (size / total) * (hits / n), 0),
  )
  let base = 0
  let variance = 0
  let smoothed = 0
  for (const { size, n, hits } of cells) {
    const weight = size / total
    const free = weight * weight * (1 - n / size)
    const share = (hits + SMOOTHING * estimate) / (n + SMOOTHING)
    base += free / n
    variance += (free * share * (1 - share)) / Math.max(1, n - 1)
    smoothed += weight * share
  }
  if (base <= 0) return { estimate, low: estimate, high: estimate, effectiveN: total }
  const none = cells.every(({ hits }) => hits === 0)
  const all = cells.every(({ n, hits }) => hits === n)
  const effectiveN = none || all ? 1 / base : (smoothed * (1 - smoothed)) / variance
  const upper = (1 + level) / 2
  const z = normalQuantile(upper)
  const t = tQuantile(upper, Math.max(1, judged - cells.length))
  const n = effectiveN * (z / t) ** 2
  return {
    estimate,
    low: none ? 0 : clopperPearsonLow(estimate * n, n, 1 - upper),
    high: all ? 1 : 1 - clopperPearsonLow((1 - estimate) * n, n, 1 - upper),
    effectiveN,
  }
}

/**
 * The lower limit of Clopper and Pearson (Biometrika 26, 1934), by the quantile of F; hits and n need
 * not be whole.
 */
function clopperPearsonLow(hits: number, n: number, tail: number): number {
  const misses = n - hits + 1
  const f = fQuantile(tail, 2 * hits, 2 * misses)
  return (hits * f) / (hits * f + misses)
}
