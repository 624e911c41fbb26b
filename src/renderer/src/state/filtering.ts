import { defineStore } from 'pinia'
import { ref, shallowRef, watch } from 'vue'
import type { CallOutput, ColumnCounts, FacetCounts } from '#shared/contract/index.ts'
import {
  clickedFacet,
  parseQuery,
  printQuery,
  withColumnBounds,
  type Facet,
  type Query,
} from '#shared/query/index.ts'
import { latest, useClient } from '../bridge/client.ts'
import { keep, recall } from '../bridge/persist.ts'
import { usePairs } from './pairs.ts'
import { useSession } from './session.ts'
import { useUi } from './ui.ts'

const FEW = 8
const MANY = 200

/** Filters that are built by clicking: counts by facet, saved filters and those used before. */
export const useFiltering = defineStore('filtering', () => {
  const open = ref(recall(null, 'facets-open', false))
  const facets = shallowRef<readonly FacetCounts[]>([])
  const columns = shallowRef<readonly ColumnCounts[]>([])
  const loading = ref(false)
  /** Columns of imported tables whose numbers are kept. */
  const imported = shallowRef<readonly string[]>([])
  /** The filter that was written down last as used. */
  let lastUsed = ''
  /** The facet of which all values are shown, and what is looked for in it. */
  const whole = ref<Facet | null>(null)
  const find = ref('')
  const filters = shallowRef<CallOutput<'filters.list'>>({ saved: [], used: [] })

  const readCounts = latest((corpus: string) =>
    useClient().call('facets.count', {
      corpus,
      where: usePairs().where,
      score: usePairs().score,
      limit: whole.value === null ? FEW : MANY,
      find: whole.value === null ? null : { facet: whole.value, text: find.value },
    }),
  )

  async function load(): Promise<void> {
    const corpus = useSession().path
    if (corpus === null || !open.value) return
    loading.value = true
    try {
      const answer = await readCounts(corpus)
      if (answer.late) return
      facets.value = answer.value.facets
      columns.value = answer.value.columns
    } catch {
      // The filter itself says what is wrong with it.
      facets.value = []
      columns.value = []
    }
    loading.value = false
  }

  async function loadFilters(): Promise<void> {
    const corpus = useSession().path
    if (corpus === null) return
    try {
      const found = await useClient().call('filters.list', { corpus })
      if (corpus === useSession().path) filters.value = found
    } catch (thrown) {
      useUi().fail(thrown)
    }
  }

  function toggle(): void {
    open.value = !open.value
    keep(null, 'facets-open', open.value)
    void load()
    if (open.value) void loadFilters()
  }

  /** The query of the filter; null while it cannot be read. */
  function query(): Query | null {
    try {
      return parseQuery(usePairs().where)
    } catch {
      return null
    }
  }

  function click(facet: Facet, value: string, how: 'include' | 'exclude'): void {
    const now = query()
    if (now) usePairs().setWhere(printQuery(clickedFacet(now, facet, value, how)))
  }

  function setBounds(column: string, bounds: { from: number | null; to: number | null }): void {
    const now = query()
    if (now) usePairs().setWhere(printQuery(withColumnBounds(now, column, bounds)))
  }

  /** Shows all values of a facet, or its first ones again. */
  function showWhole(facet: Facet | null): void {
    whole.value = facet
    find.value = ''
    void load()
  }

  async function change(work: (corpus: string) => Promise<unknown>): Promise<boolean> {
    const corpus = useSession().path
    if (corpus === null) return false
    try {
      await work(corpus)
      await loadFilters()
      return true
    } catch (thrown) {
      useUi().fail(thrown)
      return false
    }
  }

  const save = (name: string): Promise<boolean> =>
    change((corpus) => useClient().call('filters.save', { corpus, name, query: usePairs().where }))
  const remove = (name: string): Promise<boolean> =>
    change((corpus) => useClient().call('filters.remove', { corpus, name }))

  async function loadImported(): Promise<void> {
    const corpus = useSession().path
    if (corpus === null) return
    try {
      const found = await useClient().call('columns.list', { corpus })
      if (corpus === useSession().path) imported.value = found.map(({ name }) => name)
    } catch (thrown) {
      useUi().fail(thrown)
    }
  }

  function enter(): void {
    facets.value = []
    columns.value = []
    filters.value = { saved: [], used: [] }
    whole.value = null
    imported.value = []
    lastUsed = ''
    void loadImported()
    if (open.value) void loadFilters()
  }

  // What was shown with a filter counts as used; what could not be read does not.
  watch(
    () => [usePairs().where, usePairs().state, usePairs().entered] as const,
    ([where, state, entered]) => {
      if (state !== 'ready' || entered !== useSession().path) return
      void load()
      if (where === '' || where === lastUsed || useSession().readonly !== null) return
      lastUsed = where
      void change((corpus) => useClient().call('filters.used', { corpus, query: where }))
    },
  )

  return {
    open,
    facets,
    columns,
    loading,
    imported,
    whole,
    find,
    filters,
    load,
    loadFilters,
    toggle,
    query,
    click,
    setBounds,
    showWhole,
    loadImported,
    save,
    remove,
    enter,
  }
})
