import { computed, ref, shallowRef } from 'vue'
import type { CallOutput, SpanMeasure } from '#shared/contract/index.ts'
import { toErrorValue, type ErrorValue } from '#shared/errors.ts'
import { coalesced, latest, useClient } from '../../bridge/client.ts'
import { useMachine } from '../../state/machine.ts'
import { usePairs } from '../../state/pairs.ts'
import type { TrainContext } from './train-context.ts'
import type { Sets } from './train-sets.ts'

export type Density = CallOutput<'spans.density'>
export type Coverage = CallOutput<'spans.coverage'>

/** How good a set of spans is: confidence, cosine, and what it covers that alts do not. */
export function createPlots(
  { corpus, remember }: TrainContext,
  { sets, newest, altSet, currentSet }: Sets,
) {
  const plotSet = ref<number | null>(null)
  const plotModel = ref('')
  const minCosines = ref<Record<string, number>>({})
  const minConfidence = ref(0)
  const measures = shallowRef<readonly SpanMeasure[] | null>(null)
  const density = shallowRef<Density | null>(null)
  const coverage = shallowRef<Coverage | null>(null)
  const plotError = shallowRef<ErrorValue | null>(null)
  const coverageLate = ref(false)

  const shownSet = computed(
    () =>
      sets.value.find((set) => set.id === plotSet.value) ??
      currentSet.value ??
      newest('model') ??
      altSet.value,
  )
  /** Models that scored anything, those that scored the span first. */
  const clipModels = computed(() => {
    const seen = new Map<
      string,
      { id: string; name: string; spans: number; min: number; max: number }
    >()
    for (const source of usePairs().sources) {
      const known = seen.get(source.model)
      seen.set(source.model, {
        id: source.model,
        name: source.modelName,
        spans: (known?.spans ?? 0) + (source.text === 'span' ? source.n : 0),
        min: Math.min(known?.min ?? source.min, source.min),
        max: Math.max(known?.max ?? source.max, source.max),
      })
    }
    return [...seen.values()].sort((a, b) => b.spans - a.spans)
  })
  const clip = computed(
    () =>
      clipModels.value.find((item) => item.id === plotModel.value) ?? clipModels.value[0] ?? null,
  )
  const minCosine = computed(() => {
    if (!clip.value) return 0
    return (
      minCosines.value[clip.value.id] ??
      useMachine().modelById.get(clip.value.id)?.cutoffs[0]?.cosine ??
      Number(((clip.value.min + clip.value.max) / 2).toFixed(3))
    )
  })

  const readMeasures = latest((path: string, set: number) =>
    useClient().call('spans.measures', { corpus: path, set }),
  )
  const readDensity = latest((path: string, set: number, model: string) =>
    useClient().call('spans.density', { corpus: path, set, model }),
  )

  const readCoverage = coalesced(async () => {
    const set = shownSet.value
    if (!corpus.value || !set || !clip.value) return
    const asked = {
      corpus: corpus.value,
      set: set.id,
      model: clip.value.id,
      minCosine: minCosine.value,
      minConfidence: minConfidence.value,
    }
    try {
      const answer = await useClient().call('spans.coverage', asked)
      if (corpus.value !== asked.corpus) return
      coverage.value = answer
      coverageLate.value =
        asked.minCosine !== minCosine.value || asked.minConfidence !== minConfidence.value
    } catch (thrown) {
      plotError.value = toErrorValue(thrown)
    }
  })

  async function loadMeasures(set: number): Promise<void> {
    if (!corpus.value) return
    const answer = await readMeasures(corpus.value, set)
    if (!answer.late) measures.value = answer.value
  }

  async function loadDensity(set: number): Promise<void> {
    if (!corpus.value || !clip.value) {
      density.value = null
      return
    }
    const answer = await readDensity(corpus.value, set, clip.value.id)
    if (!answer.late) density.value = answer.value
  }

  /** Everything that hangs on the chosen set and model; after scoring only what scores are part of. */
  async function loadPlots(only: 'all' | 'scores' = 'all'): Promise<void> {
    const set = shownSet.value
    if (!corpus.value || !set) {
      measures.value = null
      density.value = null
      coverage.value = null
      return
    }
    plotError.value = null
    try {
      await Promise.all([only === 'all' ? loadMeasures(set.id) : null, loadDensity(set.id)])
      if (clip.value) readCoverage()
      else coverage.value = null
    } catch (thrown) {
      plotError.value = toErrorValue(thrown)
    }
  }

  function setMinCosine(value: number): void {
    if (!clip.value) return
    minCosines.value = {
      ...minCosines.value,
      [clip.value.id]: Number(Math.min(1, Math.max(-1, value)).toFixed(3)),
    }
    coverageLate.value = true
    remember()
    readCoverage()
  }
  function setMinConfidence(value: number): void {
    minConfidence.value = Number(Math.min(1, Math.max(0, value)).toFixed(2))
    coverageLate.value = true
    remember()
    readCoverage()
  }
  function setPlot(patch: { set?: number; model?: string }): void {
    if (patch.set !== undefined) plotSet.value = patch.set
    if (patch.model !== undefined) plotModel.value = patch.model
    void loadPlots()
  }

  function forget(): void {
    plotSet.value = null
    plotModel.value = ''
    measures.value = null
    density.value = null
    coverage.value = null
    plotError.value = null
  }

  return {
    shownSet,
    clipModels,
    clip,
    minCosines,
    minCosine,
    minConfidence,
    measures,
    density,
    coverage,
    coverageLate,
    plotError,
    load: loadPlots,
    setMinCosine,
    setMinConfidence,
    setPlot,
    forget,
  }
}
