import { lowerBound } from './sorted.ts'

/** Statistics over many numbers. Pure; sums in float64. */

type Numbers = Float32Array | Float64Array

/**
 * Pearson's product-moment correlation r (Pearson 1895), in two passes. null below 3 points or
 * where one side has no variance.
 */
export function pearson(x: Numbers, y: Numbers): number | null {
  const n = Math.min(x.length, y.length)
  if (n < 3) return null
  let meanX = 0
  let meanY = 0
  for (let i = 0; i < n; i++) {
    meanX += x[i] as number
    meanY += y[i] as number
  }
  meanX /= n
  meanY /= n
  let xx = 0
  let yy = 0
  let xy = 0
  for (let i = 0; i < n; i++) {
    const dx = (x[i] as number) - meanX
    const dy = (y[i] as number) - meanY
    xx += dx * dx
    yy += dy * dy
    xy += dx * dy
  }
  if (xx === 0 || yy === 0) return null
  // Rounding can carry a perfect line past 1.
  return Math.max(-1, Math.min(1, xy / Math.sqrt(xx * yy)))
}

/**
 * Spearman's rank correlation rho (Spearman 1904): Pearson's r of the ranks, equal values sharing
 * the mean of theirs. null as for `pearson`.
 */
export function spearman(x: Numbers, y: Numbers): number | null {
  const n = Math.min(x.length, y.length)
  return n < 3 ? null : pearson(ranks(x.subarray(0, n)), ranks(y.subarray(0, n)))
}

/** Ranks from 1; equal values share the mean of theirs. */
export function ranks(values: Numbers): Float64Array {
  const sorted = values.slice().sort()
  // Distinct values, rising, and the rank of each: fewer and faster to search than places.
  const distinct = new Float64Array(sorted.length)
  const rank = new Float64Array(sorted.length)
  let n = 0
  for (let from = 0; from < sorted.length;) {
    const value = sorted[from] as number
    let to = from + 1
    while (to < sorted.length && sorted[to] === value) to++
    distinct[n] = value
    rank[n++] = (from + 1 + to) / 2
    from = to
  }
  const known = distinct.subarray(0, n)
  const found = new Float64Array(values.length)
  for (let i = 0; i < values.length; i++) {
    found[i] = rank[lowerBound(known, values[i] as number)] as number
  }
  return found
}

/** The middle value, of an even number the mean of the two; null of nothing. */
export function median(values: readonly number[]): number | null {
  return medianOfSorted([...values].sort((a, b) => a - b))
}

/** As `median`, of values in ascending order. */
export function medianOfSorted(sorted: ArrayLike<number>): number | null {
  const n = sorted.length
  if (n === 0) return null
  const middle = n >>> 1
  return n % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2
}

/**
 * Linear between order statistics (type 7 of Hyndman and Fan 1996; numpy's default).
 * @param sorted rising, at least one
 * @param share 0..1
 */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const at = share * (sorted.length - 1)
  const low = Math.floor(at)
  const below = sorted[low] as number
  const above = sorted[Math.min(low + 1, sorted.length - 1)] as number
  return below + (at - low) * (above - below)
}
