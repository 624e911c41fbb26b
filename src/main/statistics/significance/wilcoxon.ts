import { ranks } from '#shared/statistics.ts'
import { normalP } from '../distributions.ts'
import type { Alternative } from '../distributions.ts'
import { checkNumbers, defined, notDefined } from '../outcome.ts'
import type { Gap, Outcome } from '../outcome.ts'

export interface WilcoxonOptions {
  /** What is done with differences of 0: dropped; ranked, then dropped; or split half and half. */
  zeros: 'wilcox' | 'pratt' | 'zsplit'
  /** Continuity correction of the normal approximation. */
  correction: boolean
  alternative: Alternative
  /** auto: exact up to 50 differences without ties and zeros, as scipy takes it. */
  method: 'auto' | 'exact' | 'normal'
}

export interface Wilcoxon {
  /** The smaller sum of ranks where two-sided, else the sum of the positive ones. */
  statistic: number
  /** Sums of the ranks of positive and negative differences. */
  positive: number
  negative: number
  /** null where exact. Where two-sided it is negative. */
  z: number | null
  p: number
  method: 'exact' | 'normal'
  /** Matched-pairs rank-biserial correlation: (positive - negative) / (their sum) (Kerby 2014). */
  effect: number
  zeros: number
  /** Whether differences of equal size share a rank. */
  ties: boolean
}

/** More would leave the whole numbers that float64 holds. */
const EXACT_LIMIT = 50

/**
 * Wilcoxon's signed-rank test of paired differences (Wilcoxon 1945; Pratt 1959). n = differences
 * without gaps. Not defined where no difference is other than 0, nor `exact` beyond 50.
 * The exact distribution takes ranks as whole numbers; with ties it is only an approximation, and
 * `auto` does not take it.
 */
export function wilcoxonSignedRank(
  differences: readonly (number | Gap)[],
  options: Partial<WilcoxonOptions> = {},
): Outcome<Wilcoxon> {
  const settings: WilcoxonOptions = {
    zeros: 'wilcox',
    correction: false,
    alternative: 'two-sided',
    method: 'auto',
    ...options,
  }
  checkNumbers(differences, 'differences')
  const all = differences.filter((value) => value !== null)
  const n = all.length
  const zeros = all.filter((value) => value === 0).length
  if (zeros === n) return notDefined(n, 'No difference is other than 0.')
  const used = settings.zeros === 'wilcox' ? all.filter((value) => value !== 0) : all
  const m = used.length
  const rank = ranks(Float64Array.from(used, Math.abs))
  let positive = 0
  let negative = 0
  let ofZeros = 0
  used.forEach((value, i) => {
    const r = rank[i] as number
    if (value > 0) positive += r
    else if (value < 0) negative += r
    else ofZeros += r
  })
  if (settings.zeros === 'zsplit') {
    positive += ofZeros / 2
    negative += ofZeros / 2
  }
  const counts = tieCounts(used, settings.zeros === 'pratt')
  const ties = counts.some((count) => count > 1)
  const exact =
    settings.method === 'exact' ||
    (settings.method === 'auto' && n <= EXACT_LIMIT && !ties && zeros === 0)
  const found = {
    statistic: settings.alternative === 'two-sided' ? Math.min(positive, negative) : positive,
    positive,
    negative,
    effect: (positive - negative) / (positive + negative),
    zeros,
    ties,
  }
  if (exact) {
    if (m > EXACT_LIMIT) {
      return notDefined(n, `The exact distribution is kept to ${EXACT_LIMIT} differences.`)
    }
    return defined(n, {
      ...found,
      z: null,
      p: exactP(positive, m, settings.alternative),
      method: 'exact' as const,
    })
  }
  let mean = (m * (m + 1)) / 4
  let variance = m * (m + 1) * (2 * m + 1)
  if (settings.zeros === 'pratt') {
    mean -= (zeros * (zeros + 1)) / 4
    variance -= zeros * (zeros + 1) * (2 * zeros + 1)
  }
  for (const count of counts) variance -= (count ** 3 - count) / 2
  const error = Math.sqrt(variance / 24)
  let z = (positive - mean) / error
  if (settings.correction) {
    const sign =
      settings.alternative === 'two-sided'
        ? Math.sign(z)
        : settings.alternative === 'greater'
          ? 1
          : -1
    z -= (sign * 0.5) / error
  }
  return defined(n, {
    ...found,
    z: settings.alternative === 'two-sided' ? -Math.abs(z) : z,
    p: normalP(z, settings.alternative),
    method: 'normal' as const,
  })
}

/** How many differences share each size. Pratt's zeros are taken out of the variance as a whole. */
function tieCounts(values: readonly number[], withoutZeros: boolean): number[] {
  const counts = new Map<number, number>()
  for (const value of values) {
    if (withoutZeros && value === 0) continue
    counts.set(Math.abs(value), (counts.get(Math.abs(value)) ?? 0) + 1)
  }
  return [...counts.values()]
}

/** By the number of sets of the ranks 1..n with each sum. */
function exactP(positive: number, n: number, alternative: Alternative): number {
  const top = (n * (n + 1)) / 2
  const ways = new Float64Array(top + 1)
  ways[0] = 1
  for (let rank = 1; rank <= n; rank++) {
    for (let sum = top; sum >= rank; sum--) {
      ways[sum] = (ways[sum] as number) + (ways[sum - rank] as number)
    }
  }
  const share = (from: number, to: number): number => {
    let sum = 0
    for (let i = from; i <= to; i++) sum += ways[i] as number
    return sum / 2 ** n
  }
  // Half ranks are rounded to the side that is harder to reject.
  const less = share(0, Math.ceil(positive))
  const greater = share(Math.floor(positive), top)
  if (alternative === 'less') return less
  if (alternative === 'greater') return greater
  return Math.min(1, 2 * Math.min(less, greater))
}
