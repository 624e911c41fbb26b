import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type {
  AltReport,
  CallInput,
  CallOutput,
  CorpusPart,
  DescriptionType,
  Job,
  SpanMeasure,
  SpanSet,
  TextModelInfo,
  TrainingRun,
  UselessAltRuleValue,
} from '#shared/contract/index.ts'
import { toErrorValue, type ErrorValue } from '#shared/errors.ts'
import { coalesced, latest, useClient } from '../../bridge/client.ts'
import { keep, recall } from '../../bridge/persist.ts'
import { useJobs } from '../../state/jobs.ts'
import { useMachine } from '../../state/machine.ts'
import { usePairs } from '../../state/pairs.ts'
import { useUi } from '../../state/ui.ts'
import { useUndo } from '../../state/undo.ts'
import { t } from '../../texts/index.ts'

export const STEPS = ['alts', 'data', 'train', 'predict', 'plots'] as const
export type Step = (typeof STEPS)[number]

type Input<N extends 'jobs.trainSpans' | 'jobs.spanPackage' | 'jobs.predictSpans'> = Required<
  Omit<CallInput<N>, 'corpus'>
>
export type Preview = CallOutput<'training.preview'>
export type Density = CallOutput<'spans.density'>
export type Coverage = CallOutput<'spans.coverage'>
export type RulesTried = CallOutput<'spans.tryRules'>

/** What a head, or a package, learns from. */
export type DataChoice = Required<Omit<CallInput<'training.preview'>, 'corpus'>>
export const DATA_DEFAULTS: DataChoice = {
  labels: true,
  alts: null,
  minAltScore: 0.8,
  minAltWords: 2,
  where: '',
  types: null,
  split: { train: 0.7, validation: 0.15, test: 0.15, seed: 1 },
}

/** How a head is trained; the data stands beside it. */
export type HeadChoice = Omit<Input<'jobs.trainSpans'>, keyof DataChoice | 'encoder' | 'name'>
export const HEAD_DEFAULTS: HeadChoice = {
  device: 'auto',
  hidden: 64,
  epochs: 40,
  batchSize: 16,
  learningRate: 3e-3,
  weightDecay: 0.01,
  crossEntropy: 1,
  softIou: 1,
  patience: 10,
  monitor: 'iou',
  maxSpanTokens: 64,
  seed: 1,
}

/** How the script of a package trains the whole model. */
export type PackageChoice = Omit<Input<'jobs.spanPackage'>, keyof DataChoice | 'out' | 'base'>
export const PACKAGE_DEFAULTS: PackageChoice = {
  epochs: 3,
  learningRate: 3e-5,
  batchSize: 16,
  maxLength: 384,
  crossEntropy: 1,
  softIou: 1,
  seed: 1,
}

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
  let corpus: string | null = null
  /** Whether the view is looked at; otherwise nothing is read. */
  let active = false

  const step = ref<Step>('alts')
  const error = shallowRef<ErrorValue | null>(null)
  const loaded = ref(false)

  // Sets of spans.
  const sets = shallowRef<readonly SpanSet[]>([])
  const newest = (kind: SpanSet['kind']) =>
    sets.value
      .filter((set) => set.kind === kind)
      .reduce<SpanSet | null>((best, set) => (best && best.id > set.id ? best : set), null)
  const altSet = computed(() => newest('alt'))
  /** The newest that is whole: half a search would be half of what there is to learn from. */
  const wholeAlts = (): number | null =>
    sets.value.reduce<number | null>(
      (best, { id, kind, complete }) =>
        kind === 'alt' && complete && id > (best ?? 0) ? id : best,
      null,
    )
  const currentSet = computed(() => sets.value.find((set) => set.current) ?? null)

  // Alts.
  const threshold = ref<number | null>(null)
  const report = shallowRef<AltReport | null>(null)
  /** The example whose pair is looked at. */
  const example = ref<number | null>(null)
  const rules = shallowRef<{ rules: readonly UselessAltRuleValue[]; own: boolean } | null>(null)

  // Data.
  const data = ref<DataChoice>({ ...DATA_DEFAULTS })
  /** The person said that no alts are to be learned from. */
  let withoutAlts = false
  const preview = shallowRef<Preview | null>(null)
  const previewError = shallowRef<ErrorValue | null>(null)
  const counting = ref(false)
  const types = shallowRef<readonly DescriptionType[]>([])

  // Training.
  const models = shallowRef<readonly TextModelInfo[]>([])
  const runs = shallowRef<readonly TrainingRun[]>([])
  const way = ref<'head' | 'package'>('head')
  const encoder = ref('')
  const name = ref('')
  const head = ref<HeadChoice>({ ...HEAD_DEFAULTS })
  const pack = ref<PackageChoice>({ ...PACKAGE_DEFAULTS })
  const base = ref('')
  const packageFolder = ref('')
  const launcher = ref('')
  const chosenRun = ref<string | null>(null)
  const secondRun = ref<string | null>(null)

  // Prediction.
  const predictor = ref('')
  const nBest = ref(3)
  const predictWhere = ref('')

  // Plots.
  const plotSet = ref<number | null>(null)
  const plotModel = ref('')
  const minCosines = ref<Record<string, number>>({})
  const minConfidence = ref(0)
  const measures = shallowRef<readonly SpanMeasure[] | null>(null)
  const density = shallowRef<Density | null>(null)
  const coverage = shallowRef<Coverage | null>(null)
  const plotError = shallowRef<ErrorValue | null>(null)
  const coverageLate = ref(false)

  const encoders = computed(() => models.value.filter((item) => item.kind === 'text-encoder'))
  const spanModels = computed(() => models.value.filter((item) => item.kind === 'span'))
  const launchers = computed(() => useMachine().settings?.launchers ?? [])

  const run = computed(
    () => runs.value.find((item) => item.id === chosenRun.value) ?? runs.value[0] ?? null,
  )
  const other = computed(() => {
    const found = runs.value.find((item) => item.id === secondRun.value) ?? null
    return found && found.id !== run.value?.id ? found : null
  })

  const split = (of: 'train' | 'validation' | 'test') =>
    preview.value?.splits.find((item) => item.split === of) ?? null
  /** Why nothing can be trained yet; null = it can. */
  const obstacle = computed(() => {
    if (!preview.value) return t('train.obstacles.counting')
    if ((split('train')?.texts ?? 0) === 0) return t('train.obstacles.noTraining')
    if ((split('validation')?.texts ?? 0) === 0) return t('train.obstacles.noValidation')
    return null
  })

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
  /** How many pairs of the current set have a score, by any model. */
  const scoredSpans = computed(() =>
    usePairs()
      .sources.filter((source) => source.text === 'span')
      .reduce((most, source) => Math.max(most, source.n), 0),
  )

  /** The newest job of a kind for this corpus. */
  function jobOf(kind: Job['kind']): Job | null {
    return useJobs().list.find((job) => job.kind === kind && job.corpus === corpus) ?? null
  }
  function isLive(kind: Job['kind']): boolean {
    const state = jobOf(kind)?.state
    return state === 'running' || state === 'queued'
  }

  /** What comes next in the order of the work. */
  const next = computed<Step>(() => {
    if (!loaded.value) return 'alts'
    const learnable = (split('train')?.texts ?? 0) > 0
    const trained = spanModels.value.some((item) => item.state === 'installed')
    if (currentSet.value?.kind === 'model') return scoredSpans.value > 0 ? 'plots' : 'predict'
    if (!altSet.value && !learnable) return 'alts'
    if (!learnable && !trained) return 'data'
    if (!trained) return 'train'
    return 'predict'
  })

  function remember(): void {
    const value: Kept = {
      step: step.value,
      data: data.value,
      head: head.value,
      pack: pack.value,
      encoder: encoder.value,
      base: base.value,
      packageFolder: packageFolder.value,
      launcher: launcher.value,
      way: way.value,
      withoutAlts,
      threshold: threshold.value,
      minCosine: minCosines.value,
      minConfidence: minConfidence.value,
    }
    keep(corpus, 'training', value)
  }

  const readSets = latest((path: string) => useClient().call('spans.sets', { corpus: path }))
  const readReport = latest((path: string, set: number) =>
    useClient().call('spans.altReport', { corpus: path, set }),
  )
  const readRuns = latest((path: string) => useClient().call('training.runs', { corpus: path }))
  const readModels = latest(() => useClient().call('training.models', {}))
  const readTypes = latest((path: string) => useClient().call('labels.types', { corpus: path }))
  const readMeasures = latest((path: string, set: number) =>
    useClient().call('spans.measures', { corpus: path, set }),
  )
  const readDensity = latest((path: string, set: number, model: string) =>
    useClient().call('spans.density', { corpus: path, set, model }),
  )

  async function loadSets(): Promise<void> {
    if (!corpus) return
    const path = corpus
    const answer = await readSets(path)
    if (answer.late || corpus !== path) return
    const before = wholeAlts()
    sets.value = [...answer.value].sort((a, b) => b.id - a.id)
    // What was found just now is what one means to learn from, unless one wants none or another.
    const { alts } = data.value
    const gone = alts !== null && !sets.value.some((set) => set.id === alts)
    const follows = alts === null ? !withoutAlts : gone || alts === before
    if (follows) data.value = { ...data.value, alts: wholeAlts() }
  }

  async function loadReport(): Promise<void> {
    const set = altSet.value
    if (!corpus || !set) {
      report.value = null
      return
    }
    const path = corpus
    const answer = await readReport(path, set.id)
    if (!answer.late && corpus === path) report.value = answer.value
  }

  async function loadRules(): Promise<void> {
    rules.value = await useClient().call('spans.rules', {})
  }

  async function loadRuns(): Promise<void> {
    if (!corpus) return
    const path = corpus
    const answer = await readRuns(path)
    if (answer.late || corpus !== path) return
    // A run that has just begun is the one to look at.
    const known = new Set(runs.value.map((item) => item.id))
    const begun = answer.value.find((item) => item.state === 'running' && !known.has(item.id))
    runs.value = answer.value
    if (begun && loaded.value) chosenRun.value = begun.id
  }

  async function loadModels(): Promise<void> {
    const answer = await readModels()
    if (answer.late) return
    models.value = answer.value
    const usable = (list: readonly TextModelInfo[], id: string) =>
      list.some((item) => item.id === id && item.state === 'installed')
    const best = (list: readonly TextModelInfo[]) =>
      (
        list.find((item) => item.state === 'installed' && !item.isDemonstration) ??
        list.find((item) => item.state === 'installed')
      )?.id ?? ''
    if (!usable(encoders.value, encoder.value)) encoder.value = best(encoders.value)
    if (!usable(spanModels.value, predictor.value)) {
      const made = runs.value.find((item) => item.model && usable(spanModels.value, item.model))
      predictor.value = made?.model ?? best(spanModels.value)
    }
  }

  let previewing: Promise<void> | null = null
  let previewAgain = false
  /**
   * Counts what there is to learn from; a mistake in the filter is shown, not thrown. At most one
   * count is under way: over a large corpus it takes longer than the hand needs for the next change.
   */
  function loadPreview(): Promise<void> {
    previewAgain = previewing !== null
    previewing ??= (async () => {
      do {
        previewAgain = false
        await countOnce()
      } while (previewAgain)
      previewing = null
    })()
    return previewing
  }

  async function countOnce(): Promise<void> {
    if (!corpus) return
    const asked = { corpus, ...data.value }
    const holds = () => !previewAgain && corpus === asked.corpus
    counting.value = true
    try {
      const answer = await useClient().call('training.preview', asked)
      if (!holds()) return
      preview.value = answer
      previewError.value = null
    } catch (thrown) {
      if (!holds()) return
      preview.value = null
      previewError.value = toErrorValue(thrown)
    }
    counting.value = false
  }

  async function loadTypes(): Promise<void> {
    if (!corpus) return
    const answer = await readTypes(corpus)
    if (!answer.late) types.value = answer.value
  }

  const readCoverage = coalesced(async () => {
    const set = shownSet.value
    if (!corpus || !set || !clip.value) return
    const asked = {
      corpus,
      set: set.id,
      model: clip.value.id,
      minCosine: minCosine.value,
      minConfidence: minConfidence.value,
    }
    try {
      const answer = await useClient().call('spans.coverage', asked)
      if (corpus !== asked.corpus) return
      coverage.value = answer
      coverageLate.value =
        asked.minCosine !== minCosine.value || asked.minConfidence !== minConfidence.value
    } catch (thrown) {
      plotError.value = toErrorValue(thrown)
    }
  })

  async function loadMeasures(set: number): Promise<void> {
    if (!corpus) return
    const answer = await readMeasures(corpus, set)
    if (!answer.late) measures.value = answer.value
  }

  async function loadDensity(set: number): Promise<void> {
    if (!corpus || !clip.value) {
      density.value = null
      return
    }
    const answer = await readDensity(corpus, set, clip.value.id)
    if (!answer.late) density.value = answer.value
  }

  /** Everything that hangs on the chosen set and model; after scoring only what scores are part of. */
  async function loadPlots(only: 'all' | 'scores' = 'all'): Promise<void> {
    const set = shownSet.value
    if (!corpus || !set) {
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

  /** Reads all that the view shows. */
  async function load(): Promise<void> {
    active = true
    if (!corpus) return
    const path = corpus
    try {
      await Promise.all([loadSets(), loadRuns(), loadTypes(), loadRules()])
      if (corpus !== path) return
      await Promise.all([loadModels(), loadReport(), loadPreview()])
      error.value = null
      loaded.value = true
      if (step.value === 'plots') await loadPlots()
    } catch (thrown) {
      error.value = toErrorValue(thrown)
    }
  }

  function leave(): void {
    active = false
  }

  /** Something in the corpus changed. */
  async function refresh(what: readonly CorpusPart[]): Promise<void> {
    if (!active || !corpus) return
    const has = (...parts: CorpusPart[]) => parts.some((part) => what.includes(part))
    try {
      if (has('spans')) await loadSets()
      if (has('spans', 'training')) await loadReport()
      if (has('training')) {
        await loadRuns()
        await loadModels()
      }
      if (has('labels')) await loadTypes()
      if (has('pairs', 'spans', 'labels')) await loadPreview()
      if (step.value === 'plots' && has('spans', 'labels')) await loadPlots()
      else if (step.value === 'plots' && has('scores')) await loadPlots('scores')
    } catch (thrown) {
      useUi().fail(thrown)
    }
  }

  let previewTimer: ReturnType<typeof setTimeout> | undefined
  /** Changes what is learned from; the counts follow when the hand rests. */
  function setData(patch: Partial<DataChoice>): void {
    data.value = { ...data.value, ...patch }
    if (patch.alts !== undefined) withoutAlts = patch.alts === null
    remember()
    counting.value = true
    clearTimeout(previewTimer)
    previewTimer = setTimeout(() => void loadPreview(), 250)
  }

  function setStep(to: Step): void {
    step.value = to
    remember()
    if (to === 'plots') void loadPlots()
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

  /** Starts long work; true when it is on its way. */
  async function start(ask: () => Promise<{ job: string }>): Promise<boolean> {
    remember()
    try {
      await ask()
      await useJobs().load()
      return true
    } catch (thrown) {
      useUi().fail(thrown)
      return false
    }
  }

  async function findAlts(): Promise<boolean> {
    const path = corpus
    if (path === null || isLive('alt-spans')) return false
    return start(() =>
      useClient().call('jobs.altSpans', {
        corpus: path,
        ...(threshold.value === null ? {} : { threshold: threshold.value }),
      }),
    )
  }

  async function train(): Promise<boolean> {
    const path = corpus
    if (path === null || isLive('train-spans') || obstacle.value || !encoder.value) return false
    const called = name.value.trim()
    const started = await start(() =>
      useClient().call('jobs.trainSpans', {
        corpus: path,
        ...data.value,
        ...head.value,
        encoder: encoder.value,
        ...(called ? { name: called } : {}),
      }),
    )
    if (started) name.value = ''
    return started
  }

  /** Writes a package into a folder that the person chooses. */
  async function writePackage(): Promise<boolean> {
    const path = corpus
    if (path === null || isLive('span-package') || obstacle.value || !base.value.trim())
      return false
    try {
      const out = await useClient().shell('shell.openFolder', {
        title: t('train.package.saveTitle'),
      })
      if (!out) return false
      packageFolder.value = out
      return await start(() =>
        useClient().call('jobs.spanPackage', {
          corpus: path,
          ...data.value,
          ...pack.value,
          base: base.value.trim(),
          out,
        }),
      )
    } catch (thrown) {
      useUi().fail(thrown)
      return false
    }
  }

  async function choosePackage(): Promise<void> {
    try {
      const found = await useClient().shell('shell.openFolder', {
        title: t('train.package.openTitle'),
      })
      if (!found) return
      packageFolder.value = found
      remember()
    } catch (thrown) {
      useUi().fail(thrown)
    }
  }

  async function launch(): Promise<boolean> {
    const path = corpus
    const by = launchers.value.find((item) => item.name === launcher.value) ?? launchers.value[0]
    if (path === null || !by || packageFolder.value === '') return false
    return start(() =>
      useClient().call('jobs.launch', {
        corpus: path,
        package: packageFolder.value,
        launcher: by.name,
      }),
    )
  }

  async function predict(): Promise<boolean> {
    const path = corpus
    if (path === null || isLive('predict-spans') || !predictor.value) return false
    return start(() =>
      useClient().call('jobs.predictSpans', {
        corpus: path,
        model: predictor.value,
        where: predictWhere.value,
        nBest: nBest.value,
        device: head.value.device,
      }),
    )
  }

  /** Says what the text source `span` means from now on. */
  async function use(set: number | null): Promise<void> {
    const was = currentSet.value?.id ?? null
    if (set === was || !(await write(set))) return
    useUndo().push({
      label: t('train.predict.undo'),
      undo: () => void write(was),
      redo: () => void write(set),
    })
  }

  async function write(set: number | null): Promise<boolean> {
    if (!corpus) return false
    const before = sets.value
    sets.value = before.map((item) => ({ ...item, current: item.id === set }))
    try {
      await useClient().call('spans.use', { corpus, set })
      await loadSets()
      await usePairs().refresh(['scores'])
      return true
    } catch (thrown) {
      sets.value = before
      useUi().fail(thrown)
      return false
    }
  }

  async function freezeLabels(): Promise<void> {
    if (!corpus) return
    try {
      const made = await useClient().call('spans.freezeLabels', { corpus })
      await loadSets()
      useUi().note(t('train.predict.frozen', { set: made.title }))
    } catch (thrown) {
      useUi().fail(thrown)
    }
  }

  async function addModel(): Promise<void> {
    try {
      const source = await useClient().shell('shell.openFolder', {
        title: t('train.predict.addTitle'),
      })
      if (!source) return
      const made = await useClient().call('training.addModel', { source })
      await loadModels()
      if (made.state === 'installed') {
        if (made.kind === 'text-encoder') encoder.value = made.id
        else predictor.value = made.id
        useUi().note(t('train.predict.added', { name: made.name }))
      } else {
        useUi().note(
          t('train.common.cannotUse', {
            name: made.name,
            problem: made.problem ?? t('train.predict.noReason'),
          }),
        )
      }
    } catch (thrown) {
      useUi().fail(thrown)
    }
  }

  async function removeModel(model: TextModelInfo): Promise<void> {
    const sure = await useUi().ask(
      t('train.predict.removeTitle', { name: model.name }),
      model.kind === 'span'
        ? t('train.predict.removeModelText')
        : t('train.predict.removeFolderText'),
      t('train.common.remove'),
    )
    if (!sure) return
    try {
      await useClient().call('training.removeModel', { id: model.id })
      await loadModels()
    } catch (thrown) {
      useUi().fail(thrown)
    }
  }

  /** What rules would take here, without keeping them. @throws AppError for a rule that is wrong */
  async function tryRules(list: readonly UselessAltRuleValue[]): Promise<RulesTried | null> {
    if (!corpus) return null
    return useClient().call('spans.tryRules', { corpus, rules: [...list] })
  }

  /** Keeps rules for this machine; null = those of the program. @throws AppError when one is wrong */
  async function keepRules(list: readonly UselessAltRuleValue[] | null): Promise<void> {
    await useClient().call('spans.setRules', { rules: list === null ? null : [...list] })
    await loadRules()
  }

  function enter(path: string | null): void {
    corpus = path
    loaded.value = false
    error.value = null
    sets.value = []
    report.value = null
    example.value = null
    preview.value = null
    previewError.value = null
    runs.value = []
    chosenRun.value = null
    secondRun.value = null
    plotSet.value = null
    plotModel.value = ''
    measures.value = null
    density.value = null
    coverage.value = null
    plotError.value = null
    name.value = ''
    const kept = path ? recall<Partial<Kept>>(path, 'training', {}) : {}
    step.value = STEPS.find((item) => item === kept.step) ?? 'alts'
    data.value = { ...DATA_DEFAULTS, ...kept.data }
    withoutAlts = kept.withoutAlts === true
    head.value = { ...HEAD_DEFAULTS, ...kept.head }
    pack.value = { ...PACKAGE_DEFAULTS, ...kept.pack }
    encoder.value = kept.encoder ?? ''
    base.value = kept.base ?? ''
    packageFolder.value = kept.packageFolder ?? ''
    launcher.value = kept.launcher ?? ''
    way.value = kept.way ?? 'head'
    threshold.value = kept.threshold ?? null
    minCosines.value = kept.minCosine ?? {}
    minConfidence.value = kept.minConfidence ?? 0
    if (active) void load()
  }

  return {
    step,
    error,
    loaded,
    sets,
    altSet,
    currentSet,
    threshold,
    report,
    example,
    rules,
    data,
    preview,
    previewError,
    counting,
    types,
    models,
    encoders,
    spanModels,
    runs,
    run,
    other,
    chosenRun,
    secondRun,
    way,
    encoder,
    name,
    head,
    pack,
    base,
    packageFolder,
    launcher,
    launchers,
    predictor,
    nBest,
    predictWhere,
    shownSet,
    clipModels,
    clip,
    minCosine,
    minConfidence,
    measures,
    density,
    coverage,
    coverageLate,
    plotError,
    scoredSpans,
    obstacle,
    next,
    split,
    jobOf,
    isLive,
    remember,
    load,
    leave,
    refresh,
    loadPreview,
    loadPlots,
    setData,
    setStep,
    setMinCosine,
    setMinConfidence,
    setPlot,
    findAlts,
    train,
    writePackage,
    choosePackage,
    launch,
    predict,
    use,
    freezeLabels,
    addModel,
    removeModel,
    tryRules,
    keepRules,
    enter,
  }
})
