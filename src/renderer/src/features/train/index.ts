import { Spline } from '@lucide/vue'
import { defineFeature } from '../../state/features.ts'
import { t } from '../../texts/index.ts'
import InspectorPane from '../../ui/InspectorPane.vue'
import { useTraining, type Step } from './training.ts'
import TrainView from './TrainView.vue'

/** Steps in which one looks at single pairs. */
const EXAMPLES: readonly Step[] = ['alts', 'train', 'plots']

/** From alts in the text to descriptions by a model. */
export const train = defineFeature({
  name: 'train',
  place: { title: () => t('app.views.train'), key: '5', icon: Spline },
  view: TrainView,
  inspector: {
    component: InspectorPane,
    when: () => EXAMPLES.includes(useTraining().step) && useTraining().example !== null,
  },
  enter: (corpus) => useTraining().enter(corpus),
  refresh: (parts) => useTraining().refresh(parts),
})
