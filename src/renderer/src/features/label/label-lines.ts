import type { ContextSource } from '#shared/text/context.ts'
import type { WordsPart, PairWords } from './label-text.ts'

const LONG = 2400
const HUGE = 6000

/** The lines of one text as they are laid out. */
export interface LaidPart {
  source: ContextSource
  /** What lies outside of the view is not laid out. */
  huge: boolean
  lines: string[]
}

/**
 * Lines of a text, each with the line feed that ends it: nothing is lost, nothing is added. What
 * lies far outside of the view is not laid out; therefore very long lines end at a sentence now
 * and then.
 */
export function linesOf(words: PairWords): LaidPart[] {
  return words.parts.map((part) => ({
    source: part.source,
    huge: part.text.length > HUGE,
    lines: part.text
      .split(/(?<=\n)/)
      .flatMap((line, index, all) =>
        line.length > 2 * LONG ? cut(part, line, all.slice(0, index).join('').length) : [line],
      ),
  }))
}

/** @param from UTF-16 units before the line */
function cut(part: WordsPart, line: string, from: number): string[] {
  const pieces: string[] = []
  let at = 0
  for (const { start } of part.sentences) {
    const unit = part.index.offsets.toUnits(start) - from
    if (unit - at < LONG || unit >= line.length) continue
    pieces.push(line.slice(at, unit))
    at = unit
  }
  pieces.push(line.slice(at))
  return pieces
}
