import type { MapColour, MapSubject } from '#shared/contract/maps.ts'
import { t } from '../../../texts/index.ts'

export const COLOUR_NAMES: Readonly<Record<MapColour, string>> = {
  score: t('map.colour.score'),
  host: t('map.colour.host'),
  mark: t('map.colour.mark'),
  archive: t('map.colour.archive'),
  lang: t('map.colour.lang'),
}

export const SUBJECT_NAMES: Readonly<Record<MapSubject, string>> = {
  image: t('map.subjects.image'),
  alt: t('map.subjects.alt'),
  caption: t('map.subjects.caption'),
  title: t('map.subjects.title'),
}
