import { Sparkles } from '@lucide/vue'
import { defineFeature } from '../../state/features.ts'
import { t } from '../../texts/index.ts'
import GenerateView from './GenerateView.vue'
import { usePromptSets } from './prompt-sets.ts'

/** What models are given to show: prompts and sets of them. */
export const generate = defineFeature({
  name: 'generate',
  place: { title: () => t('app.views.generate'), key: '6', icon: Sparkles },
  view: GenerateView,
  enter: (corpus) => usePromptSets().enter(corpus),
  refresh: (parts) => usePromptSets().refresh(parts),
})
