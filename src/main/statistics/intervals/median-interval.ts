import { checkLevel, defined, notDefined } from '../outcome.ts'
import type { Interval, Outcome } from '../outcome.ts'

/**
 * The interval of a median by order statistics, without a distribution in mind: from the k-th least
 * to the k-th greatest value, k the largest for which fewer than k of n fall on one side with a
 * probability of at most (1 - level) / 2 (Conover, Practical Nonparametric Statistics, 1999, 3.2). n = values; at least six at 95 %.
 * @param sorted rising
 */
export function medianInterval(sorted: ArrayLike<number>, level = 0.95): Outcome<Interval> {
  checkLevel(level)
  const n = sorted.length
  const tail = (1 - level) / 2
  const k = rank(n, tail)
  if (k < 1) return notDefined(n, 'Too few values for an interval of the median.')
  return defined(n, { low: sorted[k - 1] as number, high: sorted[n - k] as number })
}

/** The largest k with P(Bin(n, 1/2) <= k - 1) at most `tail`; 0 = none. */
function rank(n: number, tail: number): number {
  let log = -n * Math.LN2
  let below = 0
  for (let i = 0; i <= n; i++) {
    below += Math.exp(log)
    if (below > tail) return i
    log += Math.log((n - i) / (i + 1))
  }
  return 0
}
