import type { MapColour, MapSubject } from '#shared/contract/maps.ts'
import { progressText } from '../../../bridge/format.ts'
import type { useJobs } from '../../../state/jobs.ts'
import type { MapInfo } from './map.ts'
import { t } from '../../../texts/index.ts'

export const COLOUR_NAMES: Readonly<Record<MapColour, string>> = {
  score: t('map.colour.score'),
  host: t('map.colour.host'),
  mark: t('map.colour.mark'),
  archive: t('map.colour.archive'),
  lang: t('map.colour.lang'),
  'alt-kind': t('map.colour.altKind'),
  version: t('map.colour.version'),
}

export const SUBJECT_NAMES: Readonly<Record<MapSubject, string>> = {
  image: t('map.subjects.image'),
  alt: t('map.subjects.alt'),
  caption: t('map.subjects.caption'),
  title: t('map.subjects.title'),
}

/** What a map is called: its own name, else what it is of and by whom. */
export function mapName({ name, subject, model }: MapInfo): string {
  return name || t('map.names.unnamed', { what: SUBJECT_NAMES[subject], model: model.title })
}

/** What a map that is being made is at; a step that is one piece has no count. */
export function stepText({ progress }: ReturnType<typeof useJobs>['live'][number]): string {
  const { note, done, total, unit } = progress
  return total !== null && total > 1 ? `${note} ${progressText(done, total, unit)}` : note
}
