import { cosine } from '../../../bridge/format.ts'
import { t } from '../../../texts/index.ts'

/** What a part of a study's prompts is called. */
export function partName({ by, value }: { by: 'all' | 'kind' | 'level'; value: string }): string {
  if (by === 'all') return t('measures.all')
  if (by === 'level') return t('measures.level', { level: value })
  return value === '' ? t('measures.noKind') : t('measures.kind', { kind: value })
}

/** `−0.012 to 0.034`, or a dash. */
export function rangeText(low: number | null, high: number | null, digits = 3): string {
  return low === null || high === null ? '–' : `${cosine(low, digits)} to ${cosine(high, digits)}`
}

/** Below this a distance of numbers near 1 is rounding. */
const ROUNDING = 1e-9

/** Four figures: of distances, whose sizes differ by powers of ten. */
export function figures(value: number | null | undefined): string {
  if (value === null || value === undefined) return '–'
  if (Math.abs(value) < ROUNDING) return '0'
  return Number(value.toPrecision(4)).toString().replace('-', '\u2212')
}

/** 0.034; < 0.001 */
export function pText(value: number | null | undefined): string {
  if (value === null || value === undefined) return '–'
  return value < 0.001 ? '< 0.001' : value.toFixed(3)
}

/** The beginning of a digest. */
export const shortDigest = (digest: string): string => digest.slice(0, 12)
