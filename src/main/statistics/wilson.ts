import { normalQuantile } from './distributions.ts'
import type { Interval } from './outcome.ts'

/** The score interval of a share (Wilson 1927). @param n at least 1 */
export function wilson(share: number, n: number, level = 0.95): Interval {
  const z = normalQuantile((1 + level) / 2)
  const middle = (share + (z * z) / (2 * n)) / (1 + (z * z) / n)
  const half =
    (z / (1 + (z * z) / n)) * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n))
  return { low: Math.max(0, middle - half), high: Math.min(1, middle + half) }
}
