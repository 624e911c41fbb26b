import { t } from '../texts/index.ts'
import type { ScoreSource } from '#shared/contract/index.ts'
import type { ImageStatus, OwnText, TextSource } from '#shared/domain.ts'

/** The texts of a pair in the order in which a reader of the page meets them. */
export const PAGE_ORDER = [
  'before',
  'title',
  'alt',
  'caption',
  'after',
] as const satisfies readonly TextSource[]

export const TEXT_NAMES: Readonly<Record<TextSource, string>> = {
  get alt() {
    return t('ui.texts.alt')
  },
  get caption() {
    return t('ui.texts.caption')
  },
  get title() {
    return t('ui.texts.title')
  },
  get before() {
    return t('ui.texts.before')
  },
  get after() {
    return t('ui.texts.after')
  },
  get span() {
    return t('ui.texts.span')
  },
  get best() {
    return t('ui.texts.best')
  },
}

/** Texts that can be scored; a span is that of the set in use. */
export const SCORABLE = [
  'alt',
  'caption',
  'title',
  'before',
  'after',
  'span',
] as const satisfies readonly OwnText[]
export const STATUS_NAMES: Readonly<Record<ImageStatus, string>> = {
  get ok() {
    return t('ui.statuses.ok')
  },
  get pending() {
    return t('ui.statuses.pending')
  },
  get missing() {
    return t('ui.statuses.missing')
  },
  get failed() {
    return t('ui.statuses.failed')
  },
  get refused() {
    return t('ui.statuses.refused')
  },
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
