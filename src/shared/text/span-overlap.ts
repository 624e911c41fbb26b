import type { Span } from './spans.ts'

/** Sets of units that spans cover. Half-open; the unit does not matter while both sides share it. */

/** Rising, without empty or overlapping pieces: overlaps and pieces that touch become one. */
export function mergeSpans(spans: readonly Span[]): Span[] {
  const sorted = spans.filter((span) => span.end > span.start).sort((a, b) => a.start - b.start)
  const merged: Span[] = []
  for (const span of sorted) {
    const last = merged.at(-1)
    if (last && span.start <= last.end) last.end = Math.max(last.end, span.end)
    else merged.push({ start: span.start, end: span.end })
  }
  return merged
}

export interface Overlap {
  /** Units in both, in the first, in the second. */
  both: number
  first: number
  second: number
}

/** Sizes of two sets of units. Linear in the number of spans after sorting. */
export function overlap(first: readonly Span[], second: readonly Span[]): Overlap {
  const a = mergeSpans(first)
  const b = mergeSpans(second)
  let both = 0
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    const one = a[i] as Span
    const other = b[j] as Span
    both += Math.max(0, Math.min(one.end, other.end) - Math.max(one.start, other.start))
    if (one.end < other.end) i++
    else j++
  }
  return { both, first: lengthOf(a), second: lengthOf(b) }
}

const lengthOf = (spans: readonly Span[]): number =>
  spans.reduce((sum, span) => sum + span.end - span.start, 0)

/** Intersection over union of two sets of units. Nothing against nothing is 1. */
export function iouOfOverlap({ both, first, second }: Overlap): number {
  const union = first + second - both
  return union === 0 ? 1 : both / union
}
