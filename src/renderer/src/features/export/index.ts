import { FolderOutput } from '@lucide/vue'
import { defineFeature } from '../../state/features.ts'
import { t } from '../../texts/index.ts'
import ExportView from './ExportView.vue'
import { useExporting } from './exporting.ts'

/** Pairs as a dataset that others read. */
export const exporting = defineFeature({
  name: 'export',
  place: { title: () => t('app.views.export'), key: '8', icon: FolderOutput },
  view: ExportView,
  enter: (corpus) => useExporting().enter(corpus),
})
