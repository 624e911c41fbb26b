/** Axes on round numbers. Pure. */

/** The next 1, 2 or 5 times a power of ten at or above `rough`. */
export function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough))
  const lead = rough / power
  const nice = lead <= 1.0000001 ? 1 : lead <= 2.0000001 ? 2 : lead <= 5.0000001 ? 5 : 10
  return nice * power
}

/** About `wanted` ticks on round numbers within lo..hi, ends included where they are round. */
export function ticks(lo: number, hi: number, wanted: number): number[] {
  if (!(hi > lo)) return [lo]
  const step = niceStep((hi - lo) / Math.max(1, wanted))
  const out: number[] = []
  const first = Math.ceil(lo / step - 1e-9)
  for (let i = first; i * step <= hi + step * 1e-9; i++) {
    out.push(Number((i * step).toPrecision(12)))
  }
  return out
}

/** Where an axis begins and ends, and its ticks. */
export interface AxisSpan {
  lo: number
  hi: number
  ticks: number[]
}

/** An axis on round numbers around the values; both ends are ticks. Empty values give 0..1. */
export function axisFor(values: readonly number[], wanted: number, from?: number): AxisSpan {
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
