import { Sparkles } from '@lucide/vue'
import { useRouter } from 'vue-router'
import { defineFeature } from '../../state/features.ts'
import { t } from '../../texts/index.ts'
import { usePromptBases } from './bases/prompt-bases.ts'
import GenerateView from './GenerateView.vue'
import { usePromptSets } from './prompt-sets.ts'

/** What models are given to show: prompts and sets of them. */
export const generate = defineFeature({
  name: 'generate',
  place: { title: () => t('app.views.generate'), key: '6', icon: Sparkles },
  view: GenerateView,
  enter: (corpus) => usePromptSets().enter(corpus),
  refresh: (parts) => usePromptSets().refresh(parts),
  commands: () => {
    const router = useRouter()
    const bases = usePromptBases()
    async function toBases(): Promise<void> {
      bases.tab = 'bases'
      await router.push({ name: 'generate' })
    }
    return [
      {
        id: 'bases.view',
        title: t('bases.tab'),
        group: t('bases.group'),
        keys: ['Shift+P'],
        run: () => void toBases(),
      },
      {
        id: 'bases.of-pair',
        title: t('bases.keys.ofPair'),
        group: t('bases.group'),
        keys: [],
        enabled: () => bases.pair !== null,
        run: () => {
          void toBases()
            .then(() => bases.load())
            .then(() => {
              if (bases.base) bases.takePair()
            })
        },
      },
    ]
  },
})
