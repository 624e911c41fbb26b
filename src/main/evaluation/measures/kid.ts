import type { Random } from '#shared/random.ts'
import { AppError } from '#shared/errors.ts'
import { dots } from './dots.ts'
import { rowsAt } from './features.ts'
import type { Features } from './features.ts'
import { pairsMultiplied, subsetEstimates } from './kid-subsets.ts'
import type { Subset } from './kid-subsets.ts'

export interface Kid {
  /** Mean over the subsets. */
  value: number
  /** Standard deviation over the subsets, divided by their number as numpy's `std`. */
  sd: number
  /** 95 %, normal, from the jackknife over at most `INTERVAL_ROWS` rows a side. */
  interval: [number, number]
  subsets: number
  subsetSize: number
}

/** The interval's work grows with the square of these; more rows would make it narrower. */
export const INTERVAL_ROWS = 2000

/** How many subsets of how many rows, as Binkowski et al. 2018 and clean-fid take them. */
export const KID_SUBSETS = 100
export const KID_SUBSET_SIZE = 1000

/**
 * Kernel inception distance (Binkowski et al. 2018): the unbiased estimate of the squared maximum
 * mean discrepancy (Gretton et al. 2012) with the kernel (x . y / dim + 1)^3, mean over subsets.
 * Unbiased, so it can be below zero, and of a set against itself is.
 *
 * The spread over subsets says how much a draw of that size varies; where a subset is all there is,
 * it is zero and says nothing. The interval is the jackknife's (Arvesen 1969) about the estimate of
 * all rows, or of the first `INTERVAL_ROWS` of a draw where there are more.
 *
 * @throws AppError `invalid-input` for features of different lengths, or fewer than two rows
 */
export function kid(
  a: Features,
  b: Features,
  subsets: readonly Subset[],
  random: Random,
  step?: (done: number, total: number) => void,
): Kid {
  checkPair(a, b)
  const subsetSize = subsets[0]?.a.length ?? 0
  const { together, apart } = pairsMultiplied(a, b, subsets)
  // Where subsets overlap, each pair of rows is looked at once for all of them.
  const estimates =
    together < apart
      ? subsetEstimates(a, b, subsets, (done, total) => step?.(done, total + 1))
      : subsets.map((subset, done) => {
          step?.(done, subsets.length + 1)
          return estimate(a, b, subset).value
        })
  step?.(1, 1)
  const whole = estimate(a, b, {
    a: drawRows(a.rows, Math.min(a.rows, INTERVAL_ROWS), random),
    b: drawRows(b.rows, Math.min(b.rows, INTERVAL_ROWS), random),
  })
  const margin = NORMAL_95 * whole.error
  const value = mean(estimates)
  return {
    value,
    sd: Math.sqrt(mean(estimates.map((one) => (one - value) ** 2))),
    interval: [whole.value - margin, whole.value + margin],
    subsets: subsets.length,
    subsetSize,
  }
}

/** Quantile 0.975 of the normal distribution. */
const NORMAL_95 = 1.959963984540054

/** The draws: rows without repetition, of each side for each subset. */
export function drawSubsets(a: Features, b: Features, random: Random): Subset[] {
  const size = Math.min(a.rows, b.rows, KID_SUBSET_SIZE)
  return Array.from({ length: KID_SUBSETS }, () => ({
    a: drawRows(a.rows, size, random),
    b: drawRows(b.rows, size, random),
  }))
}

/** `count` of `n` rows, each at most once, in the order of the draw. */
export function drawRows(n: number, count: number, random: Random): Int32Array {
  const all = Int32Array.from({ length: n }, (_, i) => i)
  random.shuffle(all)
  return all.subarray(0, count)
}

/** The unbiased estimate of one pair of subsets, and the jackknife's standard error of it. */
export function estimate(
  a: Features,
  b: Features,
  subset: Subset,
): { value: number; error: number } {
  const [n, m] = [subset.a.length, subset.b.length]
  const [x, y] = [rowsAt(a, subset.a), rowsAt(b, subset.b)]
  const own = kernelSums(x, n, x, n, a.dim, true)
  const theirs = kernelSums(y, m, y, m, a.dim, true)
  const between = kernelSums(x, n, y, m, a.dim, false)
  const [xx, yy, xy] = [total(own.rows), total(theirs.rows), total(between.rows)]
  const value = xx / (n * (n - 1)) + yy / (m * (m - 1)) - (2 * xy) / (n * m)

  // Each estimate without one row follows from that row's sums.
  const without = (
    sums: Float64Array,
    all: number,
    count: number,
    across: Float64Array,
    other: number,
    rest: number,
  ): number => {
    if (count < 3) return NaN
    const left = Float64Array.from(sums, (row, i) => {
      const inner = (all - 2 * row) / ((count - 1) * (count - 2))
      return inner - (2 * (xy - (across[i] as number))) / ((count - 1) * other) + rest
    })
    const middle = mean(left)
    return ((count - 1) / count) * total(left.map((one) => (one - middle) ** 2))
  }
  const variance =
    without(own.rows, xx, n, between.rows, m, yy / (m * (m - 1))) +
    without(theirs.rows, yy, m, between.columns, n, xx / (n * (n - 1)))
  return { value, error: Math.sqrt(variance) }
}

/** Sums of the kernel over each row and each column; `isOwn` leaves a row with itself out. */
function kernelSums(
  x: Float64Array,
  n: number,
  y: Float64Array,
  m: number,
  dim: number,
  isOwn: boolean,
): { rows: Float64Array; columns: Float64Array } {
  const products = new Float64Array(n * m)
  dots(x, n, y, m, dim, products, isOwn)
  const rows = new Float64Array(n)
  const columns = new Float64Array(m)
  for (let i = 0; i < n; i++) {
    let sum = 0
    for (let j = 0; j < m; j++) {
      if (isOwn && i === j) continue
      const kernel = ((products[i * m + j] as number) / dim + 1) ** 3
      sum += kernel
      columns[j] = (columns[j] as number) + kernel
    }
    rows[i] = sum
  }
  return { rows, columns }
}

function checkPair(a: Features, b: Features): void {
  if (a.dim !== b.dim) {
    throw new AppError(
      'invalid-input',
      `Features of ${a.dim} and of ${b.dim} numbers cannot be compared`,
      'Take the features of one model for both sides.',
    )
  }
  if (a.rows < 2 || b.rows < 2) {
    throw new AppError(
      'invalid-input',
      'KID needs at least two pictures on each side',
      'Give more pictures.',
    )
  }
}

function total(values: Float64Array | readonly number[]): number {
  let sum = 0
  for (const value of values) sum += value
  return sum
}

function mean(values: Float64Array | readonly number[]): number {
  return total(values) / values.length
}
