import { ranks } from '#shared/statistics.ts'
import { normalP } from '../distributions.ts'
import type { Alternative } from '../distributions.ts'
import { checkNumbers, defined, notDefined } from '../outcome.ts'
import type { Gap, Outcome } from '../outcome.ts'

export interface MannWhitney {
  /** Of the first sample: pairs in which it is the greater, a tie counting half. */
  u: number
  p: number
  method: 'exact' | 'normal'
  /** u / (n1 n2): the chance that one of the first is greater than one of the second. */
  superiority: number
  n1: number
  n2: number
}

/**
 * Mann and Whitney's test of two independent samples (1947). Exact where one side has at most 8
 * values and none are tied, else by the normal approximation, corrected for ties and continuity (as
 * scipy does it). n = values of both sides without gaps. For ratings of the same prompts take a
 * paired test.
 */
export function mannWhitney(
  a: readonly (number | Gap)[],
  b: readonly (number | Gap)[],
  alternative: Alternative = 'two-sided',
): Outcome<MannWhitney> {
  checkNumbers(a, 'values')
  checkNumbers(b, 'values')
  const x = a.filter((value) => value !== null)
  const y = b.filter((value) => value !== null)
  const [n1, n2] = [x.length, y.length]
  const n = n1 + n2
  if (n1 === 0 || n2 === 0) return notDefined(n, 'One of the two sides has no values.')
  const all = Float64Array.from([...x, ...y])
  const rank = ranks(all)
  let u = (-n1 * (n1 + 1)) / 2
  for (let i = 0; i < n1; i++) u += rank[i] as number
  const counts = new Map<number, number>()
  for (const value of all) counts.set(value, (counts.get(value) ?? 0) + 1)
  if (counts.size === 1) return notDefined(n, 'All values are alike.')
  const exact = Math.min(n1, n2) <= 8 && counts.size === n
  const found = { u, superiority: u / (n1 * n2), n1, n2 }
  if (exact)
    return defined(n, { ...found, p: exactP(u, n1, n2, alternative), method: 'exact' as const })
  let tied = 0
  for (const count of counts.values()) tied += count ** 3 - count
  const error = Math.sqrt(((n1 * n2) / 12) * (n + 1 - tied / (n * (n - 1))))
  const of = (side: number): number => normalP((side - (n1 * n2) / 2 - 0.5) / error, 'greater')
  const p =
    alternative === 'greater'
      ? of(u)
      : alternative === 'less'
        ? of(n1 * n2 - u)
        : Math.min(1, 2 * of(Math.max(u, n1 * n2 - u)))
  return defined(n, { ...found, p, method: 'normal' as const })
}

/** By the number of orders of n1 and n2 values with each u, as shares of all. */
function exactP(u: number, n1: number, n2: number, alternative: Alternative): number {
  const few = Math.min(n1, n2)
  const many = Math.max(n1, n2)
  // ways[i][s]: i of the few have been placed and beat s of the many.
  const ways = Array.from({ length: few + 1 }, () => new Float64Array(few * many + 1))
  ;(ways[0] as Float64Array)[0] = 1
  // A partition of s into at most `few` parts of at most `many`: by parts of size 0..many.
  for (let part = 0; part <= many; part++) {
    for (let i = 1; i <= few; i++) {
      const from = ways[i - 1] as Float64Array
      const to = ways[i] as Float64Array
      for (let s = part; s < to.length; s++) to[s] = (to[s] as number) + (from[s - part] as number)
    }
  }
  const counts = ways[few] as Float64Array
  const total = counts.reduce((sum, count) => sum + count, 0)
  const atLeast = (limit: number): number =>
    counts.reduce((sum, count, s) => (s >= limit ? sum + count : sum), 0) / total
  const greater = atLeast(u)
  const less = atLeast(n1 * n2 - u)
  if (alternative === 'greater') return greater
  if (alternative === 'less') return less
  return Math.min(1, 2 * Math.min(greater, less))
}
