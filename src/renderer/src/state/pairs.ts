import { defineStore } from 'pinia'
import { t } from '../texts/index.ts'
import { computed, ref, shallowRef } from 'vue'
import type {
  CallOutput,
  CorpusPart,
  PairSort,
  ScoreSource,
  SearchAnswer,
  SearchInput,
  SortSource,
} from '#shared/contract/index.ts'
import type { PairRow, PairTableRow } from '#shared/domain.ts'
import { toErrorValue, type ErrorValue } from '#shared/errors.ts'
import { createChunkCache } from '../bridge/chunk-cache.ts'
import { latest, useClient } from '../bridge/client.ts'
import { createCopies } from './pair-copies.ts'
import { createMarks } from './pair-marks.ts'
import { createPairView } from './pair-view.ts'
import {
  keepRecipe,
  recallRecipe,
  recipeOf,
  sameSort,
  setRecipe,
  type Recipe,
} from './pair-recipe.ts'
import * as ranges from './ranges.ts'
import { sameSource } from './text-sources.ts'
import { useInspect } from './inspect.ts'
import { useSession } from './session.ts'
import { useUi } from './ui.ts'
import { useUndo } from './undo.ts'

export type SourceInfo = CallOutput<'scores.sources'>[number]

const CHUNK = 200

/** What the grid shows: filter, order, rows, cursor and marked pairs. */
export const usePairs = defineStore('pairs', () => {
  const where = ref('')
  const sort = ref<PairSort>('id')
  const score = ref<ScoreSource | null>(null)
  const by = ref<SortSource | null>(null)
  const seed = ref(0)
  const search = shallowRef<SearchInput | null>(null)
  /** Whose embeddings answered, and over what. */
  const searched = shallowRef<SearchAnswer | null>(null)
  const searchError = shallowRef<ErrorValue | null>(null)
  /** Where one was before the search. */
  let left: (Recipe & { cursor: number; marked: ranges.Ranges }) | null = null
  const selection = ref<string | null>(null)
  const total = ref(0)
  const corpusTotal = ref(0)
  /** Whether the corpus holds the bytes of any picture. */
  const hasPictures = ref(false)
  const state = ref<'empty' | 'loading' | 'ready' | 'error'>('empty')
  const error = shallowRef<ErrorValue | null>(null)
  const sources = shallowRef<readonly SourceInfo[]>([])
  const cursor = ref(-1)
  const anchor = ref(-1)
  /** Counts up whenever somebody goes to a pair, also to the one that is under the cursor. */
  const visits = ref(0)
  /** Counts up whenever rows arrive; the grid reads again. */
  const version = ref(0)

  const sourceInfo = computed(
    () => sources.value.find((item) => sameSource(item, score.value)) ?? null,
  )

  let corpus: string | null = null
  /** The corpus whose pairs were asked for and came, or did not. */
  const entered = ref<string | null>(null)
  let lost = 0
  const layout = createPairView({
    changed() {
      // The rows of the other view stay until those of this one are there.
      cache.invalidate()
      version.value++
    },
    again: () => void select(true),
  })
  const cache = createChunkCache<PairRow | PairTableRow>({
    chunk: CHUNK,
    capacity: 60,
    parallel: 3,
    read: (offset, limit): Promise<(PairRow | PairTableRow)[]> => {
      if (corpus === null || selection.value === null) return Promise.resolve([])
      const asked = { corpus, selection: selection.value, offset, limit }
      return layout.view.value === 'table'
        ? useClient().call('pairs.tablePage', asked)
        : useClient().call('pairs.page', asked)
    },
    onLoad: () => {
      version.value++
      lost = 0
      inspectCursor()
    },
    onError: (thrown) => {
      // The engine holds few selections and none across its own restart: ask again, twice at most.
      if (toErrorValue(thrown).kind === 'not-found' && lost < 2) {
        lost++
        void select()
      } else useUi().fail(thrown)
    },
  })

  const { marked, markedCount, mark, markAll, toggleMark, clampMarks } = createMarks(
    () => total.value,
    remember,
  )
  const { copyIds, copyQuery, markedQuery, hitsQuery } = createCopies({
    marked,
    cursor: () => cursor.value,
    total: () => total.value,
    // The hits of a search are no filter.
    where: () => (search.value === null ? where.value : null),
    score: () => score.value,
    rowAt,
    readRows: (offset, limit) =>
      corpus === null || selection.value === null
        ? null
        : useClient().call('pairs.page', { corpus, selection: selection.value, offset, limit }),
  })

  const readSelection = latest((input: { corpus: string } & Recipe) =>
    useClient().call('pairs.select', input),
  )

  const refs = { where, sort, score, by, seed, search }
  const recipe = (): Recipe => recipeOf(refs)

  function remember(): void {
    keepRecipe(corpus, left ?? { ...recipe(), cursor: cursor.value, marked: marked.value })
  }

  /**
   * Evaluates filter and order. `stay` keeps the rows until new ones are there, `isNew`: and begins
   * at the top of these.
   */
  async function select(stay = false, isNew = false): Promise<boolean> {
    if (corpus === null) return false
    const wanted = corpus
    if (!stay) state.value = 'loading'
    // A refresh stays on its pair; a new list keeps the place.
    const keepId = stay && !isNew ? (rowAt(cursor.value)?.id ?? null) : null
    try {
      const answer = await readSelection({ corpus: wanted, ...recipe() })
      if (answer.late || wanted !== corpus) return false
      const before = total.value
      selection.value = answer.value.selection
      total.value = answer.value.total
      corpusTotal.value = answer.value.corpusTotal
      hasPictures.value = answer.value.hasPictures
      layout.settleView({
        total: answer.value.corpusTotal,
        hasPictures: answer.value.hasPictures,
      })
      error.value = null
      searched.value = answer.value.search
      searchError.value = null
      if (stay) cache.invalidate()
      else cache.clear()
      if (!stay || answer.value.total < before) {
        clampMarks()
      }
      state.value = 'ready'
      entered.value = wanted
      await settleCursor(keepId)
      version.value++
      remember()
      return true
    } catch (thrown) {
      if (search.value !== null) {
        // The rows of before stay; the bar of the search says what is wrong.
        searchError.value = toErrorValue(thrown)
        state.value = 'ready'
        entered.value = wanted
        return false
      }
      error.value = toErrorValue(thrown)
      state.value = 'error'
      entered.value = wanted
      return false
    }
  }

  /** After a refresh the cursor stays on its pair; else it stays within the list. */
  async function settleCursor(keepId: number | null): Promise<void> {
    if (total.value === 0) {
      cursor.value = -1
      void useInspect().show(null)
      return
    }
    if (keepId !== null && corpus !== null && selection.value !== null) {
      try {
        const { index } = await useClient().call('pairs.indexOf', {
          corpus,
          selection: selection.value,
          id: keepId,
        })
        // A pair that the filter no longer keeps leaves its place to the next one.
        cursor.value = index ?? Math.min(Math.max(0, cursor.value), total.value - 1)
        return
      } catch {
        // The selection was replaced meanwhile; the newer one settles the cursor.
      }
    }
    cursor.value = Math.min(Math.max(0, cursor.value), total.value - 1)
  }

  function rowAt(index: number): PairRow | PairTableRow | undefined {
    return index < 0 ? undefined : cache.get(index)
  }

  /** A row of the table; not there while only what the grid shows was read. */
  function tableRowAt(index: number): PairTableRow | undefined {
    const row = rowAt(index)
    return row && 'texts' in row ? row : undefined
  }

  function want(first: number, last: number): void {
    cache.want(first, last)
  }

  function inspectCursor(): void {
    const row = rowAt(cursor.value)
    if (row && useInspect().id !== row.id) void useInspect().show(row.id)
  }

  function moveTo(index: number, extend = false): void {
    if (total.value === 0) return
    const next = Math.min(total.value - 1, Math.max(0, index))
    visits.value++
    if (extend) {
      if (anchor.value < 0) anchor.value = Math.max(0, cursor.value)
      cursor.value = next
      mark(ranges.add(ranges.NONE, anchor.value, next), 'select')
    } else {
      cursor.value = next
      anchor.value = next
    }
    inspectCursor()
    remember()
  }

  /** Changes filter, order or score; can be taken back. Marks belong to the old rows and go. */
  function change(patch: Partial<Recipe>, label: string): void {
    const before = { ...recipe(), marked: marked.value, cursor: cursor.value }
    const after = { ...recipe(), ...patch }
    if (JSON.stringify(recipe()) === JSON.stringify(after)) return
    const same =
      before.where === after.where && before.sort === after.sort && sameSort(before.by, after.by)
    const apply = (to: Recipe, marks: ranges.Ranges, at: number): void => {
      setRecipe(refs, to)
      marked.value = marks
      cursor.value = at
      anchor.value = at
      visits.value++
      void select()
    }
    const marks = same ? marked.value : ranges.NONE
    // Another order or filter begins at its top; another score leaves the place alone.
    const at = same ? cursor.value : 0
    apply(after, marks, at)
    useUndo().push({
      label,
      undo: () => apply(before, before.marked, before.cursor),
      redo: () => apply(after, marks, at),
    })
  }

  /** Ranks what the filter keeps by what it shows; null leads back to where one was. */
  function searchBy(next: SearchInput | null): void {
    if (JSON.stringify(next) === JSON.stringify(search.value)) return
    if (next === null) {
      const back = left
      left = null
      searched.value = null
      searchError.value = null
      if (!back) return
      // A filter that was written meanwhile stays.
      const isSame = back.where === where.value
      setRecipe(refs, { ...back, where: where.value, score: score.value, search: null })
      marked.value = isSame ? back.marked : ranges.NONE
      cursor.value = isSame ? back.cursor : 0
      anchor.value = cursor.value
      visits.value++
      void select(true, true)
      return
    }
    left ??= { ...recipe(), cursor: cursor.value, marked: marked.value }
    search.value = next
    sort.value = 'search'
    by.value = null
    marked.value = ranges.NONE
    cursor.value = 0
    anchor.value = 0
    visits.value++
    void select(true, true)
  }

  function setWhere(text: string): void {
    const clean = text.trim()
    change(
      { where: clean },
      clean ? t('pairs.undo.filter', { query: clean }) : t('pairs.undo.clearFilter'),
    )
  }

  /** @param of what sorts; null: the score that is shown */
  function setSort(next: PairSort, of: SortSource | null = null): void {
    change(
      { sort: next, by: of, seed: next === 'random' ? seed.value + 1 : seed.value },
      t('pairs.undo.sort'),
    )
  }

  function setScore(next: ScoreSource | null): void {
    change({ score: next }, t('pairs.undo.score'))
  }

  /** Reads which scores there are; true when another one is shown from now on. */
  async function readSources(): Promise<boolean> {
    if (corpus === null) return false
    const wanted = corpus
    try {
      const found = await useClient().call('scores.sources', { corpus: wanted })
      if (wanted !== corpus) return false
      sources.value = found
      const known = found.some((item) => sameSource(item, score.value))
      const first = found[0]
      if (known || (!first && !score.value)) return false
      score.value = first ? { model: first.model, text: first.text } : null
      return true
    } catch (thrown) {
      useUi().fail(thrown)
      return false
    }
  }

  async function loadSources(): Promise<void> {
    if (await readSources()) void select(true)
  }

  /** Turns to a corpus, as it was left. */
  async function enter(path: string | null): Promise<void> {
    corpus = path
    entered.value = null
    cache.clear()
    selection.value = null
    total.value = 0
    corpusTotal.value = 0
    hasPictures.value = false
    layout.enterView(path)
    sources.value = []
    marked.value = ranges.NONE
    cursor.value = -1
    anchor.value = -1
    error.value = null
    left = null
    searched.value = null
    searchError.value = null
    await useInspect().show(null)
    if (path === null) {
      state.value = 'empty'
      return
    }
    const kept = recallRecipe(path)
    setRecipe(refs, kept)
    cursor.value = kept.cursor
    marked.value = kept.marked
    state.value = 'loading'
    // Summing up a million scores takes longer than the first rows: these come first where it is
    // known which score they show.
    if (score.value) {
      await select()
      if (corpus !== path) return
      want(cursor.value, cursor.value + 1)
      await loadSources()
    } else {
      await readSources()
      await select()
    }
  }

  /** Shows one pair in the grid; takes the filter off if it hides the pair. */
  async function reveal(id: number): Promise<void> {
    if (corpus === null || selection.value === null) return
    try {
      const find = () =>
        useClient().call('pairs.indexOf', {
          corpus: corpus as string,
          selection: selection.value as string,
          id,
        })
      let { index } = await find()
      if (index === null) {
        change({ where: '' }, t('pairs.undo.reveal'))
        await select()
        index = (await find()).index
      }
      if (index !== null) moveTo(index)
      void useInspect().show(id)
    } catch (thrown) {
      useUi().fail(thrown)
    }
  }

  /** Something in the corpus changed. */
  async function refresh(what: readonly CorpusPart[]): Promise<void> {
    if (corpus === null || corpus !== useSession().path) return
    if (what.includes('scores')) await loadSources()
    await select(true)
    void useInspect().refresh()
  }

  return {
    where,
    sort,
    score,
    by,
    seed,
    search,
    searched,
    searchError,
    searchBy,
    hasPictures,
    ...layout,
    selection,
    total,
    corpusTotal,
    state,
    entered,
    error,
    sources,
    sourceInfo,
    cursor,
    anchor,
    marked,
    markedCount,
    version,
    visits,
    rowAt,
    tableRowAt,
    want,
    moveTo,
    mark,
    markAll,
    toggleMark,
    setWhere,
    setSort,
    setScore,
    loadSources,
    enter,
    select,
    copyIds,
    copyQuery,
    markedQuery,
    hitsQuery,
    reveal,
    refresh,
  }
})
