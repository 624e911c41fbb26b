import { niceStep, ticks } from '../../state/cutoff-math.ts'

export interface Axis {
  lo: number
  hi: number
  ticks: number[]
}

/** An axis on round numbers around the values; both ends are ticks. Empty values give 0..1. */
export function axisFor(values: readonly number[], wanted: number, from?: number): Axis {
  let lo = from ?? Infinity
  let hi = -Infinity
  for (const value of values) {
    if (!Number.isFinite(value)) continue
    if (value < lo) lo = value
    if (value > hi) hi = value
  }
  if (!Number.isFinite(lo) || !Number.isFinite(hi)) return { lo: 0, hi: 1, ticks: [0, 0.5, 1] }
  // Values that floating point hardly tells apart get some room.
  const least = Math.max(Math.abs(lo), Math.abs(hi)) * 1e-9
  if (!(hi - lo > Math.max(least, 1e-12))) hi = lo + (least > 1e-12 ? least * 1e8 : 1)
  const step = niceStep((hi - lo) / Math.max(1, wanted))
  const first = Math.floor(lo / step + 1e-9)
  const last = Math.ceil(hi / step - 1e-9)
  const marks = Array.from({ length: last - first + 1 }, (_, i) =>
    Number(((first + i) * step).toPrecision(12)),
  )
  return { lo: marks[0] as number, hi: marks.at(-1) as number, ticks: marks }
}

/** Ticks of an axis of whole numbers: epochs, counts. */
export function wholeTicks(lo: number, hi: number, wanted: number): number[] {
  return [...new Set(ticks(lo, hi, wanted).filter((tick) => Number.isInteger(tick)))]
}

/** As many decimals as tell the ticks apart, at most four. */
export function digitsFor(marks: readonly number[]): number {
  for (let digits = 0; digits < 4; digits++) {
    if (marks.every((mark) => Math.abs(mark - Number(mark.toFixed(digits))) < 1e-9)) return digits
  }
  return 4
}

/** Counts by cell, rows from the least value up. */
export interface Density {
  columns: number
  rows: number
  counts: readonly number[]
  n: number
}

/**
 * Joins cells so that a few points do not fall apart into specks: at most one and a half times the
 * square root of n cells a side (8 at least), halving while both sides are even.
 */
export function coarser(density: Density): Density {
  const wanted = Math.max(8, 1.5 * Math.sqrt(density.n))
  let now = density
  while (now.columns > wanted && now.columns % 2 === 0 && now.rows % 2 === 0) {
    const columns = now.columns / 2
    const rows = now.rows / 2
    const counts = new Array<number>(columns * rows).fill(0)
    now.counts.forEach((n, i) => {
      const row = Math.floor(i / now.columns) >> 1
      const column = (i % now.columns) >> 1
      const at = row * columns + column
      counts[at] = (counts[at] as number) + n
    })
    now = { columns, rows, counts, n: now.n }
  }
  return now
}

/** Where a count stands between 1 and the largest on a log scale, 0..1. */
export function logShade(count: number, max: number): number {
  if (count <= 0) return 0
  return max <= 1 ? 1 : Math.log(count) / Math.log(max)
}

/** Places at the right end of lines, moved apart so that labels of `height` do not overlap. */
export function spreadLabels(places: readonly number[], height: number, lo: number, hi: number) {
  const order = places.map((at, i) => ({ at, i })).sort((a, b) => a.at - b.at)
  let next = lo
  for (const item of order) {
    item.at = Math.max(item.at, next)
    next = item.at + height
  }
  // Back up from the lower end where they ran over it.
  let last = hi
  for (const item of [...order].reverse()) {
    item.at = Math.min(item.at, last)
    last = item.at - height
  }
  const out = new Array<number>(places.length)
  for (const { at, i } of order) out[i] = at
  return out
}
