import { Library } from '@lucide/vue'
import { defineFeature } from '../../state/features.ts'
import { useSession } from '../../state/session.ts'
import { useUi } from '../../state/ui.ts'
import { t } from '../../texts/index.ts'
import CorporaView from './CorporaView.vue'

/** The corpora that were opened, and what the open one holds. */
export const corpora = defineFeature({
  name: 'corpora',
  place: { title: () => t('app.views.corpora'), key: '1', icon: Library },
  view: CorporaView,
  // Counting a large corpus is not free: only where it is looked at.
  refresh: (_parts, seen) => {
    return seen ? useSession().loadStats() : undefined
  },
  commands: () => [
    {
      id: 'corpus.open',
      title: t('corpora.commands.open'),
      group: t('app.groups.corpora'),
      keys: ['Ctrl+O'],
      run: () => void useSession().openByDialog().catch(useUi().fail),
    },
    {
      id: 'corpus.create',
      title: t('corpora.commands.create'),
      group: t('app.groups.corpora'),
      keys: ['Ctrl+N'],
      run: () => void useSession().createByDialog().catch(useUi().fail),
    },
  ],
})
