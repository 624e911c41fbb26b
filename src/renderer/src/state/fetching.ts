import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { CallOutput, FetchEstimate, FetchPlan, Job } from '#shared/contract/index.ts'
import { toErrorValue, type ErrorValue } from '#shared/errors.ts'
import { latest, useClient } from '../bridge/client.ts'
import { useJobs } from './jobs.ts'
import { useMachine } from './machine.ts'
import { usePairs } from './pairs.ts'
import { explicitScores } from './query-text.ts'
import { useSession } from './session.ts'
import { useUi } from './ui.ts'

/** Whose pictures are fetched. */
export type FetchScope = 'all' | 'filter' | 'selection' | 'pair'

/** What a fetch would do, asked before it starts; and which pictures the open corpus has. */
export const useFetching = defineStore('fetching', () => {
  const counts = shallowRef<CallOutput<'pictures.counts'> | null>(null)
  const isOpen = ref(false)
  const scope = ref<FetchScope>('all')
  /** Scopes that can be chosen now, each as a filter. */
  const scopes = shallowRef<ReadonlyMap<FetchScope, string>>(new Map())
  const retryFailed = ref(false)
  const plan = shallowRef<FetchPlan | null>(null)
  const planError = shallowRef<ErrorValue | null>(null)
  const planning = ref(false)
  const estimate = shallowRef<FetchEstimate | null>(null)
  const estimating = ref(false)
  const contact = ref('')
  const starting = ref(false)

  const where = computed(() => scopes.value.get(scope.value) ?? '')
  /** Pictures that nobody has looked for, or that were not where they were looked for. */
  const absent = computed(() =>
    counts.value === null ? 0 : (counts.value.pending ?? 0) + (counts.value.missing ?? 0),
  )
  /** The corpus has pairs and not one picture. */
  const hasNone = computed(
    () =>
      counts.value !== null &&
      (counts.value.ok ?? 0) === 0 &&
      Object.values(counts.value).some((n) => n > 0),
  )
  /** The corpus has no pairs. */
  const isEmpty = computed(
    () => counts.value !== null && Object.values(counts.value).every((n) => n === 0),
  )
  const toFetch = computed(() => (plan.value ? plan.value.addresses + plan.value.files : 0))
  const ready = computed(
    () => !planning.value && !starting.value && planError.value === null && toFetch.value > 0,
  )

  const readCounts = latest((corpus: string) => useClient().call('pictures.counts', { corpus }))

  async function loadCounts(): Promise<void> {
    const corpus = useSession().path
    if (corpus === null) return
    try {
      const answer = await readCounts(corpus)
      if (!answer.late) counts.value = answer.value
    } catch {
      // Views that offer to fetch then say nothing; their own reads say what is wrong.
    }
  }

  function enter(): Promise<void> {
    counts.value = null
    isOpen.value = false
    return loadCounts()
  }

  const readPlan = latest((input: { corpus: string; where: string; retryFailed: boolean }) =>
    useClient().call('pictures.plan', input),
  )

  async function loadPlan(): Promise<void> {
    const corpus = useSession().path
    if (corpus === null) return
    planning.value = true
    estimate.value = null
    planError.value = null
    try {
      const input = { corpus, where: where.value, retryFailed: retryFailed.value }
      const answer = await readPlan(input)
      if (answer.late) return
      plan.value = answer.value
    } catch (error) {
      plan.value = null
      planError.value = toErrorValue(error)
    }
    planning.value = false
  }

  /**
   * Asks what is to be fetched, beginning with what is selected or shown.
   * @param among pairs that are offered first
   * @param pair of `pair`: its id
   */
  async function ask(
    among: FetchScope | 'shown' = 'shown',
    options: { pair?: number; retryFailed?: boolean } = {},
  ): Promise<void> {
    const pairs = usePairs()
    const found = new Map<FetchScope, string>([['all', '']])
    try {
      if (pairs.where !== '') found.set('filter', explicitScores(pairs.where, pairs.score))
      if (pairs.markedCount > 0) found.set('selection', await pairs.markedQuery())
    } catch (error) {
      useUi().fail(error)
      if (among === 'selection') return
    }
    if (options.pair !== undefined) found.set('pair', `id=${options.pair}`)
    const shown = found.has('selection') ? 'selection' : found.has('filter') ? 'filter' : 'all'
    scopes.value = found
    scope.value = among === 'shown' || !found.has(among) ? shown : among
    retryFailed.value = options.retryFailed ?? false
    contact.value = useMachine().settings?.fetch.userAgentContact ?? ''
    plan.value = null
    isOpen.value = true
    await loadPlan()
  }

  function close(): void {
    isOpen.value = false
    readPlan.cancel()
    planning.value = false
  }

  function choose(next: FetchScope): Promise<void> {
    scope.value = next
    return loadPlan()
  }

  function setRetry(next: boolean): Promise<void> {
    retryFailed.value = next
    return loadPlan()
  }

  const sample = latest((input: { corpus: string; where: string; retryFailed: boolean }) =>
    useClient().call('pictures.estimate', input),
  )

  /** Asks the web for a sample; only where a person says so. */
  async function runEstimate(): Promise<void> {
    const corpus = useSession().path
    if (corpus === null) return
    estimating.value = true
    try {
      if (!(await rememberContact())) return
      const of = plan.value
      const answer = await sample({ corpus, where: where.value, retryFailed: retryFailed.value })
      // Meanwhile other pairs were chosen.
      if (!answer.late && of === plan.value) estimate.value = answer.value
    } catch (error) {
      planError.value = toErrorValue(error)
    } finally {
      estimating.value = false
    }
  }

  /** Keeps the contact in the settings. false: it could not be kept, and was said. */
  async function rememberContact(): Promise<boolean> {
    const machine = useMachine()
    const typed = contact.value.trim() === '' ? null : contact.value.trim()
    const kept = machine.settings?.fetch
    if (!kept || kept.userAgentContact === typed) return true
    return machine.write({ fetch: { ...kept, userAgentContact: typed } })
  }

  /** Imports whose pictures are to be fetched, once it is known which there are. */
  const waiting = new Set<string>()

  /** Asks when this import is done. */
  function askAfter(job: string): void {
    waiting.add(job)
    // It may have been quicker than the answer that names it.
    const known = useJobs().byId.get(job)
    if (known?.state === 'done') void ended(known)
  }

  /** What a job made is read: asks where somebody wanted to be asked then. */
  async function ended(job: Job): Promise<void> {
    if (!waiting.delete(job.id) || job.state !== 'done' || job.corpus !== useSession().path) return
    await ask('all')
    if (plan.value !== null && toFetch.value === 0) close()
  }

  async function start(): Promise<boolean> {
    const corpus = useSession().path
    if (corpus === null || !ready.value) return false
    starting.value = true
    try {
      if (!(await rememberContact())) return false
      await useClient().call('jobs.pictures', {
        corpus,
        images: 'fetch',
        retryFailed: retryFailed.value,
        ...(where.value === '' ? {} : { where: where.value }),
      })
      await useJobs().load()
      close()
      return true
    } catch (error) {
      planError.value = toErrorValue(error)
      return false
    } finally {
      starting.value = false
    }
  }

  return {
    counts,
    absent,
    hasNone,
    isEmpty,
    isOpen,
    scope,
    scopes,
    retryFailed,
    plan,
    planError,
    planning,
    estimate,
    estimating,
    contact,
    starting,
    ready,
    toFetch,
    loadCounts,
    enter,
    ask,
    askAfter,
    ended,
    close,
    choose,
    setRetry,
    runEstimate,
    start,
  }
})
