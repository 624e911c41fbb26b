import { offsetMap } from '#shared/text/offsets.ts'

/** A part of a text that looks the same throughout. */
export interface TextPiece {
  text: string
  /** The words that were found in it. */
  marked: boolean
  /** Behind the last token that the model reads. */
  unread: boolean
}

/**
 * Parts a text where its looks change.
 * @param span code points; null = nothing is marked
 * @param cutAt code point from which nothing is read; null = all is read
 */
export function textPieces(
  text: string,
  span: { start: number; end: number } | null,
  cutAt: number | null,
): TextPiece[] {
  const { codePoints, toUnits } = offsetMap(text)
  const within = (at: number): number => Math.min(codePoints, Math.max(0, at))
  const start = span ? within(span.start) : 0
  const end = span ? within(span.end) : 0
  const cut = cutAt === null ? codePoints : within(cutAt)
  const edges = [...new Set([0, start, end, cut, codePoints])].sort((a, b) => a - b)
  return edges.slice(1).map((to, i) => {
    const from = edges[i] as number
    return {
      text: text.slice(toUnits(from), toUnits(to)),
      marked: from >= start && to <= end,
      unread: from >= cut,
    }
  })
}
