import { AppError } from '../errors.ts'
import { codePointLength } from './offsets.ts'
import type { Span } from './spans.ts'

/** The words of a page around a picture, in the order in which they are read. */
export const PAGE_SOURCES = ['before', 'caption', 'after'] as const
export type PageSource = (typeof PAGE_SOURCES)[number]
/** The words of a picture's own tag, or of the row of a table: what there is where no page text is. */
export const TAG_SOURCES = ['alt', 'title'] as const
/** The texts of a pair that can hold a description, in the order in which they are read. */
export const CONTEXT_SOURCES = [...TAG_SOURCES, ...PAGE_SOURCES] as const
export type ContextSource = (typeof CONTEXT_SOURCES)[number]

export type ContextTexts = Readonly<
  Record<PageSource, string | null> & Partial<Record<(typeof TAG_SOURCES)[number], string | null>>
>

/**
 * The texts of a pair that are read for a description: those of the page, else, where it has no
 * words around the picture (most tables), those of the tag or row.
 */
export function contextSources(texts: ContextTexts): readonly ContextSource[] {
  const hasWords = (source: ContextSource): boolean => (texts[source] ?? '').trim() !== ''
  return PAGE_SOURCES.some(hasWords) || !TAG_SOURCES.some(hasWords) ? PAGE_SOURCES : TAG_SOURCES
}

/** The words that may describe a picture as one running text. All offsets in code points of `text`. */
export interface PairContext {
  /** Before, caption and after (see `contextSources`), those that are there, joined by one line feed. */
  text: string
  /** Where each text that is there and not empty lies, rising. */
  parts: (Span & { source: ContextSource })[]
  /** Where the picture stands: the end of the text before it. */
  picture: number
}

export interface SourceSpan extends Span {
  source: ContextSource
}

export function joinContext(texts: ContextTexts): PairContext {
  const parts: PairContext['parts'] = []
  let text = ''
  let at = 0
  let picture = 0
  for (const source of contextSources(texts)) {
    const part = texts[source]
    if (!part) continue
    if (parts.length > 0) {
      text += '\n'
      at++
    }
    const start = at
    text += part
    at += codePointLength(part)
    parts.push({ source, start, end: at })
    if (source === 'before') picture = at
  }
  return { text, parts, picture }
}

/** A span of the running text as one of the text that holds it; null where it is in none or in two. */
export function toSource(context: PairContext, span: Span): SourceSpan | null {
  const part = context.parts.find(({ start, end }) => span.start >= start && span.end <= end)
  return part
    ? { source: part.source, start: span.start - part.start, end: span.end - part.start }
    : null
}

/** @throws AppError `invalid-input` when that text is not there or ends before the span does. */
export function fromSource(context: PairContext, span: SourceSpan): Span {
  const part = context.parts.find(({ source }) => source === span.source)
  if (!part || span.start < 0 || span.end < span.start || part.start + span.end > part.end) {
    throw new AppError(
      'invalid-input',
      `${span.source} ${span.start}-${span.end} is outside of the words around the picture.`,
    )
  }
  return { start: part.start + span.start, end: part.start + span.end }
}

/** The largest piece of a span that lies in one text: the one that holds `anchor`, else the first. */
export function withinOnePart(context: PairContext, span: Span, anchor: number): Span | null {
  const touched = context.parts.filter(({ start, end }) => span.start < end && span.end > start)
  const part = touched.find(({ start, end }) => anchor >= start && anchor <= end) ?? touched[0]
  return part
    ? { start: Math.max(span.start, part.start), end: Math.min(span.end, part.end) }
    : null
}
