import { Spline } from '@lucide/vue'
import { defineFeature } from '../../state/features.ts'
import { t } from '../../texts/index.ts'
import InspectorPane from '../../ui/InspectorPane.vue'
import { useTraining } from './training.ts'
import TrainView from './TrainView.vue'

/** From alts in the text to descriptions by a model. */
export const train = defineFeature({
  name: 'train',
  place: { title: () => t('app.views.train'), key: '5', icon: Spline },
  view: TrainView,
  inspector: {
    component: InspectorPane,
    when: () => useTraining().step === 'alts' && useTraining().example !== null,
  },
  enter: (corpus) => useTraining().enter(corpus),
  refresh: (parts) => useTraining().refresh(parts),
})
