import { tP, tQuantile } from '../distributions.ts'
import type { Alternative } from '../distributions.ts'
import { checkLevel, checkNumbers, defined, notDefined } from '../outcome.ts'
import type { Gap, Interval, Outcome } from '../outcome.ts'

/** Student's t test of paired differences, with the (two-sided) interval of their mean. n = differences without gaps. */
export function pairedT(
  differences: readonly (number | Gap)[],
  alternative: Alternative = 'two-sided',
  level = 0.95,
): Outcome<{ mean: number; standardError: number; t: number; df: number; p: number } & Interval> {
  checkLevel(level)
  checkNumbers(differences, 'differences')
  const values = differences.filter((value) => value !== null)
  const n = values.length
  if (n < 2) return notDefined(n, 'A t test needs at least two differences.')
  const mean = values.reduce((sum, value) => sum + value, 0) / n
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  const standardError = Math.sqrt(squares / (n - 1) / n)
  if (!(standardError > 1e-14 * Math.abs(mean))) {
    return notDefined(n, 'The differences do not vary.')
  }
  const t = mean / standardError
  const half = tQuantile((1 + level) / 2, n - 1) * standardError
  return defined(n, {
    mean,
    standardError,
    t,
    df: n - 1,
    p: tP(t, n - 1, alternative),
    low: mean - half,
    high: mean + half,
  })
}
