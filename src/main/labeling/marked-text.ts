import { offsetMap } from '#shared/text/offsets.ts'
import type { Span } from '#shared/text/spans.ts'

/** A piece of a text that lies in one, both or none of two spans. */
export interface MarkedPiece {
  text: string
  gold: boolean
  found: boolean
}

/** Code points that are shown around what is marked. */
const AROUND = 80

/**
 * The text around two spans, cut where one of them begins or ends; what lies far from both is `…`.
 * Spans in code points; null = there is none.
 */
export function markedText(text: string, gold: Span | null, found: Span | null): MarkedPiece[] {
  const map = offsetMap(text)
  const slice = (start: number, end: number): string =>
    text.slice(map.toUnits(start), map.toUnits(end))
  const edges = [gold, found].flatMap((span) => (span ? [span.start, span.end] : []))
  const from = Math.max(0, Math.min(...edges, map.codePoints) - AROUND)
  const to = Math.min(map.codePoints, Math.max(...edges, 0) + AROUND)
  // Without any span the beginning says what it is about.
  const [start, end] = edges.length > 0 ? [from, to] : [0, Math.min(map.codePoints, 3 * AROUND)]
  const cuts = [...new Set([start, ...edges, end])].sort((a, b) => a - b)
  const inside = (span: Span | null, at: number): boolean =>
    span !== null && at >= span.start && at < span.end
  const pieces: MarkedPiece[] = []
  if (start > 0) pieces.push({ text: '… ', gold: false, found: false })
  for (const [at, cut] of cuts.entries()) {
    const next = cuts[at + 1]
    if (next === undefined || next <= cut) continue
    const marks = { gold: inside(gold, cut), found: inside(found, cut) }
    const words =
      !marks.gold && !marks.found && next - cut > 3 * AROUND
        ? `${slice(cut, cut + AROUND)} … ${slice(next - AROUND, next)}`
        : slice(cut, next)
    pieces.push({ text: words, ...marks })
  }
  if (end < map.codePoints) pieces.push({ text: ' …', gold: false, found: false })
  return pieces
}
