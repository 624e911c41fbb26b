import type { PairContext, SourceSpan } from '#shared/text/context.ts'
import { toSource, withinOnePart } from '#shared/text/context.ts'
import { quoteSpan, trimSpan } from '#shared/text/spans.ts'
import type { Span } from '#shared/text/spans.ts'
import type { DecodeRecipe } from '../inference/text-manifest.ts'
import type { SpanLogits } from '../inference/text-types.ts'
import { decodeSpans } from '../labeling/decode-spans.ts'

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
  const seen = new Set<string>()
  const placed: PlacedSpan[] = []
  for (const { first, last, probability } of decoded.spans) {
    const found = placeOf(context, {
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

function placeOf(context: PairContext, tokens: Span): Omit<PlacedSpan, 'probability'> | null {
  const middle = Math.floor((tokens.start + tokens.end) / 2)
  const inside = withinOnePart(context, tokens, middle)
  const span = inside && trimSpan(context.text, inside)
  const source = span && span.end > span.start ? toSource(context, span) : null
  if (!span || !source) return null
  return { span, place: { ...source, quote: quoteSpan(context.text, span.start, span.end).quote } }
}
