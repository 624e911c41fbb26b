import type { ImageStatus, PairRow } from '#shared/domain.ts'
import { cosine, count } from '../../bridge/format.ts'
import { t } from '../../texts/index.ts'

/** What stands in place of a picture that cannot be shown. */
export const STATUS_WORDS: Readonly<Record<ImageStatus, string>> = {
  ok: t('ui.picture.unreadable'),
  pending: t('ui.picture.pending'),
  missing: t('ui.picture.missing'),
  failed: t('ui.picture.failed'),
  refused: t('ui.picture.refused'),
}

/** A pair as it is read out. @param index its place among those shown, from 0 */
export function nameOfPair(row: PairRow | undefined, index: number): string {
  if (!row) return t('ui.pair.loading', { i: count(index + 1) })
  const text = row.text ?? t('ui.pair.noText')
  const score = row.found ?? row.cosine
  return score === null
    ? t('ui.pair.unscored', { id: row.id, text })
    : t('ui.pair.named', { id: row.id, score: cosine(score), text })
}
