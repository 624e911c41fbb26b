import type { ScoreSource } from '#shared/contract/index.ts'
import type { ImageStatus, TextSource } from '#shared/domain.ts'

/** The texts of a pair in the order in which a reader of the page meets them. */
export const PAGE_ORDER = [
  'before',
  'title',
  'alt',
  'caption',
  'after',
] as const satisfies readonly TextSource[]

export const TEXT_NAMES: Record<TextSource, string> = {
  alt: 'alt text',
  caption: 'caption',
  title: 'title',
  before: 'text before',
  after: 'text after',
  span: 'span',
}

/** Texts that can be scored and exported; a span is that of the set in use. */
export const SCORABLE = [
  'alt',
  'caption',
  'title',
  'before',
  'after',
  'span',
] as const satisfies readonly TextSource[]

export const STATUS_NAMES: Record<ImageStatus, string> = {
  ok: 'picture held',
  pending: 'not looked for yet',
  missing: 'not in the archives',
  failed: 'could not be had or decoded',
  refused: 'refused (opt-out or address)',
}

export const STATUS_ORDER = [
  'ok',
  'pending',
  'missing',
  'failed',
  'refused',
] as const satisfies readonly ImageStatus[]

/** One string for a model and a text source, for keys and menus. */
export function sourceKey(source: ScoreSource): string {
  return `${source.text}\n${source.model}`
}

export function sameSource(a: ScoreSource | null, b: ScoreSource | null): boolean {
  return a === b || (a !== null && b !== null && sourceKey(a) === sourceKey(b))
}

export type ScorableText = (typeof SCORABLE)[number]
