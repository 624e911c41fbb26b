import { defineStore } from 'pinia'
import { t } from '../texts/index.ts'
import { computed, ref, shallowRef } from 'vue'
import type { CorpusInfo, CorpusStats, Failure } from '#shared/contract/index.ts'
import { toErrorValue, type ErrorValue } from '#shared/errors.ts'
import { latest, useClient } from '../bridge/client.ts'
import { keep, recall } from '../bridge/persist.ts'
import { useJobs } from './jobs.ts'
import { useUi } from './ui.ts'
import { useUndo } from './undo.ts'

/** The open corpus, and the ones opened before. */
export const useSession = defineStore('session', () => {
  const corpus = ref<CorpusInfo | null>(null)
  const recent = shallowRef<readonly CorpusInfo[]>([])
  const recentLoaded = ref(false)
  const stats = shallowRef<CorpusStats | null>(null)
  const statsError = shallowRef<ErrorValue | null>(null)
  const failures = shallowRef<{ total: number; failures: readonly Failure[] } | null>(null)
  const failureReason = ref<string | null>(null)
  const opening = ref(false)

  const path = computed(() => corpus.value?.path ?? null)
  /** Why the open corpus can only be read; null = it can be changed. */
  const readonly = computed(() => corpus.value?.readonly ?? null)

  async function loadRecent(): Promise<void> {
    recent.value = await useClient().call('corpora.recent', {})
    recentLoaded.value = true
  }

  function enter(opened: CorpusInfo): void {
    if (corpus.value?.path !== opened.path) {
      stats.value = null
      failures.value = null
      failureReason.value = null
      useUndo().clear()
    }
    corpus.value = opened
    keep(null, 'last-corpus', opened.path)
  }

  const turnTo = latest((ask: () => Promise<CorpusInfo>) => ask())

  /** Opens what is asked for, unless another corpus is asked for before it is there. */
  async function turn(ask: () => Promise<CorpusInfo>): Promise<boolean> {
    opening.value = true
    let isLate = false
    try {
      const answer = await turnTo(ask)
      isLate = answer.late
      if (answer.late) return false
      enter(answer.value)
      void loadRecent().catch(() => undefined)
      return true
    } catch (error) {
      useUi().fail(error)
      void loadRecent().catch(() => undefined)
      return false
    } finally {
      if (!isLate) opening.value = false
    }
  }

  function open(where: string): Promise<boolean> {
    return turn(() => useClient().call('corpora.open', { path: where }))
  }

  function create(where: string): Promise<boolean> {
    return turn(() => useClient().call('corpora.create', { path: where }))
  }

  /** Opens the corpus once more: what kept it from being changed may be over. */
  async function tryWriting(): Promise<void> {
    const before = path.value
    if (before === null || !(await open(before)) || path.value !== before) return
    if (readonly.value === null) useUi().note(t('app.readonly.over'))
  }

  /** Asks for a folder and opens it. */
  async function openByDialog(): Promise<boolean> {
    const folder = await useClient().shell('shell.openFolder', { title: t('corpora.dialogs.open') })
    return folder ? open(folder) : false
  }

  async function createByDialog(): Promise<boolean> {
    const where = await useClient().shell('shell.saveCorpus', { suggested: 'corpus.gleaner' })
    return where ? create(where) : false
  }

  /** Opens the corpus of the sample archive; the engine makes it on first use. */
  async function openSample(): Promise<boolean> {
    if (!(await turn(() => useClient().call('corpora.openSample', {})))) return false
    await useJobs().load().catch(useUi().fail)
    return true
  }

  async function forget(entry: CorpusInfo): Promise<void> {
    try {
      await useClient().call('corpora.forget', { path: entry.path })
      if (corpus.value?.path === entry.path) corpus.value = null
      await loadRecent()
      if (!entry.missing) {
        useUndo().push({
          label: t('corpora.undo.forget', { name: entry.name }),
          undo: () => void open(entry.path),
          redo: () => void forget(entry),
        })
      }
    } catch (error) {
      useUi().fail(error)
    }
  }

  const readStats = latest((where: string) => useClient().call('corpora.stats', { corpus: where }))

  async function loadStats(): Promise<void> {
    if (!corpus.value) return
    try {
      const answer = await readStats(corpus.value.path)
      if (answer.late) return
      stats.value = answer.value
      statsError.value = null
      corpus.value = {
        ...corpus.value,
        pairs: answer.value.pairs,
        pages: answer.value.pages,
        archives: answer.value.archives.length,
      }
      const { path: counted, pairs, pages, archives } = corpus.value
      recent.value = recent.value.map((entry) =>
        entry.path === counted ? { ...entry, pairs, pages, archives } : entry,
      )
    } catch (error) {
      statsError.value = toErrorValue(error)
    }
  }

  const readFailures = latest((where: string, reason: string) =>
    useClient().call('corpora.failures', {
      corpus: where,
      ...(reason === '' ? {} : { reason }),
      limit: 200,
    }),
  )

  /** @param reason '' = all, null = none */
  async function showFailures(reason: string | null): Promise<void> {
    failureReason.value = reason
    failures.value = null
    if (reason === null || !corpus.value) return
    try {
      const answer = await readFailures(corpus.value.path, reason)
      if (!answer.late) failures.value = answer.value
    } catch (error) {
      useUi().fail(error)
    }
  }

  /** Opens what was open when the window was closed, if it is still there. */
  async function restore(): Promise<void> {
    await loadRecent()
    const last = recall<string>(null, 'last-corpus', '')
    const entry =
      recent.value.find((item) => item.path === last) ?? recent.value.find((item) => !item.missing)
    if (entry && !entry.missing && !corpus.value) await open(entry.path)
  }

  return {
    corpus,
    path,
    readonly,
    tryWriting,
    recent,
    recentLoaded,
    stats,
    statsError,
    failures,
    failureReason,
    opening,
    loadRecent,
    open,
    create,
    openByDialog,
    createByDialog,
    openSample,
    forget,
    loadStats,
    showFailures,
    restore,
  }
})
