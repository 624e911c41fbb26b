import type { PairContext } from '#shared/text/context.ts'
import { codePointLength, offsetMap } from '#shared/text/offsets.ts'
import { trimSpan } from '#shared/text/spans.ts'
import type { Span } from '#shared/text/spans.ts'

/**
 * What a trained head has to beat: guesses that need no model. Spans are code points of the running
 * text, without white space at their edges; null where there is no word to guess.
 */

/** Blocks of text between the picture and the text before and after it; null = not known. */
export interface BlockDistances {
  before: number | null
  after: number | null
}

/**
 * The block of text that stands nearest to the picture: its caption, else the last block before or
 * the first after it, whichever has fewer blocks in between; the one after it where both are
 * equally near, since captions follow their pictures more often.
 */
export function nearestBlock(
  context: PairContext,
  distances: BlockDistances = { before: null, after: null },
): Span | null {
  const caption = context.parts.find(({ source }) => source === 'caption')
  const words = caption && trimSpan(context.text, caption)
  if (words && words.end > words.start) return words
  const blocks = blocksOf(context.text)
  const before = blocks.filter(({ end }) => end <= context.picture).at(-1) ?? null
  const after = blocks.find(({ start }) => start >= context.picture) ?? null
  if (before === null || after === null) return after ?? before
  return (distances.before ?? 0) < (distances.after ?? 0) ? before : after
}

/**
 * The sentence with the most code points (Unicode UAX #29); of equally long ones the first. No
 * sentence runs over the end of a block.
 */
export function longestSentence(context: PairContext): Span | null {
  const map = offsetMap(context.text)
  let longest: Span | null = null
  for (const block of blocksOf(context.text)) {
    const text = context.text.slice(map.toUnits(block.start), map.toUnits(block.end))
    let at = block.start
    for (const { segment } of sentences.segment(text)) {
      const length = codePointLength(segment)
      // The white space behind a sentence is part of its segment.
      const end = at + codePointLength(segment.trimEnd())
      if (longest === null || end - at > longest.end - longest.start) longest = { start: at, end }
      at += length
    }
  }
  return longest
}

const sentences = new Intl.Segmenter('und', { granularity: 'sentence' })

/** Lines that are not blank, in order. */
function blocksOf(text: string): Span[] {
  const map = offsetMap(text)
  const blocks: Span[] = []
  for (const { 0: line, index } of text.matchAll(/[^\n\r\u2028\u2029]+/g)) {
    const words = line.trim()
    if (words === '') continue
    const from = index + line.length - line.trimStart().length
    blocks.push({ start: map.toCodePoints(from), end: map.toCodePoints(from + words.length) })
  }
  return blocks
}
