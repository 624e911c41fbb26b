import { tQuantile } from '../distributions.ts'
import { checkLevel, checkNumbers, defined, notDefined } from '../outcome.ts'
import type { Interval, Outcome } from '../outcome.ts'

export interface ClusterMean extends Interval {
  mean: number
  standardError: number
  /** As if all values were independent: sd / sqrt(n). */
  naiveError: number
  /** Square of standardError / naiveError (without its n - 1): what clustering costs; null where values do not vary. */
  designEffect: number | null
  clusters: number
}

/**
 * A mean with its cluster-robust standard error:
 *
 *     SE^2 = sum over clusters (sum in the cluster (x - mean))^2 / n^2
 *
 * (Liang and Zeger 1986 for a mean, without a correction for few clusters.) The interval takes
 * Student's t with clusters - 1 degrees of freedom. n = values.
 */
export function clusterMean(
  values: readonly { cluster: string; value: number }[],
  level = 0.95,
): Outcome<ClusterMean> {
  checkLevel(level)
  checkNumbers(
    values.map(({ value }) => value),
    'values',
  )
  const n = values.length
  if (n === 0) return notDefined(0, 'There are no values.')
  const mean = values.reduce((sum, { value }) => sum + value, 0) / n
  const sums = new Map<string, number>()
  let squares = 0
  for (const { cluster, value } of values) {
    sums.set(cluster, (sums.get(cluster) ?? 0) + value - mean)
    squares += (value - mean) ** 2
  }
  if (sums.size < 2) {
    return notDefined(n, 'A cluster-robust standard error needs at least two clusters.')
  }
  let between = 0
  for (const sum of sums.values()) between += sum * sum
  const standardError = Math.sqrt(between) / n
  const half = tQuantile((1 + level) / 2, sums.size - 1) * standardError
  return defined(n, {
    mean,
    standardError,
    low: mean - half,
    high: mean + half,
    naiveError: Math.sqrt(squares / (n - 1) / n),
    designEffect: squares > 0 ? between / squares : null,
    clusters: sums.size,
  })
}
