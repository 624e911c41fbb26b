import type { SpanPlace } from '#shared/contract/index.ts'
import {
  CONTEXT_SOURCES,
  contextSources,
  type ContextSource,
  type ContextTexts,
} from '#shared/text/context.ts'
import {
  indexText,
  moveEnd,
  moveSpan,
  snapToGraphemes,
  snapToWords,
  type MoveDirection,
  type Span,
  type SpanEdge,
  type TextIndex,
} from '#shared/text/spans.ts'
import { lowerBound } from '#shared/sorted.ts'

/** Words of one text of the pair: code points, half-open. */
export interface Place extends Span {
  source: ContextSource
}

/** A point between two code points of one text. */
export interface TextPoint {
  source: ContextSource
  at: number
}

export type StepUnit = 'character' | 'word' | 'sentence'

/** One text of a pair, cut once, so that every key is a few look-ups. */
export interface WordsPart {
  source: ContextSource
  text: string
  index: TextIndex
  /** Sentences without the white space around them, rising. */
  sentences: readonly Span[]
  /** Read from right to left, by its first strong sign. */
  rtl: boolean
}

export interface PairWords {
  parts: readonly WordsPart[]
}

/** By language: a Greek question ends with `;`, a Hindi sentence with a danda. */
const sentenceCutters = new Map<string, Intl.Segmenter>()
function sentenceCutter(language: string): Intl.Segmenter {
  const known = sentenceCutters.get(language)
  if (known) return known
  let made: Intl.Segmenter
  try {
    made = new Intl.Segmenter(language, { granularity: 'sentence' })
  } catch {
    // A page may say anything.
    made = new Intl.Segmenter('und', { granularity: 'sentence' })
  }
  if (sentenceCutters.size > 50) sentenceCutters.clear()
  sentenceCutters.set(language, made)
  return made
}
const STRONG = /\p{L}/u
const RTL = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u

function readsRightToLeft(text: string): boolean {
  const first = STRONG.exec(text)
  return first !== null && RTL.test(first[0])
}

function cutSentences(text: string, index: TextIndex, language: string): Span[] {
  const sentences: Span[] = []
  for (const { segment, index: unit } of sentenceCutter(language).segment(text)) {
    const words = segment.trim()
    if (words === '') continue
    const lead = segment.length - segment.trimStart().length
    sentences.push({
      start: index.offsets.toCodePoints(unit + lead),
      end: index.offsets.toCodePoints(unit + lead + words.length),
    })
  }
  return sentences
}

/** @param language BCP 47, where the page says it; cuts words where spaces do not. */
export function cutWords(texts: ContextTexts, language: string | null): PairWords {
  const parts: WordsPart[] = []
  for (const source of contextSources(texts)) {
    const text = texts[source]
    if (!text || text.trim() === '') continue
    const index = indexText(text, language ?? 'und')
    parts.push({
      source,
      text,
      index,
      sentences: cutSentences(text, index, language ?? 'und'),
      rtl: readsRightToLeft(text),
    })
  }
  return { parts }
}

export function partOf(words: PairWords, source: ContextSource): WordsPart | undefined {
  return words.parts.find((part) => part.source === source)
}

/** A place with the words that stand there, as it is written down. */
export function quoted(words: PairWords, place: Place): SpanPlace {
  const { source, start, end } = place
  const part = partOf(words, source)
  const quote = part
    ? part.text.slice(part.index.offsets.toUnits(start), part.index.offsets.toUnits(end))
    : ''
  return { source, start, end, quote }
}

export function samePlace(a: Place, b: Place): boolean {
  return a.source === b.source && a.start === b.start && a.end === b.end
}

export function overlap(a: Place, b: Place): boolean {
  return a.source === b.source && a.start < b.end && b.start < a.end
}

/** In the order in which they are read. */
export function byPlace(a: Place, b: Place): number {
  return (
    CONTEXT_SOURCES.indexOf(a.source) - CONTEXT_SOURCES.indexOf(b.source) ||
    a.start - b.start ||
    a.end - b.end
  )
}

/** Number of words in a place; signs alone count as none. */
export function wordCount(words: PairWords, place: Place): number {
  const part = partOf(words, place.source)
  if (!part) return 0
  return lowerBound(part.index.wordStarts, place.end) - firstWordEndingAfter(part, place.start)
}

function firstWordEndingAfter(part: WordsPart, at: number): number {
  return lowerBound(part.index.wordEnds, at + 1)
}

/** Moves one edge; never across the end of its text. The same place comes back where it cannot. */
export function moveEdge(
  words: PairWords,
  place: Place,
  edge: SpanEdge,
  direction: MoveDirection,
  unit: StepUnit,
): Place {
  const part = partOf(words, place.source)
  if (!part) return place
  if (unit === 'sentence') {
    const stops = part.sentences.map((sentence) => sentence[edge])
    const at = place[edge]
    const to =
      direction === 'forward' ? stops[lowerBound(stops, at + 1)] : stops[lowerBound(stops, at) - 1]
    if (to === undefined) return place
    const moved = { ...place, [edge]: to }
    return moved.start < moved.end ? moved : place
  }
  const moved = moveEnd(part.index, place, edge, direction, unit === 'word' ? 'word' : 'grapheme')
  return moved.start === place.start && moved.end === place.end ? place : { ...place, ...moved }
}

/** Moves both edges. */
export function movePlace(
  words: PairWords,
  place: Place,
  direction: MoveDirection,
  unit: 'word' | 'character',
): Place {
  const part = partOf(words, place.source)
  if (!part) return place
  const moved = moveSpan(part.index, place, direction, unit === 'word' ? 'word' : 'grapheme')
  return moved.start === place.start && moved.end === place.end ? place : { ...place, ...moved }
}

function wordNumber(part: WordsPart, number: number): Place | null {
  const start = part.index.wordStarts[number]
  const end = part.index.wordEnds[number]
  return start === undefined || end === undefined ? null : { source: part.source, start, end }
}

/** Where a cursor begins: at the words nearest to the picture. */
export function firstCursor(words: PairWords): Place | null {
  for (const source of ['caption', 'after', 'alt', 'title'] as const) {
    const part = partOf(words, source)
    const first = part && wordNumber(part, 0)
    if (first) return first
  }
  const before = partOf(words, 'before')
  const last = before?.sentences.at(-1)
  return before && last ? wordNumber(before, firstWordEndingAfter(before, last.start)) : null
}

/** The next word after a place, or the last before it, also in the neighbouring text. */
export function nextWord(words: PairWords, from: Place, direction: MoveDirection): Place | null {
  const at = words.parts.findIndex((part) => part.source === from.source)
  const part = words.parts[at]
  if (!part) return firstCursor(words)
  if (direction === 'forward') {
    const next = wordNumber(part, lowerBound(part.index.wordStarts, from.end))
    if (next) return next
    for (const later of words.parts.slice(at + 1)) {
      const word = wordNumber(later, 0)
      if (word) return word
    }
    return null
  }
  const previous = lowerBound(part.index.wordEnds, from.start + 1) - 1
  const word = previous >= 0 ? wordNumber(part, previous) : null
  if (word) return word
  for (const earlier of words.parts.slice(0, at).reverse()) {
    const last = wordNumber(earlier, earlier.index.wordStarts.length - 1)
    if (last) return last
  }
  return null
}

/** The first word of the next sentence, or of this or the one before; also in the next text. */
export function nextSentence(
  words: PairWords,
  from: Place,
  direction: MoveDirection,
): Place | null {
  const at = words.parts.findIndex((part) => part.source === from.source)
  const part = words.parts[at]
  if (!part) return firstCursor(words)
  const starts = part.sentences.map((sentence) => firstWordOf(part, sentence))
  const here = from.start
  if (direction === 'forward') {
    const next = starts.find((word) => word !== null && word.start > here)
    if (next) return next
    for (const later of words.parts.slice(at + 1)) {
      const word = wordNumber(later, 0)
      if (word) return word
    }
    return null
  }
  const previous = starts.findLast((word) => word !== null && word.start < here)
  if (previous) return previous
  for (const earlier of words.parts.slice(0, at).reverse()) {
    const last = earlier.sentences.at(-1)
    const word = last ? firstWordOf(earlier, last) : null
    if (word) return word
  }
  return null
}

function firstWordOf(part: WordsPart, sentence: Span): Place | null {
  const word = wordNumber(part, lowerBound(part.index.wordStarts, sentence.start))
  return word && word.start < sentence.end ? word : null
}

/** The very first or last word. */
export function outerWord(words: PairWords, which: 'first' | 'last'): Place | null {
  const parts = which === 'first' ? words.parts : [...words.parts].reverse()
  for (const part of parts) {
    const word = wordNumber(part, which === 'first' ? 0 : part.index.wordStarts.length - 1)
    if (word) return word
  }
  return null
}

/** The word that stands at a point, or the sign; null between spaces. */
export function wordAt(words: PairWords, point: TextPoint): Place | null {
  const part = partOf(words, point.source)
  if (!part) return null
  const span = snapToWords(part.index, { start: point.at, end: point.at })
  return span.start < span.end ? { source: point.source, ...span } : null
}

/** The sentence that holds a place. */
export function sentenceAt(words: PairWords, place: Place): Place {
  const part = partOf(words, place.source)
  const found = part?.sentences.find(({ start, end }) => place.start >= start && place.start < end)
  return found ? { source: place.source, ...found } : place
}

/**
 * What a drag from one point to another means: whole words, or characters; within the text in
 * which it began. null while it holds nothing.
 */
export function dragged(
  words: PairWords,
  anchor: TextPoint,
  focus: TextPoint,
  unit: 'word' | 'character',
): Place | null {
  const part = partOf(words, anchor.source)
  if (!part) return null
  const order = CONTEXT_SOURCES.indexOf(focus.source) - CONTEXT_SOURCES.indexOf(anchor.source)
  const to = order === 0 ? focus.at : order > 0 ? part.index.offsets.codePoints : 0
  const span = { start: Math.min(anchor.at, to), end: Math.max(anchor.at, to) }
  if (span.start === span.end) return null
  const snapped =
    unit === 'word' ? snapToWords(part.index, span) : snapToGraphemes(part.index, span)
  return snapped.start < snapped.end ? { source: anchor.source, ...snapped } : null
}

/** What an arrow means: where a text is read from right to left, left is forward. */
export function arrowDirection(
  words: PairWords,
  source: ContextSource | null,
  side: 'left' | 'right',
): MoveDirection {
  const rtl = (source ? partOf(words, source) : words.parts[0])?.rtl ?? false
  return (side === 'right') !== rtl ? 'forward' : 'backward'
}

/** More than this is no search any more. */
const MAX_FOUND = 10_000

/** Where a text stands in the words, whatever its case, in the order in which they are read. */
export function findPlaces(words: PairWords, query: string): Place[] {
  const found: Place[] = []
  if (query.trim() === '') return found
  const pattern = new RegExp(query.trim().replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'), 'giu')
  for (const { source, text, index } of words.parts) {
    for (const match of text.matchAll(pattern)) {
      if (found.length >= MAX_FOUND) return found
      found.push({
        source,
        start: index.offsets.toCodePoints(match.index),
        end: index.offsets.toCodePoints(match.index + match[0].length),
      })
    }
  }
  return found
}
