import type { Component } from 'vue'
import { t } from '../../texts/index.ts'
import StudyImages from './StudyImages.vue'
import StudyOverview from './StudyOverview.vue'
import StudyRaters from './StudyRaters.vue'
import StudyReport from './StudyReport.vue'
import MeasuresTab from './measures/MeasuresTab.vue'
import type { StudyPart } from './studies.ts'

export interface StudyTab {
  id: StudyPart
  title: string
  panel: Component
}

/** What is shown of a study, in the order of the work. */
export const STUDY_TABS: readonly StudyTab[] = [
  { id: 'overview', title: t('judge.tabs.overview'), panel: StudyOverview },
  { id: 'images', title: t('judge.tabs.images'), panel: StudyImages },
  { id: 'raters', title: t('judge.tabs.raters'), panel: StudyRaters },
  { id: 'measures', title: t('measures.tab'), panel: MeasuresTab },
  { id: 'report', title: t('judge.tabs.report'), panel: StudyReport },
]
