import { TextSelect } from '@lucide/vue'
import { defineFeature } from '../../state/features.ts'
import { t } from '../../texts/index.ts'
import { useLabeling } from './labeling.ts'
import LabelView from './LabelView.vue'

/** The words that describe a picture, marked pair by pair. */
export const label = defineFeature({
  name: 'label',
  place: { title: () => t('app.views.label'), key: '4', icon: TextSelect },
  view: LabelView,
  refresh: (parts) => useLabeling().refresh(parts),
  writes: ['labels'],
})
