import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { CallInput, CallOutput } from '#shared/contract/index.ts'
import { MapColour } from '#shared/contract/maps.ts'
import type { MapLayout, MapSubject } from '#shared/contract/maps.ts'
import { toErrorValue, type ErrorValue } from '#shared/errors.ts'
import { useClient } from '../../../bridge/client.ts'
import { keep, recall } from '../../../bridge/persist.ts'
import { useJobs } from '../../../state/jobs.ts'
import { useSession } from '../../../state/session.ts'
import { useUi } from '../../../state/ui.ts'

export type MapInfo = CallOutput<'maps.list'>['maps'][number]
export type MapSourceInfo = CallOutput<'maps.list'>['sources'][number]

/** What a map is made of, by whom and how. */
export type MapWish = Omit<CallInput<'jobs.map'>, 'corpus' | 'anew' | 'landmarks'> & {
  subject: MapSubject
}

/** The maps of the corpus that is open, and which one is looked at how. */
export const useMap = defineStore('map', () => {
  const maps = shallowRef<readonly MapInfo[]>([])
  const sources = shallowRef<readonly MapSourceInfo[]>([])
  const broken = shallowRef<CallOutput<'maps.list'>['broken']>([])
  const missing = shallowRef<(CallOutput<'maps.missing'> & { map: string }) | null>(null)
  const chosen = ref<string | null>(null)
  const wished = ref<MapLayout>('umap')
  const colour = ref<MapColour>('score')
  const others = ref(true)
  const state = ref<'empty' | 'loading' | 'ready' | 'error'>('empty')
  const error = shallowRef<ErrorValue | null>(null)
  /** Counts up when what is drawn must be read again. */
  const version = ref(0)
  let corpus: string | null = null
  /** The version that was counted for. */
  let counted = -1
  let wanted: MapWish | null = null

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
      takeWanted()
      version.value++
      if (missing.value?.map !== current.value?.id) missing.value = null
    } catch (thrown) {
      error.value = toErrorValue(thrown)
      state.value = 'error'
    }
  }

  /** How many pairs have no place. As that reads all of them again, the points are to come first. */
  async function countMissing(): Promise<void> {
    const map = current.value?.id
    const of = version.value
    if (corpus === null || map === undefined || counted === of) return
    counted = of
    try {
      const found = await useClient().call('maps.missing', { corpus, map })
      if (of === version.value) missing.value = { ...found, map }
    } catch (thrown) {
      useUi().fail(thrown)
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

  /** Makes a map, which is then the one that is looked at. @returns whether it was begun */
  async function make(wish: MapWish): Promise<boolean> {
    const path = useSession().path
    if (path === null) return false
    try {
      await useClient().call('jobs.map', { corpus: path, ...wish })
      wanted = wish
      return true
    } catch (thrown) {
      useUi().fail(thrown)
      return false
    }
  }

  /** Places into the map that is there what came since. */
  async function addLater(): Promise<void> {
    const { subject, params, model } = current.value as MapInfo
    const source = sources.value.find(({ digest }) => digest === model.digest)
    const { seed, neighbours } = params
    await make({ subject, seed, neighbours, ...(source ? { model: source.model } : {}) })
  }

  async function rename(name: string): Promise<boolean> {
    return ask('maps.rename', { name })
  }
  async function remove(): Promise<boolean> {
    return ask('maps.remove', {})
  }
  async function ask<N extends 'maps.rename' | 'maps.remove'>(
    call: N,
    more: Omit<CallInput<N>, 'corpus' | 'map'>,
  ): Promise<boolean> {
    const map = current.value?.id
    if (corpus === null || map === undefined) return false
    try {
      await useClient().call(call, { corpus, map, ...more } as CallInput<N>)
      await load()
      return true
    } catch (thrown) {
      useUi().fail(thrown)
      return false
    }
  }

  /** Goes to the next of the maps, by their order in the list. */
  function next(): void {
    const at = maps.value.findIndex(({ id }) => id === current.value?.id)
    const other = maps.value[(at + 1) % maps.value.length]
    if (other) choose(other.id)
  }

  /** The map that was asked for, once it is there. */
  function takeWanted(): void {
    if (!wanted) return
    const { subject, seed = 1, neighbours = 15, model } = wanted
    const digest = sources.value.find((one) => one.model === model)?.digest
    const made = maps.value.find(
      (one) =>
        one.subject === subject &&
        one.params.seed === seed &&
        one.params.neighbours === Math.min(neighbours, one.params.landmarks) &&
        (digest === undefined || one.model.digest === digest),
    )
    if (!made) return
    wanted = null
    chosen.value = made.id
    keep(corpus, 'map', made.id)
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
    countMissing,
    choose,
    setLayout,
    setColour,
    setOthers,
    make,
    addLater,
    rename,
    remove,
    next,
  }
})
