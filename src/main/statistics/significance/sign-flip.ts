import { seededRandom } from '#shared/random.ts'
import type { Alternative } from '../distributions.ts'
import { checkNumbers, defined, notDefined } from '../outcome.ts'
import type { Gap, Outcome } from '../outcome.ts'

export interface SignFlip {
  /** The mean difference. */
  mean: number
  p: number
  method: 'exact' | 'monte-carlo'
  /** Sign patterns counted or drawn. */
  patterns: number
}

export interface SignFlipOptions {
  alternative: Alternative
  /** Up to so many differences other than 0 all 2^n patterns are counted. */
  exactLimit: number
  /** Of the drawn patterns beyond it. */
  resamples: number
  seed: number
}

/**
 * Paired permutation test of a mean difference: under the null hypothesis each difference could as
 * well have the other sign (Fisher 1935). n = differences without gaps. Two-sided: twice the
 * smaller tail. Monte Carlo counts the data as one pattern more (Phipson and Smyth 2010).
 */
export function signFlipTest(
  differences: readonly (number | Gap)[],
  options: Partial<SignFlipOptions> = {},
): Outcome<SignFlip> {
  const { alternative, exactLimit, resamples, seed } = {
    alternative: 'two-sided' as Alternative,
    exactLimit: 20,
    resamples: 20_000,
    seed: 1,
    ...options,
  }
  checkNumbers(differences, 'differences')
  const all = differences.filter((value) => value !== null)
  const n = all.length
  // A difference of 0 is the same with either sign.
  const used = all.filter((value) => value !== 0)
  if (used.length === 0) return notDefined(n, 'No difference is other than 0.')
  const total = used.reduce((sum, value) => sum + value, 0)
  const slack = 1e-12 * used.reduce((sum, value) => sum + Math.abs(value), 0)
  const exact = used.length <= Math.min(exactLimit, 30)
  const { greater, less, patterns } = exact
    ? countAll(used, total, slack)
    : drawSome(used, total, slack, resamples, seed)
  const p =
    alternative === 'greater'
      ? greater
      : alternative === 'less'
        ? less
        : Math.min(1, 2 * Math.min(greater, less))
  return defined(n, {
    mean: total / n,
    p,
    method: exact ? ('exact' as const) : ('monte-carlo' as const),
    patterns,
  })
}

interface Tails {
  greater: number
  less: number
  patterns: number
}

/** All patterns: each is one of the first half with one of the second, whose sums are sorted. */
function countAll(values: readonly number[], total: number, slack: number): Tails {
  const half = values.length >>> 1
  const first = sumsOf(values.slice(0, half))
  const second = sumsOf(values.slice(half)).sort()
  let greater = 0
  let less = 0
  for (const sum of first) {
    greater += second.length - firstAtLeast(second, total - sum - slack)
    less += firstAbove(second, total - sum + slack)
  }
  const patterns = 2 ** values.length
  return { greater: greater / patterns, less: less / patterns, patterns }
}

function sumsOf(values: readonly number[]): Float64Array {
  let sums = new Float64Array(1)
  for (const value of values) {
    const next = new Float64Array(sums.length * 2)
    sums.forEach((sum, i) => {
      next[2 * i] = sum + value
      next[2 * i + 1] = sum - value
    })
    sums = next
  }
  return sums
}

const firstAtLeast = (sorted: Float64Array, limit: number): number =>
  firstWhere(sorted, (value) => value >= limit)
const firstAbove = (sorted: Float64Array, limit: number): number =>
  firstWhere(sorted, (value) => value > limit)

function firstWhere(sorted: Float64Array, holds: (value: number) => boolean): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (holds(sorted[middle] as number)) high = middle
    else low = middle + 1
  }
  return low
}

function drawSome(
  values: readonly number[],
  total: number,
  slack: number,
  resamples: number,
  seed: number,
): Tails {
  const random = seededRandom(seed)
  let greater = 1
  let less = 1
  for (let i = 0; i < resamples; i++) {
    let sum = 0
    for (const value of values) sum += random.next() < 0.5 ? value : -value
    if (sum >= total - slack) greater++
    if (sum <= total + slack) less++
  }
  const patterns = resamples + 1
  return { greater: greater / patterns, less: less / patterns, patterns: resamples }
}
