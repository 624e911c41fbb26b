import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { CallOutput } from '#shared/contract/index.ts'
import { MapColour } from '#shared/contract/maps.ts'
import type { MapLayout } from '#shared/contract/maps.ts'
import { toErrorValue, type ErrorValue } from '#shared/errors.ts'
import { useClient } from '../../../bridge/client.ts'
import { keep, recall } from '../../../bridge/persist.ts'
import { useJobs } from '../../../state/jobs.ts'
import { useSession } from '../../../state/session.ts'
import { useUi } from '../../../state/ui.ts'

export type MapInfo = CallOutput<'maps.list'>['maps'][number]
export type MapSourceInfo = CallOutput<'maps.list'>['sources'][number]

/** The maps of the corpus that is open, and which one is looked at how. */
export const useMap = defineStore('map', () => {
  const maps = shallowRef<readonly MapInfo[]>([])
  const sources = shallowRef<readonly MapSourceInfo[]>([])
  const broken = shallowRef<CallOutput<'maps.list'>['broken']>([])
  const missing = shallowRef<CallOutput<'maps.missing'> | null>(null)
  const chosen = ref<string | null>(null)
  const wished = ref<MapLayout>('umap')
  const colour = ref<MapColour>('score')
  const others = ref(true)
  const state = ref<'empty' | 'loading' | 'ready' | 'error'>('empty')
  const error = shallowRef<ErrorValue | null>(null)
  /** Counts up when what is drawn must be read again. */
  const version = ref(0)
  let corpus: string | null = null

  const current = computed(
    () => maps.value.find(({ id }) => id === chosen.value) ?? maps.value[0] ?? null,
  )
  /** What is there: while UMAP is at work, the principal components. */
  const layout = computed<MapLayout>(() => (current.value?.whole ? wished.value : 'pca'))
  const making = computed(
    () => useJobs().live.find((job) => job.kind === 'map' && job.corpus === corpus) ?? null,
  )

  async function load(): Promise<void> {
    corpus = useSession().path
    if (corpus === null) {
      maps.value = []
      state.value = 'empty'
      return
    }
    const wanted = corpus
    if (state.value !== 'ready') state.value = 'loading'
    try {
      const found = await useClient().call('maps.list', { corpus: wanted })
      if (wanted !== corpus) return
      maps.value = found.maps
      sources.value = found.sources
      broken.value = found.broken
      chosen.value = recall<string>(wanted, 'map', '') || null
      wished.value = recall<string>(wanted, 'map-layout', 'umap') === 'pca' ? 'pca' : 'umap'
      colour.value = MapColour.safeParse(recall<string>(wanted, 'map-colour', '')).data ?? 'score'
      others.value = recall(null, 'map-others', true)
      state.value = 'ready'
      error.value = null
      version.value++
      missing.value = current.value
        ? await useClient().call('maps.missing', { corpus: wanted, map: current.value.id })
        : null
    } catch (thrown) {
      error.value = toErrorValue(thrown)
      state.value = 'error'
    }
  }

  function choose(id: string): void {
    chosen.value = id
    keep(corpus, 'map', id)
    void load()
  }
  function setLayout(next: MapLayout): void {
    wished.value = next
    keep(corpus, 'map-layout', next)
  }
  function setColour(next: MapColour): void {
    colour.value = next
    keep(corpus, 'map-colour', next)
  }
  function setOthers(next: boolean): void {
    others.value = next
    keep(null, 'map-others', next)
  }

  /** Makes a map, or places into the one that is there what came since. */
  async function make(model?: string): Promise<void> {
    const path = useSession().path
    if (path === null) return
    try {
      const { subject, params } = current.value ?? { subject: 'image' as const, params: null }
      const source = sources.value.find((one) => one.digest === current.value?.model.digest)
      const by = model ?? source?.model
      await useClient().call('jobs.map', {
        corpus: path,
        subject,
        ...(by === undefined ? {} : { model: by }),
        ...(params ? { seed: params.seed, neighbours: params.neighbours } : {}),
      })
    } catch (thrown) {
      useUi().fail(thrown)
    }
  }

  return {
    maps,
    sources,
    broken,
    missing,
    current,
    layout,
    wished,
    colour,
    others,
    state,
    error,
    version,
    making,
    load,
    choose,
    setLayout,
    setColour,
    setOthers,
    make,
  }
})
