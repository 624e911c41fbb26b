import { tP, tQuantile } from '../distributions.ts'
import { checkLevel, checkNumbers, defined, notDefined } from '../outcome.ts'
import type { Interval, Outcome } from '../outcome.ts'

export interface TrendPoint {
  /** Position in the session, or time. */
  x: number
  value: number
  /** What is not independent: the rater. */
  cluster: string
}

export interface Trend extends Interval {
  /** Change of the rating for one more of x. */
  slope: number
  intercept: number
  standardError: number
  t: number
  /** Clusters - 1. */
  df: number
  p: number
  clusters: number
}

/**
 * The slope of ratings over position or time by least squares, with a cluster-robust error (Liang
 * and Zeger 1986, corrected by G/(G-1) (n-1)/(n-2)) and Student's t with G - 1 degrees of freedom.
 * With few clusters (below about 10) p is too small; take it as a hint. n = points.
 * @param within compares each cluster with itself alone: raters who rate high, and rate more, then
 *   make no trend. The intercept is that of the mean.
 */
export function trend(
  points: readonly TrendPoint[],
  { within = true, level = 0.95 } = {},
): Outcome<Trend> {
  checkLevel(level)
  checkNumbers(
    points.flatMap(({ x, value }) => [x, value]),
    'points',
  )
  const n = points.length
  const groups = Map.groupBy(points, ({ cluster }) => cluster)
  if (groups.size < 2) return notDefined(n, 'A cluster-robust trend needs at least two raters.')
  if (n < 3) return notDefined(n, 'A trend needs at least three ratings.')
  const mean = (of: readonly TrendPoint[], key: 'x' | 'value'): number =>
    of.reduce((sum, point) => sum + point[key], 0) / of.length
  const grand = { x: mean(points, 'x'), value: mean(points, 'value') }
  const moved = [...groups.values()].map((of) => {
    const own = within ? { x: mean(of, 'x'), value: mean(of, 'value') } : grand
    return of.map(({ x, value }) => ({ x: x - own.x, y: value - own.value }))
  })
  let xx = 0
  let xy = 0
  let scale = 0
  for (const { x, y } of moved.flat()) {
    xx += x * x
    xy += x * y
    scale = Math.max(scale, Math.abs(x + grand.x))
  }
  if (xx <= 1e-24 * scale * scale * n) return notDefined(n, 'All ratings have the same place.')
  const slope = xy / xx
  let meat = 0
  for (const of of moved) {
    let score = 0
    for (const { x, y } of of) score += x * (y - slope * x)
    meat += score * score
  }
  const g = groups.size
  const variance = ((g / (g - 1)) * ((n - 1) / (n - 2)) * meat) / (xx * xx)
  const standardError = Math.sqrt(variance)
  if (standardError <= 1e-14 * Math.abs(slope) || standardError === 0) {
    return notDefined(n, 'The ratings leave nothing over beside the trend.')
  }
  const t = slope / standardError
  const half = tQuantile((1 + level) / 2, g - 1) * standardError
  return defined(n, {
    slope,
    intercept: grand.value - slope * grand.x,
    standardError,
    low: slope - half,
    high: slope + half,
    t,
    df: g - 1,
    p: tP(t, g - 1, 'two-sided'),
    clusters: g,
  })
}
