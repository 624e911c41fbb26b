import { niceStep } from '#shared/axis.ts'

/** What the cutoff instrument computes between two frames, from a fine histogram. */
export interface Histogram {
  lo: number
  hi: number
  counts: readonly number[]
  n: number
}

/** Counts above each bin edge: `above[i]` = pairs in bins i..end; length counts + 1. */
export function cumulativeAbove(histogram: Histogram): Float64Array {
  const { counts } = histogram
  const above = new Float64Array(counts.length + 1)
  for (let i = counts.length - 1; i >= 0; i--) {
    above[i] = (above[i + 1] as number) + (counts[i] as number)
  }
  return above
}

/** Pairs at or above a cosine; within a bin taken as evenly spread, so an estimate. */
export function estimateAbove(histogram: Histogram, above: Float64Array, cosine: number): number {
  const bins = histogram.counts.length
  const width = histogram.hi - histogram.lo
  if (bins === 0 || histogram.n === 0) return 0
  if (cosine <= histogram.lo) return histogram.n
  if (cosine > histogram.hi) return 0
  if (width <= 0) return histogram.n
  const at = ((cosine - histogram.lo) / width) * bins
  const bin = Math.min(bins - 1, Math.floor(at))
  const inside = 1 - (at - bin)
  return Math.round((above[bin + 1] as number) + (histogram.counts[bin] as number) * inside)
}

/** The cosine that keeps a share (0..1), by linear search within the bin; an estimate. */
export function estimateCutoff(histogram: Histogram, above: Float64Array, share: number): number {
  const bins = histogram.counts.length
  if (bins === 0 || histogram.n === 0) return histogram.lo
  const wanted = Math.min(1, Math.max(0, share)) * histogram.n
  let low = 0
  let high = bins
  while (low < high) {
    const mid = (low + high) >> 1
    if ((above[mid] as number) > wanted) low = mid + 1
    else high = mid
  }
  const edge = low
  const step = (histogram.hi - histogram.lo) / bins
  if (edge === 0) return histogram.lo
  const inBin = histogram.counts[edge - 1] as number
  const missing = wanted - (above[edge] as number)
  const part = inBin > 0 ? missing / inBin : 0
  return histogram.lo + step * (edge - part)
}

/** Joins bins to at most `wanted`; the number of fine bins must be a multiple for equal widths. */
export function rebin(histogram: Histogram, wanted: number): Histogram {
  const bins = histogram.counts.length
  let group = Math.max(1, Math.ceil(bins / Math.max(1, wanted)))
  while (bins % group !== 0) group++
  if (group === 1) return histogram
  const counts: number[] = []
  for (let i = 0; i < bins; i += group) {
    let sum = 0
    for (let j = i; j < i + group; j++) sum += histogram.counts[j] as number
    counts.push(sum)
  }
  return { ...histogram, counts }
}

/**
 * How many bins show n scores on a chart of that width: about twice the square root of n, so that
 * few scores do not fall apart into single bars, and no bar is thinner than 4 px. The steps divide
 * a thousand fine bins evenly.
 */
export function binsFor(n: number, width: number): number {
  const wanted = Math.min(2 * Math.sqrt(n), width / 4)
  const steps = [20, 25, 40, 50, 100, 125, 200]
  return steps.findLast((step) => step <= wanted) ?? 20
}

/** A span of round numbers around the data, so that bins and ticks fall on readable places. */
export function niceSpan(min: number, max: number): { lo: number; hi: number } {
  if (!(max > min)) return { lo: min - 0.05, hi: min + 0.05 }
  const step = niceStep((max - min) / 20)
  return {
    lo: Number((Math.floor(min / step) * step).toFixed(6)),
    hi: Number((Math.ceil(max / step) * step).toFixed(6)),
  }
}

/** Ticks of a counting axis on a log scale: 1, 10, 100, ... up to the first at or above max. */
export function logTicks(max: number): number[] {
  const out = [1]
  while ((out.at(-1) as number) < max) out.push((out.at(-1) as number) * 10)
  return out
}

/** Height of a count in 0..1 of the axis. On the log scale 0 stands at the bottom, 1 just above. */
export function heightOf(value: number, max: number, log: boolean): number {
  if (max <= 0 || value <= 0) return 0
  if (!log) return value / max
  return Math.log10(1 + value) / Math.log10(1 + max)
}

/**
 * Reads what a person types into the cutoff: `0.283`, `.28`, `-0.1` is a cosine; `20 %` or
 * `top 20%` is the share that is kept; `p80` is the percentile (80 % lie below it).
 */
export type Typed = { kind: 'cosine'; cosine: number } | { kind: 'share'; share: number }

export function parseTyped(text: string): Typed | null {
  const clean = text
    .trim()
    .toLowerCase()
    .replace(/\u2212/g, '-')
    .replace(/\s+/g, ' ')
  const percentile = /^p ?(\d+(?:\.\d+)?)$/.exec(clean)
  if (percentile) {
    const p = Number(percentile[1])
    return p <= 100 ? { kind: 'share', share: 1 - p / 100 } : null
  }
  const share = /^(?:top |keep )?(\d+(?:\.\d+)?) ?%$/.exec(clean)
  if (share) {
    const p = Number(share[1])
    return p <= 100 ? { kind: 'share', share: p / 100 } : null
  }
  if (!/^[+-]?(\d+\.?\d*|\.\d+)$/.test(clean)) return null
  const value = Number(clean)
  return value >= -1 && value <= 1 ? { kind: 'cosine', cosine: value } : null
}

/** A cosine on the grid of the instrument (three decimals unless told otherwise). */
export function snap(cosine: number, step = 0.001): number {
  return Number((Math.round(cosine / step) * step).toFixed(6))
}
