import chisquareCdf from '@stdlib/stats-base-dists-chisquare-cdf'
import fCdf from '@stdlib/stats-base-dists-f-cdf'
import fQuantileOf from '@stdlib/stats-base-dists-f-quantile'
import normalCdfOf from '@stdlib/stats-base-dists-normal-cdf'
import normalQuantileOf from '@stdlib/stats-base-dists-normal-quantile'
import tCdf from '@stdlib/stats-base-dists-t-cdf'
import tQuantileOf from '@stdlib/stats-base-dists-t-quantile'

/** What a test asks: whether the first is other, greater or less than the second. */
export type Alternative = 'two-sided' | 'greater' | 'less'

export const normalCdf = (z: number): number => normalCdfOf(z, 0, 1)
export const normalQuantile = (share: number): number => normalQuantileOf(share, 0, 1)
export const tQuantile = (share: number, df: number): number => tQuantileOf(share, df)
export const fQuantile = (share: number, df1: number, df2: number): number =>
  fQuantileOf(share, df1, df2)

/** p of a standard normal z. */
export function normalP(z: number, alternative: Alternative): number {
  if (alternative === 'greater') return normalCdf(-z)
  if (alternative === 'less') return normalCdf(z)
  return Math.min(1, 2 * normalCdf(-Math.abs(z)))
}

/** p of Student's t. */
export function tP(t: number, df: number, alternative: Alternative): number {
  if (alternative === 'greater') return tCdf(-t, df)
  if (alternative === 'less') return tCdf(t, df)
  return Math.min(1, 2 * tCdf(-Math.abs(t), df))
}

/** Upper tail. Absolute error about 1e-16: what is smaller reads 0. */
export function chiSquareP(x: number, df: number): number {
  return Math.max(0, 1 - chisquareCdf(x, df))
}

/** Upper tail of F: the lower tail of 1/F, which keeps its digits. */
export function fP(f: number, df1: number, df2: number): number {
  return f > 0 ? fCdf(1 / f, df2, df1) : 1
}
