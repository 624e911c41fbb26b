import { Scale } from '@lucide/vue'
import { useIncoming } from '../../state/incoming.ts'
import { defineFeature } from '../../state/features.ts'
import { useUi } from '../../state/ui.ts'
import { t } from '../../texts/index.ts'
import JudgeView from './JudgeView.vue'
import PackageOpener from './PackageOpener.vue'
import { useStudies } from './studies.ts'

/** Studies: which of several models makes the better pictures, rated blind. */
export const judge = defineFeature({
  name: 'judge',
  place: { title: () => t('app.views.judge'), key: '7', icon: Scale },
  view: JudgeView,
  overlays: [PackageOpener],
  enter: (corpus) => useStudies().enter(corpus),
  refresh: (parts) => useStudies().refresh(parts),
  commands: () => [
    {
      id: 'judge.open-package',
      writes: true,
      title: t('judge.packages.open'),
      group: t('app.groups.corpora'),
      keys: [],
      run: () => void useIncoming().choosePackage().catch(useUi().fail),
    },
  ],
})
