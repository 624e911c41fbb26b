import type { ImageStatus } from '#shared/domain.ts'
import type { AltKind } from '#shared/alt-kinds.ts'
import type { Facet } from '#shared/query/index.ts'
import { MARK_NAMES } from '../../state/marking.ts'
import { STATUS_NAMES } from '../../state/text-sources.ts'
import { t } from '../../texts/index.ts'

export const FACET_NAMES: Record<Facet, string> = {
  mark: t('facets.names.mark'),
  tag: t('facets.names.tag'),
  status: t('facets.names.status'),
  side: t('facets.names.side'),
  'text-in-image': t('facets.names.text-in-image'),
  'alt-kind': t('facets.names.alt-kind'),
  'alt-rule': t('facets.names.alt-rule'),
  lang: t('facets.names.lang'),
  archive: t('facets.names.archive'),
  host: t('facets.names.host'),
}

const KINDS: Record<AltKind, string> = {
  words: t('facets.kinds.words'),
  machine: t('facets.kinds.machine'),
  uninformative: t('facets.kinds.uninformative'),
  empty: t('facets.kinds.empty'),
  absent: t('facets.kinds.absent'),
}
const WITHOUT: Partial<Record<Facet, string>> = {
  tag: t('facets.without.tag'),
  side: t('facets.without.side'),
  'text-in-image': t('facets.without.text-in-image'),
  'alt-kind': t('facets.without.alt-kind'),
  'alt-rule': t('facets.without.alt-rule'),
  lang: t('facets.without.lang'),
  host: t('facets.without.host'),
}

/** A value of a facet as people read it. */
export function valueName(facet: Facet, value: string): string {
  if (value === '') return WITHOUT[facet] ?? t('facets.without.other')
  switch (facet) {
    case 'mark':
      return MARK_NAMES[value as keyof typeof MARK_NAMES]
    case 'status':
      return STATUS_NAMES[value as ImageStatus]
    case 'text-in-image':
      return value === 'yes' ? t('facets.textInImage.yes') : t('facets.textInImage.no')
    case 'alt-kind':
      return KINDS[value as AltKind]
    case 'side':
      return t('facets.px', {
        range: value.replace('..', '–').replace('>=', '≥ ').replace('<', '< '),
      })
    default:
      return value
  }
}
