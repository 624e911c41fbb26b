import { FolderOutput } from '@lucide/vue'
import type { CorpusPart } from '#shared/contract/index.ts'
import { defineFeature } from '../../state/features.ts'
import { t } from '../../texts/index.ts'
import ExportView from './ExportView.vue'
import { useExporting } from './exporting.ts'
import { useVersions } from './versions/versions.ts'

/** What the pairs of an export are counted by. */
const COUNTED: readonly CorpusPart[] = ['pairs', 'images', 'scores', 'labels', 'spans', 'versions']

/** Pairs as a dataset that others read. */
export const exporting = defineFeature({
  name: 'export',
  place: { title: () => t('app.views.export'), key: '8', icon: FolderOutput },
  view: ExportView,
  enter: (corpus) => {
    useExporting().enter(corpus)
    useVersions().enter(corpus)
  },
  refresh: (parts, seen) => {
    if (parts.includes('versions')) void useVersions().load()
    return seen && parts.some((part) => COUNTED.includes(part))
      ? useExporting().refresh()
      : undefined
  },
})
