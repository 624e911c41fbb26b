import { ChartColumn } from '@lucide/vue'
import { useCutoff } from '../../state/cutoff.ts'
import { defineFeature } from '../../state/features.ts'
import { usePairs } from '../../state/pairs.ts'
import { t } from '../../texts/index.ts'
import InspectorPane from '../../ui/InspectorPane.vue'
import CutoffView from './CutoffView.vue'
import { useJudging } from './judging.ts'

/** One line through the scores, and the pairs at its two sides. */
export const cutoff = defineFeature({
  name: 'cutoff',
  place: { title: () => t('app.views.cutoff'), key: '3', icon: ChartColumn },
  view: CutoffView,
  // Judged blind: it would show the score.
  inspector: {
    component: InspectorPane,
    when: () => usePairs().sources.length > 0 && !useJudging().active,
  },
  enter(corpus) {
    useCutoff().enter(corpus)
    useJudging().enter(corpus)
  },
  refresh: (parts) => {
    return parts.includes('scores') ? useCutoff().load() : undefined
  },
})
