import { pearson, spearman } from '#shared/statistics.ts'
import { normalCdf, normalQuantile, tP } from '../distributions.ts'
import { checkLevel, completePairs, defined, notDefined } from '../outcome.ts'
import type { Gap, Interval, Outcome } from '../outcome.ts'

export interface Correlation {
  r: number
  /** Two-sided, by Student's t. */
  p: number
  /** By Fisher's z (Spearman: with the variance of Bonett and Wright 2000); null below 4 pairs or at 1 and -1. */
  interval: Interval | null
  leftOut: number
}

/**
 * Pearson's or Spearman's correlation with p and interval. n = pairs without a gap. Not defined
 * below 3 pairs, or where one side does not vary.
 */
export function correlation(
  x: readonly (number | Gap)[],
  y: readonly (number | Gap)[],
  kind: 'pearson' | 'spearman',
  level = 0.95,
): Outcome<Correlation> {
  checkLevel(level)
  const pairs = completePairs(x, y)
  const n = pairs.x.length
  if (n < 3) return notDefined(n, 'A correlation needs at least three pairs.')
  const r = (kind === 'pearson' ? pearson : spearman)(
    Float64Array.from(pairs.x),
    Float64Array.from(pairs.y),
  )
  if (r === null) return notDefined(n, 'One of the two sides does not vary.')
  const t = r * Math.sqrt((n - 2) / ((1 - r) * (1 + r)))
  return defined(n, {
    r,
    p: Math.abs(r) === 1 ? 0 : tP(t, n - 2, 'two-sided'),
    interval: fisher(r, n, kind === 'pearson' ? 1 : 1 + (r * r) / 2, level),
    leftOut: pairs.leftOut,
  })
}

function fisher(r: number, n: number, inflation: number, level: number): Interval | null {
  if (n < 4 || Math.abs(r) >= 1) return null
  const half = normalQuantile((1 + level) / 2) * Math.sqrt(inflation / (n - 3))
  return { low: Math.tanh(Math.atanh(r) - half), high: Math.tanh(Math.atanh(r) + half) }
}

export interface KendallTau {
  tau: number
  p: number
  method: 'exact' | 'normal'
  leftOut: number
}

/**
 * Kendall's tau-b, or Stuart's tau-c for tables that are not square, with ties, and a two-sided p:
 * exact without ties up to 33 pairs (or where all but one pair agree), else by the normal
 * approximation with the variance under ties (Kendall 1970; as scipy does it). n = pairs without a
 * gap. Pairs are counted by sorting (Knight 1966), in n log n.
 */
export function kendallTau(
  x: readonly (number | Gap)[],
  y: readonly (number | Gap)[],
  variant: 'b' | 'c' = 'b',
): Outcome<KendallTau> {
  const pairs = completePairs(x, y)
  const n = pairs.x.length
  if (n < 2) return notDefined(n, 'A rank correlation needs at least two pairs.')
  const total = (n * (n - 1)) / 2
  const order = inOrder(pairs)
  const a = tieSums(pairs.x)
  const b = tieSums(pairs.y)
  if (a.pairs === total || b.pairs === total) {
    return notDefined(n, 'One of the two sides does not vary.')
  }
  const discordant = inversions(order.y)
  const excess = total - a.pairs - b.pairs + jointTies(order) - 2 * discordant
  const classes = Math.min(a.classes, b.classes)
  const tau =
    variant === 'b'
      ? excess / Math.sqrt(total - a.pairs) / Math.sqrt(total - b.pairs)
      : (2 * excess) / ((n * n * (classes - 1)) / classes)
  const clamped = Math.max(-1, Math.min(1, tau))
  const untied = a.pairs === 0 && b.pairs === 0
  if (untied && (n <= 33 || Math.min(discordant, total - discordant) <= 1)) {
    return defined(n, {
      tau: clamped,
      p: exactP(n, Math.min(discordant, total - discordant)),
      method: 'exact' as const,
      leftOut: pairs.leftOut,
    })
  }
  const m = n * (n - 1)
  const variance =
    (m * (2 * n + 5) - a.fives - b.fives) / 18 +
    (2 * a.pairs * b.pairs) / m +
    (a.triples * b.triples) / (9 * m * (n - 2) || 1)
  return defined(n, {
    tau: clamped,
    p: Math.min(1, 2 * normalCdf(-Math.abs(excess) / Math.sqrt(variance))),
    method: 'normal' as const,
    leftOut: pairs.leftOut,
  })
}

type Pairs = { x: readonly number[]; y: readonly number[] }

/** By x, and where that is equal by y. */
function inOrder({ x, y }: Pairs): { x: Float64Array; y: Float64Array } {
  const places = Array.from(x.keys()).sort(
    (i, j) => (x[i] as number) - (x[j] as number) || (y[i] as number) - (y[j] as number),
  )
  return {
    x: Float64Array.from(places, (i) => x[i] as number),
    y: Float64Array.from(places, (i) => y[i] as number),
  }
}

/** Pairs that are equal on both sides. @param order as `inOrder` gives it */
function jointTies({ x, y }: { x: Float64Array; y: Float64Array }): number {
  let pairs = 0
  let run = 1
  for (let i = 1; i <= x.length; i++) {
    if (i < x.length && x[i] === x[i - 1] && y[i] === y[i - 1]) run++
    else {
      pairs += (run * (run - 1)) / 2
      run = 1
    }
  }
  return pairs
}

/** Pairs of which the earlier is the greater, by merging halves. */
function inversions(values: Float64Array): number {
  let from = values.slice()
  let to = new Float64Array(from.length)
  let count = 0
  for (let width = 1; width < from.length; width *= 2) {
    for (let start = 0; start < from.length; start += 2 * width) {
      const middle = Math.min(start + width, from.length)
      const end = Math.min(start + 2 * width, from.length)
      let [left, right] = [start, middle]
      for (let k = start; k < end; k++) {
        const takesLeft =
          left < middle && (right >= end || (from[left] as number) <= (from[right] as number))
        if (!takesLeft) count += middle - left
        to[k] = (takesLeft ? from[left++] : from[right++]) as number
      }
    }
    ;[from, to] = [to, from]
  }
  return count
}

function tieSums(
  values: readonly number[],
): Record<'pairs' | 'triples' | 'fives' | 'classes', number> {
  const counts = new Map<number, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  const sums = { pairs: 0, triples: 0, fives: 0, classes: counts.size }
  for (const t of counts.values()) {
    sums.pairs += (t * (t - 1)) / 2
    sums.triples += t * (t - 1) * (t - 2)
    sums.fives += t * (t - 1) * (2 * t + 5)
  }
  return sums
}

/** Twice the share of orders of n with at most `few` inversions. */
function exactP(n: number, few: number): number {
  if (4 * few === n * (n - 1)) return 1
  // Shares of the orders of 1..j with each number of inversions, by placing the j-th.
  let shares = new Float64Array(few + 1)
  shares[0] = 1
  for (let j = 2; j <= n; j++) {
    const next = new Float64Array(few + 1)
    let window = 0
    for (let k = 0; k <= few; k++) {
      window += shares[k] as number
      if (k >= j) window -= shares[k - j] as number
      next[k] = window / j
    }
    shares = next
  }
  return Math.min(1, 2 * shares.reduce((sum, share) => sum + share, 0))
}
