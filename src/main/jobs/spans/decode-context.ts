import type { PairContext, SourceSpan } from '#shared/text/context.ts'
import { toSource, withinOnePart } from '#shared/text/context.ts'
import { offsetMap } from '#shared/text/offsets.ts'
import type { OffsetMap } from '#shared/text/offsets.ts'
import { quoteSpan, trimSpan } from '#shared/text/spans.ts'
import type { Span } from '#shared/text/spans.ts'
import type { DecodeRecipe } from '../../inference/kinds/span/manifest.ts'
import type { SpanLogits } from '../../inference/kinds/span/types.ts'
import { decodeSpans } from '../../labeling/decode-spans.ts'

export interface PlacedSpan {
  /** Code points of the running text, in one of its parts, without white space at the edges. */
  span: Span
  /** The same in the text that holds it. */
  place: SourceSpan & { quote: string }
  /** Calibrated: of this span among all spans and "nothing". */
  probability: number
}

export interface DecodedContext {
  /** null = nothing describes the picture. */
  best: PlacedSpan | null
  /** Calibrated probability of the decision. */
  confidence: number
  /** Of "nothing". */
  nullProbability: number
  /** The next best, without `best`, in falling order. */
  others: PlacedSpan[]
}

/** From logits to places in the texts of the pair. null = the text has no token. */
export function decodeContext(
  context: PairContext,
  logits: SpanLogits,
  recipe: DecodeRecipe,
  nBest: number,
): DecodedContext | null {
  const { windows, offsets } = logits
  if (windows.length === 0 || offsets.length === 0) return null
  const decoded = decodeSpans(windows, {
    maxLength: recipe.maxSpanTokens,
    // Different tokens can be the same words once white space and borders are off.
    nBest: nBest + 2,
    temperature: recipe.temperature,
    nullThreshold: recipe.nullThreshold,
  })
  const map = offsetMap(context.text)
  const seen = new Set<string>()
  const placed: PlacedSpan[] = []
  for (const { first, last, probability } of decoded.spans) {
    const found = placeOf(context, map, {
      start: offsets[2 * first] as number,
      end: offsets[2 * last + 1] as number,
    })
    const key = found && `${found.span.start}-${found.span.end}`
    if (!found || key === null || seen.has(key)) continue
    seen.add(key)
    placed.push({ ...found, probability })
  }
  const hasSpan = decoded.best !== null && placed.length > 0
  return {
    best: hasSpan ? (placed[0] as PlacedSpan) : null,
    confidence: hasSpan ? (placed[0] as PlacedSpan).probability : decoded.nullProbability,
    nullProbability: decoded.nullProbability,
    others: placed.slice(hasSpan ? 1 : 0, nBest),
  }
}

function placeOf(
  context: PairContext,
  map: OffsetMap,
  tokens: Span,
): Omit<PlacedSpan, 'probability'> | null {
  const middle = Math.floor((tokens.start + tokens.end) / 2)
  const inside = withinOnePart(context, tokens, middle)
  const trimmed = inside && trimSpan(context.text, inside)
  if (!trimmed || trimmed.end <= trimmed.start) return null
  const span = wholeWords(context, map, trimmed)
  const source = toSource(context, span)
  if (!source) return null
  return { span, place: { ...source, quote: quoteSpan(context.text, span.start, span.end).quote } }
}

const LETTER = /[\p{L}\p{N}\p{M}]/u
/** Scripts in which a word does not end at a space. */
const UNSPACED =
  /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]/u
/** No word is longer; what is is left as the model cut it. */
const LONGEST_WORD = 64

/** Moves edges that cut a word outwards: a token may be a piece of one. */
function wholeWords(context: PairContext, map: OffsetMap, span: Span): Span {
  const part = context.parts.find(({ start, end }) => span.start >= start && span.end <= end)
  if (!part) return span
  const inWord = (place: number): boolean => {
    if (place < part.start || place >= part.end) return false
    const sign = String.fromCodePoint(context.text.codePointAt(map.toUnits(place)) ?? 0)
    return LETTER.test(sign) && !UNSPACED.test(sign)
  }
  let { start, end } = span
  if (inWord(start)) while (inWord(start - 1) && span.start - start < LONGEST_WORD) start--
  if (inWord(end - 1)) while (inWord(end) && end - span.end < LONGEST_WORD) end++
  return { start, end }
}
