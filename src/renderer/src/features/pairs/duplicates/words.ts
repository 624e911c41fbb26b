import type { DuplicateState } from '#shared/contract/index.ts'
import { OwnText } from '#shared/domain.ts'
import { COLOUR_DIFFERS } from '#shared/duplicates.ts'
import type { DuplicateKind, DuplicateDecision, KeeperRule, CopyView } from '#shared/duplicates.ts'
import { count } from '../../../bridge/format.ts'
import { t } from '../../../texts/index.ts'
import { TEXT_NAMES } from '../../../state/text-sources.ts'
import type { Group, GroupMember } from './duplicates.ts'

export const KIND_NAMES: Readonly<Record<DuplicateKind, string>> = {
  exact: t('duplicates.kinds.exact'),
  perceptual: t('duplicates.kinds.perceptual'),
  semantic: t('duplicates.kinds.semantic'),
  text: t('duplicates.kinds.text'),
}
export const KIND_TEXTS: Readonly<Record<DuplicateKind, string>> = {
  exact: t('duplicates.about.exact'),
  perceptual: t('duplicates.about.perceptual'),
  semantic: t('duplicates.about.semantic'),
  text: t('duplicates.about.text'),
}
export const THRESHOLD_NAMES: Readonly<Record<Exclude<DuplicateKind, 'exact'>, string>> = {
  perceptual: t('duplicates.choices.perceptual'),
  semantic: t('duplicates.choices.semantic'),
  text: t('duplicates.choices.text'),
}
/** What the number means that is chosen. */
export const THRESHOLD_TEXTS: Readonly<Record<Exclude<DuplicateKind, 'exact'>, string>> = {
  perceptual: t('duplicates.choices.aboutBits'),
  semantic: t('duplicates.choices.aboutCosine'),
  text: t('duplicates.choices.aboutJaccard'),
}
export const SAID: Readonly<Record<DuplicateDecision, string>> = {
  keep: t('duplicates.said.keep'),
  drop: t('duplicates.said.drop'),
  apart: t('duplicates.said.apart'),
}
const RULES: Readonly<Record<KeeperRule, string>> = {
  decided: t('duplicates.why.decided'),
  size: t('duplicates.why.size'),
  compression: t('duplicates.why.compression'),
  format: t('duplicates.why.format'),
  alt: t('duplicates.why.alt'),
  score: t('duplicates.why.score'),
  capture: t('duplicates.why.capture'),
  order: t('duplicates.why.order'),
}
const VIEWS: Readonly<Record<CopyView, string>> = {
  whole: '',
  mirrored: t('duplicates.views.mirrored'),
  cropped: t('duplicates.views.cropped'),
  'cropped-mirrored': t('duplicates.views.cropped-mirrored'),
  enlarged: t('duplicates.views.enlarged'),
}

export function sizeOf({ pair }: GroupMember): string {
  return pair.width === null || pair.height === null
    ? ''
    : t('duplicates.size', { width: count(pair.width), height: count(pair.height) })
}

export function formatOf({ mime }: GroupMember): string {
  return mime?.replace(/^image\//, '').toUpperCase() ?? ''
}

/** Why the keeper was suggested, against the second best. */
export function whyText(group: Group): string {
  const { rule, second } = group.why
  const a = group.members.find(({ pair }) => pair.id === group.keeper)
  const b = group.members.find(({ pair }) => pair.id === second)
  if (a && b && rule === 'size' && sizeOf(a) && sizeOf(b)) {
    return t('duplicates.why.sizes', { a: sizeOf(a), b: sizeOf(b) })
  }
  if (a && b && rule === 'format' && a.mime && b.mime) {
    return t('duplicates.why.formats', { a: formatOf(a), b: formatOf(b) })
  }
  return RULES[rule]
}

/** How far it is from the one that leads the group, and how it comes from it. */
export function distanceText(kind: DuplicateKind, member: GroupMember): string {
  const { distance, view, colour } = member
  if (kind === 'exact') return ''
  const far =
    distance === 0
      ? t('duplicates.same')
      : kind === 'perceptual'
        ? t('duplicates.bits', { n: count(distance) })
        : kind === 'semantic'
          ? t('duplicates.cosine', { n: (1 - distance).toFixed(3) })
          : t('duplicates.jaccard', { n: (1 - distance).toFixed(3) })
  const how = [
    far,
    view === null ? '' : VIEWS[view],
    (colour ?? 0) > COLOUR_DIFFERS ? t('duplicates.recoloured') : '',
  ]
  return how.filter((word) => word !== '').join(', ')
}

/** By what the duplicates that are shown were looked for. */
export function madeText({ kind, made }: DuplicateState): string {
  const n = made?.threshold ?? 0
  switch (kind) {
    case 'exact':
      return ''
    case 'perceptual':
      return made?.colours === 'same'
        ? t('duplicates.by.bitsSame', { n: count(n) })
        : t('duplicates.by.bits', { n: count(n) })
    case 'semantic':
      return t('duplicates.by.cosine', { n: String(n), model: made?.by ?? '' })
    case 'text': {
      const source = OwnText.safeParse(made?.by).data
      return t('duplicates.by.jaccard', {
        n: String(n),
        text: source ? TEXT_NAMES[source] : (made?.by ?? ''),
      })
    }
  }
}

/** What was left out, by reason. */
export function leftOutText(reason: string, n: number): string {
  switch (reason) {
    case 'no-embedding':
      return t('duplicates.reasons.no-embedding', { n: count(n) })
    case 'no-letters':
      return t('duplicates.reasons.no-letters', { n: count(n) })
    case 'uniform':
      return t('duplicates.reasons.uniform', { n: count(n) })
    case 'tiny':
      return t('duplicates.reasons.tiny', { n: count(n) })
    case 'damaged':
      return t('duplicates.reasons.damaged', { n: count(n) })
    default:
      return t('duplicates.reasons.other', { n: count(n), reason })
  }
}
