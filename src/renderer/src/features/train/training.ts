import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { CorpusPart } from '#shared/contract/index.ts'
import { toErrorValue, type ErrorValue } from '#shared/errors.ts'
import { keep, recall } from '../../bridge/persist.ts'
import { useUi } from '../../state/ui.ts'
import { createAlts } from './train-alts.ts'
import { createContext } from './train-context.ts'
import { createData, DATA_DEFAULTS, type DataChoice } from './train-data.ts'
import {
  createLaunch,
  HEAD_DEFAULTS,
  PACKAGE_DEFAULTS,
  type HeadChoice,
  type PackageChoice,
} from './train-launch.ts'
import { createModels } from './train-models.ts'
import { createPlots } from './train-plots.ts'
import { createPrediction } from './train-prediction.ts'
import { createRules } from './train-rules.ts'
import { createRuns } from './train-runs.ts'
import { createSets } from './train-sets.ts'

export const STEPS = ['alts', 'data', 'train', 'predict', 'plots'] as const
export type Step = (typeof STEPS)[number]

interface Kept {
  step: Step
  data: Partial<DataChoice>
  head: Partial<HeadChoice>
  pack: Partial<PackageChoice>
  encoder: string
  base: string
  packageFolder: string
  launcher: string
  way: 'head' | 'package'
  withoutAlts: boolean
  threshold: number | null
  minCosine: Record<string, number>
  minConfidence: number
}

/**
 * From alts in the text to descriptions by a model: what there is to learn from, the runs, the sets
 * of spans, and how good they are.
 */
export const useTraining = defineStore('training', () => {
  /** Whether the view is looked at; otherwise nothing is read. */
  let active = false
  const step = ref<Step>('alts')
  const error = shallowRef<ErrorValue | null>(null)
  const loaded = ref(false)

  const context = createContext(remember)
  const { corpus } = context
  const sets = createSets(context, (before) =>
    data.followAlts((id) => sets.sets.value.some((set) => set.id === id), sets.wholeAlts(), before),
  )
  const alts = createAlts(context, sets)
  const rules = createRules(context)
  const data = createData(context)
  const runs = createRuns(context, () => loaded.value)
  const models = createModels(() => runs.runs.value.flatMap((run) => run.model ?? []))
  const launch = createLaunch(context, data, models.encoder, () => runs.runs.value[0] ?? null)
  const prediction = createPrediction(context, models.predictor, () => launch.head.value.device)
  const plots = createPlots(context, sets)

  /** What comes next in the order of the work. */
  const next = computed<Step>(() => {
    if (!loaded.value) return 'alts'
    const learnable = (data.split('train')?.texts ?? 0) > 0
    const trained = models.spanModels.value.some((item) => item.state === 'installed')
    if (sets.currentSet.value?.kind === 'model')
      return prediction.scoredSpans.value > 0 ? 'plots' : 'predict'
    if (!sets.altSet.value && !learnable) return 'alts'
    if (!learnable && !trained) return 'data'
    if (!trained) return 'train'
    return 'predict'
  })

  /** The set in use is whole and of the model that is chosen. */
  const predicted = computed(() => {
    const set = sets.currentSet.value
    return (
      set?.kind === 'model' &&
      set.complete &&
      set.model === models.predictor.value &&
      prediction.predictWhere.value.trim() === ''
    )
  })

  function remember(): void {
    const value: Kept = {
      step: step.value,
      data: data.data.value,
      head: launch.head.value,
      pack: launch.pack.value,
      encoder: models.encoder.value,
      base: launch.base.value,
      packageFolder: launch.packageFolder.value,
      launcher: launch.launcher.value,
      way: launch.way.value,
      withoutAlts: data.withoutAlts.value,
      threshold: alts.threshold.value,
      minCosine: plots.minCosines.value,
      minConfidence: plots.minConfidence.value,
    }
    keep(corpus.value, 'training', value)
  }

  /** Reads all that the view shows. */
  async function load(): Promise<void> {
    active = true
    if (!corpus.value) return
    const path = corpus.value
    try {
      await Promise.all([sets.load(), runs.load(), data.loadTypes(), rules.load()])
      if (corpus.value !== path) return
      await Promise.all([models.load(), alts.load(), data.load()])
      error.value = null
      loaded.value = true
      if (step.value === 'plots') await plots.load()
    } catch (thrown) {
      error.value = toErrorValue(thrown)
    }
  }

  function leave(): void {
    active = false
  }

  /** Something in the corpus changed. */
  async function refresh(what: readonly CorpusPart[]): Promise<void> {
    if (!active || !corpus.value) return
    const has = (...parts: CorpusPart[]) => parts.some((part) => what.includes(part))
    try {
      if (has('spans')) await sets.load()
      if (has('spans', 'training')) await alts.load()
      if (has('training')) {
        await runs.load()
        await models.load()
      }
      if (has('labels')) await data.loadTypes()
      if (has('pairs', 'spans', 'labels')) await data.load()
      if (step.value === 'plots' && has('spans', 'labels')) await plots.load()
      else if (step.value === 'plots' && has('scores')) await plots.load('scores')
    } catch (thrown) {
      useUi().fail(thrown)
    }
  }

  function setStep(to: Step): void {
    step.value = to
    remember()
    if (to === 'plots') void plots.load()
  }

  /** On to the prediction, by the model that was trained last. */
  function predictWithNewest(): void {
    const model = runs.runs.value[0]?.model
    if (model) models.predictor.value = model
    setStep('predict')
  }

  /** Turns to a corpus, as it was left; reads it only where the view is looked at. */
  function enter(path: string | null): void {
    corpus.value = path
    loaded.value = false
    error.value = null
    for (const part of [sets, alts, data, runs, plots]) part.forget()
    launch.name.value = ''
    const kept = path ? recall<Partial<Kept>>(path, 'training', {}) : {}
    step.value = STEPS.find((item) => item === kept.step) ?? 'alts'
    data.data.value = { ...DATA_DEFAULTS, ...kept.data }
    data.withoutAlts.value = kept.withoutAlts === true
    launch.head.value = { ...HEAD_DEFAULTS, ...kept.head }
    launch.pack.value = { ...PACKAGE_DEFAULTS, ...kept.pack }
    models.encoder.value = kept.encoder ?? ''
    launch.base.value = kept.base ?? ''
    launch.packageFolder.value = kept.packageFolder ?? ''
    launch.launcher.value = kept.launcher ?? ''
    launch.way.value = kept.way ?? 'head'
    alts.threshold.value = kept.threshold ?? null
    plots.minCosines.value = kept.minCosine ?? {}
    plots.minConfidence.value = kept.minConfidence ?? 0
    if (active) void load()
  }

  return {
    step,
    error,
    loaded,
    next,
    load,
    leave,
    refresh,
    setStep,
    predictWithNewest,
    enter,
    remember,
    jobOf: context.jobOf,
    isLive: context.isLive,
    sets: sets.sets,
    altSet: sets.altSet,
    currentSet: sets.currentSet,
    use: sets.use,
    freezeLabels: sets.freezeLabels,
    threshold: alts.threshold,
    report: alts.report,
    example: alts.example,
    findAlts: alts.findAlts,
    rules: rules.rules,
    tryRules: rules.tryRules,
    keepRules: rules.keepRules,
    data: data.data,
    preview: data.preview,
    previewError: data.previewError,
    counting: data.counting,
    types: data.types,
    split: data.split,
    obstacle: data.obstacle,
    loadPreview: data.load,
    setData: data.setData,
    models: models.models,
    encoders: models.encoders,
    spanModels: models.spanModels,
    encoder: models.encoder,
    predictor: models.predictor,
    addModel: models.addModel,
    removeModel: models.removeModel,
    runs: runs.runs,
    run: runs.run,
    other: runs.other,
    chosenRun: runs.chosenRun,
    secondRun: runs.secondRun,
    way: launch.way,
    name: launch.name,
    head: launch.head,
    pack: launch.pack,
    base: launch.base,
    packageFolder: launch.packageFolder,
    launcher: launch.launcher,
    launchers: launch.launchers,
    trained: launch.trained,
    train: launch.train,
    writePackage: launch.writePackage,
    choosePackage: launch.choosePackage,
    launch: launch.launch,
    nBest: prediction.nBest,
    predictWhere: prediction.predictWhere,
    scoredSpans: prediction.scoredSpans,
    predicted,
    predict: prediction.predict,
    shownSet: plots.shownSet,
    clipModels: plots.clipModels,
    clip: plots.clip,
    minCosine: plots.minCosine,
    minConfidence: plots.minConfidence,
    measures: plots.measures,
    density: plots.density,
    coverage: plots.coverage,
    coverageLate: plots.coverageLate,
    plotError: plots.plotError,
    loadPlots: plots.load,
    setMinCosine: plots.setMinCosine,
    setMinConfidence: plots.setMinConfidence,
    setPlot: plots.setPlot,
  }
})
