import { Images } from '@lucide/vue'
import type { CorpusPart } from '#shared/contract/index.ts'
import { nextTick } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { actionById } from '../../state/actions.ts'
import { defineFeature } from '../../state/features.ts'
import { useBlur } from '../../state/blur.ts'
import { useFiltering } from '../../state/filtering.ts'
import { useMarking } from '../../state/marking.ts'
import { usePairs } from '../../state/pairs.ts'
import { useSearching } from '../../state/searching.ts'
import { useTextsIndex } from '../../state/texts-index.ts'
import { useSession } from '../../state/session.ts'
import { t } from '../../texts/index.ts'
import InspectorPane from '../../ui/InspectorPane.vue'
import MarkDialogs from '../../ui/MarkDialogs.vue'
import LargePreview from './LargePreview.vue'
import { orderCommands } from './pair-orders.ts'
import TextFindingDialog from './TextFindingDialog.vue'
import { useTextFinding } from './text-finding.ts'
import { useDuplicates } from './duplicates/duplicates.ts'
import { useMap } from './map/map.ts'
import PairsView from './PairsView.vue'

/** What a map, or the colours of its points, come from. */
const MAPPED: readonly CorpusPart[] = [
  ...(['maps', 'pairs', 'images', 'scores', 'marks', 'kinds', 'versions'] as const),
]
/** What groups of duplicates, or what is shown of them, come from. */
const GROUPED: readonly CorpusPart[] = ['duplicates', 'pairs', 'images', 'scores', 'marks']

/** The grid of pairs, and the large preview that every view opens. */
export const pairs = defineFeature({
  name: 'pairs',
  place: { title: () => t('app.views.pairs'), key: '2', icon: Images },
  view: PairsView,
  inspector: { component: InspectorPane, when: () => usePairs().corpusTotal > 0 },
  overlays: [LargePreview, MarkDialogs, TextFindingDialog],
  enter(corpus) {
    useMarking().enter()
    useFiltering().enter()
    void useBlur().enter(corpus)
    void useTextsIndex().enter(corpus)
    useSearching().enter(corpus)
    void usePairs().enter(corpus)
  },
  refresh: (parts) =>
    Promise.all([
      usePairs().refresh(parts),
      useFiltering().load(),
      ...(usePairs().view === 'map' && parts.some((part) => MAPPED.includes(part))
        ? [useMap().load()]
        : []),
      ...(usePairs().view === 'duplicates' && parts.some((part) => GROUPED.includes(part))
        ? [useDuplicates().load()]
        : []),
      ...(parts.includes('pairs') || parts.includes('pictureTexts')
        ? [useFiltering().loadImported()]
        : []),
    ]).then(() => undefined),
  commands: () => {
    const router = useRouter()
    const route = useRoute()
    return [
      ...orderCommands(router),
      {
        id: 'corpus.text-in-image',
        title: t('finding.command'),
        group: t('app.groups.corpora'),
        keys: [],
        writes: true,
        enabled: () => useSession().corpus !== null,
        run: () => useTextFinding().open(),
      },
      {
        id: 'app.filter',
        title: t('pairs.filter.title'),
        group: t('app.groups.goTo'),
        keys: ['/'],
        silent: true,
        enabled: () => useSession().corpus !== null && route.name !== 'pairs',
        run: () =>
          void router
            .push({ name: 'pairs' })
            .then(() => nextTick())
            .then(() => actionById('pairs.filter')?.run()),
      },
    ]
  },
})
