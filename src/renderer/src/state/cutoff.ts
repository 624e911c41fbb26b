import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type { CallOutput, ScoreSource, StripRow } from '#shared/contract/index.ts'
import type { PairRow } from '#shared/domain.ts'
import { toErrorValue, type ErrorValue } from '#shared/errors.ts'
import { coalesced, latest, useClient } from '../bridge/client.ts'
import {
  cumulativeAbove,
  estimateAbove,
  estimateCutoff,
  niceSpan,
  snap,
  type Typed,
} from './cutoff-math.ts'
import { cutoffText } from '../bridge/format.ts'
import { keep, recall } from '../bridge/persist.ts'
import { useComparing } from './cutoff-compare.ts'
import { cutoffQuery, explicitScores } from './query-text.ts'
import { sameSource, sourceKey } from './text-sources.ts'
import { useInspect } from './inspect.ts'
import { useMachine } from './machine.ts'
import { usePairs } from './pairs.ts'
import { useUi } from './ui.ts'
import { useUndo } from './undo.ts'
import { t } from '../texts/index.ts'

export type HistogramAnswer = CallOutput<'scores.histogram'>
const FINE_BINS = 1000
/** A share of a large corpus lies between two thousandths, and so may what is typed. */
const FINE_STEP = 0.0001

interface Kept {
  source: ScoreSource | null
  compares: ScoreSource[]
  log: boolean
  cutoffs: Record<string, number>
  method: 'random' | 'stratified'
  seed: number
}

/** The cutoff instrument: one line through the scores of one model and text source. */
export const useCutoff = defineStore('cutoff', () => {
  const source = ref<ScoreSource | null>(null)
  /** Laid over it, in the order in which they were chosen. */
  const compares = ref<ScoreSource[]>([])
  const log = ref(false)
  /** Only the pairs that the current filter shows: on with each filter until it is switched off. */
  const scoped = ref(true)
  const cutoffs = ref<Record<string, number>>({})
  const method = ref<'random' | 'stratified'>('random')
  const seed = ref(1)
  const histogram = shallowRef<HistogramAnswer | null>(null)
  const overlays = shallowRef<readonly HistogramAnswer[]>([])
  const loading = ref(false)
  const error = shallowRef<ErrorValue | null>(null)
  const exact = shallowRef<{ cosine: number; kept: number; total: number } | null>(null)
  const above = shallowRef<readonly StripRow[]>([])
  const below = shallowRef<readonly StripRow[]>([])
  const sample = shallowRef<{ sample: readonly PairRow[]; dropped: number } | null>(null)
  let corpus: string | null = null

  const where = computed(() =>
    scoped.value ? explicitScores(usePairs().where, usePairs().score) : '',
  )
  /** What is known of the scores: imported ones are of the model that somebody said. */
  const about = computed(() => {
    const now = source.value
    return now ? (usePairs().sources.find((one) => sameSource(one, now)) ?? null) : null
  })
  const model = computed(() => {
    const id = about.value?.origin ?? source.value?.model
    return id === undefined ? undefined : useMachine().modelById.get(id)
  })
  const presets = computed(() => model.value?.cutoffs ?? [])
  const cumulative = computed(() =>
    histogram.value ? cumulativeAbove(histogram.value) : new Float64Array(1),
  )
  const cosine = computed(() => {
    if (!source.value) return 0
    const kept = cutoffs.value[sourceKey(source.value)]
    if (kept !== undefined) return kept
    return presets.value[0]?.cosine ?? snap(histogram.value?.median ?? 0)
  })
  const n = computed(() => histogram.value?.n ?? 0)
  /** Exact where the answer for this place is there, else from the fine histogram. */
  const kept = computed(() => {
    if (!histogram.value) return 0
    if (exact.value && exact.value.cosine === cosine.value) return exact.value.kept
    return estimateAbove(histogram.value, cumulative.value, cosine.value)
  })
  const isExact = computed(() => exact.value?.cosine === cosine.value)
  const dropped = computed(() => n.value - kept.value)
  const { compared, compare } = useComparing({
    scope,
    source,
    compares,
    overlays,
    cosine,
    cutoffs,
    error,
  })

  function scope(): {
    corpus: string
    model: string
    text: ScoreSource['text']
    where: string
  } | null {
    return corpus && source.value ? { corpus, ...source.value, where: where.value } : null
  }

  function remember(): void {
    const value: Kept = {
      source: source.value,
      compares: compares.value,
      log: log.value,
      cutoffs: cutoffs.value,
      method: method.value,
      seed: seed.value,
    }
    keep(corpus, 'cutoff', value)
  }

  const readHistograms = latest(
    async (
      path: string,
      first: ScoreSource,
      others: readonly ScoreSource[],
      filter: string,
      span: { lo: number; hi: number },
    ) => {
      const ask = (of: ScoreSource) =>
        useClient().call('scores.histogram', {
          corpus: path,
          model: of.model,
          text: of.text,
          where: filter,
          bins: FINE_BINS,
          ...span,
        })
      return Promise.all([ask(first), Promise.all(others.map(ask))])
    },
  )

  /** Reads the histograms and all that hangs on the line. */
  async function load(): Promise<void> {
    const sources = usePairs().sources
    if (!corpus) return
    if (!sources.some((item) => sameSource(item, source.value))) {
      const preferred = sources.find((item) => sameSource(item, usePairs().score)) ?? sources[0]
      source.value = preferred ? { model: preferred.model, text: preferred.text } : null
    }
    compares.value = compares.value.filter((one) => sources.some((item) => sameSource(item, one)))
    if (!source.value) {
      histogram.value = null
      return
    }
    const shown = sources.filter(
      (item) =>
        sameSource(item, source.value) || compares.value.some((one) => sameSource(item, one)),
    )
    const span = niceSpan(
      Math.min(...shown.map((item) => item.min)),
      Math.max(...shown.map((item) => item.max)),
    )
    loading.value = true
    try {
      const answer = await readHistograms(corpus, source.value, compares.value, where.value, span)
      if (answer.late) return
      histogram.value = answer.value[0]
      overlays.value = answer.value[1]
      exact.value = null
      error.value = null
      follow()
    } catch (thrown) {
      error.value = toErrorValue(thrown)
      histogram.value = null
    } finally {
      loading.value = false
    }
  }

  const countExactly = coalesced(async () => {
    const asked = scope()
    if (!asked || !histogram.value) return
    const at = cosine.value
    try {
      const answer = await useClient().call('scores.countAbove', {
        ...asked,
        minCosine: Math.min(1, Math.max(-1, at)),
      })
      if (cosine.value === at) exact.value = { cosine: at, ...answer }
    } catch (thrown) {
      error.value = toErrorValue(thrown)
    }
  })

  const readAround = coalesced(async () => {
    const asked = scope()
    if (!asked || !histogram.value) return
    try {
      const at = cosine.value
      const answer = await useClient().call('scores.around', { ...asked, cosine: at, n: 24 })
      above.value = answer.above
      below.value = answer.below
      const nearest = answer.above[0] ?? answer.below[0]
      if (useInspect().id === null && nearest) void useInspect().show(nearest.id)
    } catch (thrown) {
      error.value = toErrorValue(thrown)
    }
  })

  const readSample = latest((asked: NonNullable<ReturnType<typeof scope>>, at: number) =>
    useClient().call('scores.sampleDropped', {
      ...asked,
      cosine: at,
      n: 60,
      method: method.value,
      seed: seed.value,
    }),
  )

  async function loadSample(): Promise<void> {
    const asked = scope()
    if (!asked || !histogram.value) return
    try {
      const answer = await readSample(asked, cosine.value)
      if (!answer.late) sample.value = answer.value
    } catch (thrown) {
      useUi().fail(thrown)
    }
  }

  let aroundTimer: ReturnType<typeof setTimeout> | undefined
  let sampleTimer: ReturnType<typeof setTimeout> | undefined

  /** The line moved: numbers at once, pictures when the hand slows down. */
  function follow(): void {
    countExactly()
    compare()
    clearTimeout(aroundTimer)
    clearTimeout(sampleTimer)
    aroundTimer = setTimeout(readAround, 60)
    sampleTimer = setTimeout(() => void loadSample(), 250)
  }

  function place(key: string, value: number): void {
    cutoffs.value = { ...cutoffs.value, [key]: value }
    remember()
    if (source.value && sourceKey(source.value) === key) follow()
  }

  /** Moves the line to a thousandth, or as fine as it was asked for. */
  function setCosine(value: number, merge?: string, step = 0.001): void {
    if (!source.value || !histogram.value) return
    const key = sourceKey(source.value)
    const before = cosine.value
    const next = snap(Math.min(1, Math.max(-1, value)), step)
    if (next === before) return
    place(key, next)
    useUndo().push({
      label: t('cutoff.moved', { from: cutoffText(before), to: cutoffText(next) }),
      merge: merge ?? 'cutoff',
      undo: () => place(key, before),
      redo: () => place(key, next),
    })
  }

  /** Applies what was typed: a cosine, or a share that is looked up exactly. */
  async function setTyped(typed: Typed): Promise<void> {
    if (typed.kind === 'cosine') {
      setCosine(typed.cosine, 'typed', FINE_STEP)
      return
    }
    const asked = scope()
    if (!asked || !histogram.value) return
    setCosine(estimateCutoff(histogram.value, cumulative.value, typed.share), 'typed', FINE_STEP)
    try {
      const answer = await useClient().call('scores.cutoffForShare', {
        ...asked,
        share: typed.share,
      })
      setCosine(answer.cosine, 'typed', FINE_STEP)
    } catch (thrown) {
      useUi().fail(thrown)
    }
  }

  function setSource(next: ScoreSource): void {
    source.value = next
    compares.value = compares.value.filter((one) => !sameSource(one, next))
    remember()
    void load()
  }

  function setCompares(next: readonly ScoreSource[]): void {
    compares.value = [...next]
    overlays.value = []
    compared.value = []
    remember()
    void load()
  }

  function setScoped(next: boolean): void {
    scoped.value = next
  }
  watch(
    () => usePairs().where,
    () => (scoped.value = true),
    { flush: 'sync' },
  )

  function setLog(next: boolean): void {
    log.value = next
    remember()
  }

  function setMethod(next: 'random' | 'stratified'): void {
    method.value = next
    remember()
    void loadSample()
  }

  function reseed(): void {
    seed.value++
    remember()
    void loadSample()
  }

  /** Pictures of one bin, for the hover. */
  const peek = latest((lo: number, hi: number) => {
    const asked = scope()
    return asked
      ? useClient().call('scores.inBin', { ...asked, lo, hi, n: 3 })
      : Promise.resolve([] as PairRow[])
  })

  const query = computed(() =>
    source.value ? cutoffQuery(source.value, cosine.value, where.value) : '',
  )

  function enter(path: string | null): void {
    corpus = path
    histogram.value = null
    overlays.value = []
    compared.value = []
    exact.value = null
    above.value = []
    below.value = []
    sample.value = null
    error.value = null
    const value = path ? recall<Partial<Kept>>(path, 'cutoff', {}) : {}
    source.value = value.source ?? null
    compares.value = value.compares ?? []
    log.value = value.log ?? false
    scoped.value = true
    cutoffs.value = value.cutoffs ?? {}
    method.value = value.method ?? 'random'
    seed.value = value.seed ?? 1
  }

  return {
    source,
    compares,
    compared,
    log,
    scoped,
    method,
    seed,
    histogram,
    overlays,
    loading,
    error,
    above,
    below,
    sample,
    where,
    model,
    about,
    presets,
    cosine,
    n,
    kept,
    dropped,
    isExact,
    query,
    load,
    setCosine,
    setTyped,
    setSource,
    setCompares,
    setScoped,
    setLog,
    setMethod,
    reseed,
    peek,
    enter,
  }
})
