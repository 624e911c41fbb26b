import type { DiffReason, DiffSide } from '#shared/contract/index.ts'
import { t } from '../../../texts/index.ts'

/** Why a pair came, went or changed. */
export const REASON_WORDS: Readonly<Record<DiffReason, string>> = {
  cutoff: t('versions.diff.reasons.cutoff'),
  score: t('versions.diff.reasons.score'),
  model: t('versions.diff.reasons.model'),
  unscored: t('versions.diff.reasons.unscored'),
  filter: t('versions.diff.reasons.filter'),
  mark: t('versions.diff.reasons.mark'),
  label: t('versions.diff.reasons.label'),
  picture: t('versions.diff.reasons.picture'),
  span: t('versions.diff.reasons.span'),
  text: t('versions.diff.reasons.text'),
  page: t('versions.diff.reasons.page'),
  'same-picture': t('versions.diff.reasons.same-picture'),
  'not-drawn': t('versions.diff.reasons.not-drawn'),
  'new-pair': t('versions.diff.reasons.new-pair'),
  since: t('versions.diff.reasons.since'),
}

export const SIDE_WORDS: Readonly<Record<DiffSide | 'same', string>> = {
  same: t('versions.diff.sides.same'),
  changed: t('versions.diff.sides.changed'),
  went: t('versions.diff.sides.went'),
  came: t('versions.diff.sides.came'),
}

const LEFT_OUT: Readonly<Record<string, string>> = {
  'no-text': t('versions.reasonsLeft.no-text'),
  'same-picture': t('versions.reasonsLeft.same-picture'),
  'not-drawn': t('versions.reasonsLeft.not-drawn'),
}

/** Why a pair that passed was left out. */
export const leftOutWord = (reason: string): string => LEFT_OUT[reason] ?? reason
