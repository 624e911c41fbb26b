import { iouOfOverlap, overlap } from '#shared/text/span-overlap.ts'
import type { Span } from '#shared/text/spans.ts'

export { mergeSpans, overlap } from '#shared/text/span-overlap.ts'
export type { Overlap } from '#shared/text/span-overlap.ts'

/**
 * Measures of a predicted span against a labeled one. They do not care for the unit: code points
 * and tokens both work, so long as both spans use the same; reports name it. Spans are half-open.
 *
 * "No description" is null, and so is an empty span. Nothing against nothing is full agreement: 1.
 * Nothing against something is 0. There is never 0/0.
 */
export type MaybeSpan = Span | null

const listOf = (span: MaybeSpan): Span[] => (span === null ? [] : [span])

/** 1 if both are the same span or both are nothing, else 0. */
export function exactMatch(predicted: MaybeSpan, gold: MaybeSpan): number {
  return exactSets(listOf(predicted), listOf(gold))
}

/** 1 if the same spans are there, in any order and however often named, else 0. Not merged. */
export function exactSets(predicted: readonly Span[], gold: readonly Span[]): number {
  const keys = (spans: readonly Span[]): Set<string> =>
    new Set(spans.filter((s) => s.end > s.start).map((s) => `${s.start}-${s.end}`))
  const a = keys(predicted)
  const b = keys(gold)
  return a.size === b.size && [...a].every((key) => b.has(key)) ? 1 : 0
}

/** Intersection over union (Jaccard 1912) of the units of two spans: |A and B| / |A or B|. */
export function iou(predicted: MaybeSpan, gold: MaybeSpan): number {
  return iouOfSets(listOf(predicted), listOf(gold))
}

/** The same for several spans: each side is the set of all units that its spans cover. */
export function iouOfSets(predicted: readonly Span[], gold: readonly Span[]): number {
  return iouOfOverlap(overlap(predicted, gold))
}

export interface PrecisionRecall {
  precision: number
  recall: number
  /** 2 |A and B| / (|A| + |B|) (Dice 1945). */
  f1: number
}

/** Precision, recall and F1 over units. Both empty: all 1; one empty: all 0. */
export function overlapF1(predicted: readonly Span[], gold: readonly Span[]): PrecisionRecall {
  const { both, first, second } = overlap(predicted, gold)
  if (first === 0 && second === 0) return { precision: 1, recall: 1, f1: 1 }
  if (first === 0 || second === 0) return { precision: 0, recall: 0, f1: 0 }
  return { precision: both / first, recall: both / second, f1: (2 * both) / (first + second) }
}

/** Spans over tokens to spans over code points and back: the tokens that a span touches. */
export function toTokenSpan(
  span: Span,
  tokenStarts: ArrayLike<number>,
  tokenEnds: ArrayLike<number>,
): MaybeSpan {
  let first = -1
  let last = -1
  for (let token = 0; token < tokenStarts.length; token++) {
    const start = tokenStarts[token] as number
    const end = tokenEnds[token] as number
    // Tokens without extent ([CLS], padding) belong to no span.
    if (end <= start || end <= span.start || start >= span.end) continue
    if (first < 0) first = token
    last = token
  }
  return first < 0 ? null : { start: first, end: last + 1 }
}
