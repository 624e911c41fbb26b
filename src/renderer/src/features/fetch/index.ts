import { defineFeature } from '../../state/features.ts'
import { useFetching } from '../../state/fetching.ts'
import { useSession } from '../../state/session.ts'
import { t } from '../../texts/index.ts'
import FetchDialog from './FetchDialog.vue'

/** What is asked before pictures are fetched, whatever view offers it. */
export const fetching = defineFeature({
  name: 'fetch',
  overlays: [FetchDialog],
  enter: () => void useFetching().enter(),
  refresh: (parts) => {
    return parts.includes('images') || parts.includes('pairs')
      ? useFetching().loadCounts()
      : undefined
  },
  commands: () => [
    {
      id: 'pictures.fetch',
      writes: true,
      title: t('fetch.command'),
      group: t('app.groups.corpora'),
      keys: ['Ctrl+Shift+F'],
      inFields: true,
      enabled: () => useSession().corpus !== null,
      run: () => void useFetching().ask(),
    },
  ],
})
