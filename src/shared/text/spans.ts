import { AppError } from '../errors.ts'
import { offsetMap, sliceCodePoints } from './offsets.ts'
import type { OffsetMap } from './offsets.ts'
import { clamp } from '../clamp.ts'

/** A piece of a text: code points, half-open. `start === end` is a caret. */
export interface Span {
  start: number
  end: number
}

/** A span with the words it stands for: `quote === sliceCodePoints(text, start, end)`, always. */
export interface QuotedSpan extends Span {
  quote: string
}

/** @throws AppError `invalid-input` when the span is not inside the text. */
export function quoteSpan(text: string, start: number, end: number): QuotedSpan {
  const quote = sliceCodePoints(text, start, end)
  const span = { start, end, quote }
  checkSpan(text, span)
  return span
}

/**
 * The one check before a span is written or exported.
 * @throws AppError `invalid-input` naming the offsets and what stands there.
 */
export function checkSpan(text: string, span: QuotedSpan): void {
  const { start, end, quote } = span
  if (!Number.isInteger(start) || !Number.isInteger(end) || start < 0 || end < start) {
    throw new AppError('invalid-input', `${start}-${end} is no span: offsets are whole and rising.`)
  }
  const found = sliceCodePoints(text, start, end)
  if (found !== quote || [...found].length !== end - start) {
    throw new AppError(
      'invalid-input',
      `The quote ${brief(quote)} is not what stands at ${start}-${end}: ${brief(found)}.`,
      'Offsets count Unicode code points from 0, the end is exclusive.',
    )
  }
}

const brief = (text: string): string =>
  JSON.stringify([...text].length > 60 ? `${[...text].slice(0, 60).join('')}...` : text)

export type MoveUnit = 'word' | 'grapheme'
export type SpanEdge = 'start' | 'end'
/** In reading order of the text, not on the screen: `forward` is to the left in Arabic. */
export type MoveDirection = 'forward' | 'backward'

/**
 * A text cut into words and graphemes (Unicode UAX #29 with the dictionaries of ICU for Thai,
 * Chinese, Japanese ...). Make it once for a text that is being labeled; every move is then a few
 * look-ups. All offsets are code points.
 */
export interface TextIndex {
  readonly text: string
  readonly offsets: OffsetMap
  /** Where words (letters, digits, emoji; not spaces or punctuation) begin and end, rising. */
  readonly wordStarts: Int32Array
  readonly wordEnds: Int32Array
  /** The first and last places that are not white space; both 0 in a blank text. */
  readonly inkStart: number
  readonly inkEnd: number
  /** The grapheme that holds the code point, or null past the end. */
  graphemeAt(codePoint: number): Span | null
  /** The segment (word, run of space, sign) that holds the code point, or null past the end. */
  segmentAt(codePoint: number): (Span & { blank: boolean }) | null
}

const graphemeSegmenter = new Intl.Segmenter('und', { granularity: 'grapheme' })
const wordSegmenters = new Map<string, Intl.Segmenter>()

function wordSegmenter(locale: string): Intl.Segmenter {
  let segmenter = wordSegmenters.get(locale)
  if (!segmenter) {
    try {
      segmenter = new Intl.Segmenter(locale, { granularity: 'word' })
    } catch {
      // A page may claim any language; cutting words does not depend on a valid claim.
      segmenter = new Intl.Segmenter('und', { granularity: 'word' })
    }
    // Pages name many languages; a handful is in use.
    if (wordSegmenters.size > 50) wordSegmenters.clear()
    wordSegmenters.set(locale, segmenter)
  }
  return segmenter
}

const BLANK = /^\s*$/u
const EMOJI = /\p{Extended_Pictographic}/u

/** @param locale a BCP 47 tag of the text's language, where known; a wrong tag does no harm. */
export function indexText(text: string, locale = 'und'): TextIndex {
  const offsets = offsetMap(text)
  const starts: number[] = []
  const ends: number[] = []
  const bounds: number[] = []
  const blanks: boolean[] = []
  let inkStart = -1
  let inkEnd = 0
  for (const { segment, index, isWordLike } of wordSegmenter(locale).segment(text)) {
    const start = offsets.toCodePoints(index)
    const end = offsets.toCodePoints(index + segment.length)
    const blank = BLANK.test(segment)
    bounds.push(start)
    blanks.push(blank)
    if (blank) continue
    if (inkStart < 0) inkStart = start
    inkEnd = end
    if (isWordLike || EMOJI.test(segment)) {
      starts.push(start)
      ends.push(end)
    }
  }
  const graphemes = graphemeSegmenter.segment(text)
  return {
    text,
    offsets,
    wordStarts: Int32Array.from(starts),
    wordEnds: Int32Array.from(ends),
    inkStart: Math.max(inkStart, 0),
    inkEnd,
    graphemeAt(codePoint) {
      const at = codePoint < 0 ? undefined : graphemes.containing(offsets.toUnits(codePoint))
      if (!at || codePoint >= offsets.codePoints) return null
      return {
        start: offsets.toCodePoints(at.index),
        end: offsets.toCodePoints(at.index + at.segment.length),
      }
    },
    segmentAt(codePoint) {
      if (codePoint < 0 || codePoint >= offsets.codePoints) return null
      const place = lastAtOrBelow(bounds, codePoint)
      return {
        start: bounds[place] as number,
        end: bounds[place + 1] ?? offsets.codePoints,
        blank: blanks[place] as boolean,
      }
    },
  }
}

/** Place of the last of the rising values that is not above `limit`; -1 = none. */
function lastAtOrBelow(values: ArrayLike<number>, limit: number): number {
  let low = 0
  let high = values.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((values[middle] as number) <= limit) low = middle + 1
    else high = middle
  }
  return low - 1
}

const indexed = (text: string | TextIndex): TextIndex =>
  typeof text === 'string' ? indexText(text) : text

/** Without white space at its edges. A blank span becomes a caret at its start. */
export function trimSpan(text: string | TextIndex, span: Span): Span {
  const source = typeof text === 'string' ? text : text.text
  const offsets = typeof text === 'string' ? offsetMap(text) : text.offsets
  const from = offsets.toUnits(span.start)
  const words = source.slice(from, offsets.toUnits(span.end))
  const trimmed = words.trim()
  if (trimmed === '') return { start: span.start, end: span.start }
  const lead = words.length - words.trimStart().length
  return {
    start: offsets.toCodePoints(from + lead),
    end: offsets.toCodePoints(from + lead + trimmed.length),
  }
}

/**
 * What a mouse selection means: no white space at the edges, and no word, emoji or sign cut in two
 * (edges move outwards). A caret takes the word it stands in or at; between spaces it stays.
 */
export function snapToWords(text: string | TextIndex, span: Span): Span {
  const index = indexed(text)
  let { start, end } = ordered(index, span)
  if (start === end) {
    const after = index.segmentAt(start)
    const before = index.segmentAt(start - 1)
    const held = after && !after.blank ? after : before && !before.blank ? before : null
    return held ? { start: held.start, end: held.end } : { start, end }
  }
  ;({ start, end } = trimSpan(index, { start, end }))
  if (start === end) return { start, end }
  return {
    start: index.segmentAt(start)?.start ?? start,
    end: index.segmentAt(end - 1)?.end ?? end,
  }
}

/** As selected, but no grapheme (emoji sequence, letter with its marks, CR LF) cut in two. */
export function snapToGraphemes(text: string | TextIndex, span: Span): Span {
  const index = indexed(text)
  const { start, end } = ordered(index, span)
  const from = index.graphemeAt(start)?.start ?? start
  return { start: from, end: start === end ? from : (index.graphemeAt(end - 1)?.end ?? end) }
}

function ordered(index: TextIndex, span: Span): Span {
  const max = index.offsets.codePoints
  const [low, high] = span.start <= span.end ? [span.start, span.end] : [span.end, span.start]
  return { start: clamp(low, 0, max), end: clamp(high, 0, max) }
}

/**
 * Moves one edge by a word or a grapheme. The span keeps at least one unit: where the edge cannot
 * move, the same span comes back. By word, a start stops where words begin and an end where they
 * end; past the outermost word it takes the signs that stand there, not the white space.
 */
export function moveEnd(
  text: string | TextIndex,
  span: Span,
  edge: SpanEdge,
  direction: MoveDirection,
  unit: MoveUnit,
): Span {
  const index = indexed(text)
  const current = ordered(index, span)
  const place = unit === 'word' ? wordStop : graphemeStop
  const to = place(index, current[edge], edge, direction)
  if (to === null) return current
  const moved = { ...current, [edge]: to }
  return moved.start < moved.end ? moved : current
}

/**
 * Moves the whole span: both edges by one unit. Where one edge cannot move, neither does. By word
 * the number of words is kept.
 */
export function moveSpan(
  text: string | TextIndex,
  span: Span,
  direction: MoveDirection,
  unit: MoveUnit,
): Span {
  const index = indexed(text)
  const current = ordered(index, span)
  const place = unit === 'word' ? wordStop : graphemeStop
  const start = place(index, current.start, 'start', direction)
  const end = place(index, current.end, 'end', direction)
  return start === null || end === null || start >= end ? current : { start, end }
}

function graphemeStop(
  index: TextIndex,
  at: number,
  _edge: SpanEdge,
  direction: MoveDirection,
): number | null {
  const grapheme = index.graphemeAt(direction === 'forward' ? at : at - 1)
  return grapheme && (direction === 'forward' ? grapheme.end : grapheme.start)
}

function wordStop(
  index: TextIndex,
  at: number,
  edge: SpanEdge,
  direction: MoveDirection,
): number | null {
  const stops = edge === 'start' ? index.wordStarts : index.wordEnds
  if (direction === 'forward') {
    const next = stops[lastAtOrBelow(stops, at) + 1]
    if (next !== undefined) return next
    return edge === 'end' && at < index.inkEnd ? index.inkEnd : null
  }
  const previous = stops[lastAtOrBelow(stops, at - 1)]
  if (previous !== undefined) return previous
  return edge === 'start' && at > index.inkStart ? index.inkStart : null
}
