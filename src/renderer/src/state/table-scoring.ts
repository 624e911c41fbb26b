import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import {
  SimilarityInput,
  type CallOutput,
  type Device,
  type Job,
  type RecognisedTable,
  type ScoredTable,
  type SimilarityFormat,
  type SimilarityUnit,
} from '#shared/contract/index.ts'
import { toErrorValue } from '#shared/errors.ts'
import { defaultsOf } from '#shared/limits.ts'
import { isSingleValue, pairColumns } from '#shared/pair-columns.ts'
import { latest, useClient } from '../bridge/client.ts'
import { baseName } from '../bridge/format.ts'
import { t } from '../texts/index.ts'
import { useJobs } from './jobs.ts'
import { useMachine } from './machine.ts'
import { useUi } from './ui.ts'

const DEFAULTS = defaultsOf(SimilarityInput, ['unit', 'over'])
/** Endings of tables, as the dialogs of the system know them. */
const TABLES = ['csv', 'tsv', 'jsonl', 'ndjson', 'parquet', 'pq', 'gz', 'zst']

/** Ending of a run log: nobody else's files have it. */
const LOG = 'run.log'

type Refusal = { message: string; hint: string | null }

/** A table whose rows are scored without a corpus: what is chosen, the job, and what it wrote. */
export const useTableScoring = defineStore('table-scoring', () => {
  const open = ref(false)
  /** null: none is chosen yet. */
  const path = ref<string | null>(null)
  const table = shallowRef<RecognisedTable | null>(null)
  const refusal = shallowRef<Refusal | null>(null)
  const reading = ref(false)
  const starting = ref(false)

  const image = ref('')
  const text = ref('')
  const models = ref<string[]>([])
  const unit = ref<SimilarityUnit>(DEFAULTS.unit)
  const over = ref<SimilarityInput['over']>(DEFAULTS.over)
  const device = ref<Device>('auto')
  /** A column of tokens a model. */
  const tokens = ref(false)
  const format = ref<SimilarityFormat>('csv')
  /** What the run took and what it ran on, as a text file beside the table. */
  const log = ref(false)
  /** Where relative paths begin; null: the folder of the table. */
  const root = ref<string | null>(null)

  const jobId = ref<string | null>(null)
  const job = computed<Job | null>(() => useJobs().byId.get(jobId.value ?? '') ?? null)
  const scored = shallowRef<ScoredTable | null>(null)
  const scoredRefusal = shallowRef<Refusal | null>(null)

  const columns = computed(() => table.value?.columns.filter(isSingleValue) ?? [])
  /** Lists, structures and bytes, which are not carried over. */
  const dropped = computed(
    () => table.value?.columns.filter((one) => !isSingleValue(one)).map(({ name }) => name) ?? [],
  )
  const usable = computed(() =>
    useMachine().models.filter((one) => one.state === 'installed' && one.family !== 'imported'),
  )
  /** What keeps it from being started, in words; null = nothing. */
  const missing = computed<string | null>(() => {
    if (!table.value) return null
    if (image.value === '') return t('scoring.missing.image')
    if (text.value === '') return t('scoring.missing.text')
    if (image.value === text.value) return t('scoring.missing.same')
    return usable.value.length > 0 && models.value.length === 0 ? t('scoring.missing.model') : null
  })
  const ready = computed(
    () =>
      table.value !== null &&
      models.value.length > 0 &&
      missing.value === null &&
      !reading.value &&
      !starting.value,
  )

  const recognise = latest((which: string) =>
    useClient()
      .call('tables.recognise', { path: which })
      .catch((error: unknown): CallOutput<'tables.recognise'> => {
        const { message, hint } = toErrorValue(error)
        const said = { about: null, message, hint: hint ?? null }
        return { n: 0, tables: [], refusal: said, left: [] }
      }),
  )
  const summarise = latest((which: string) => useClient().call('tables.scored', { path: which }))

  function clear(): void {
    recognise.cancel()
    summarise.cancel()
    table.value = null
    refusal.value = null
    reading.value = false
    image.value = ''
    text.value = ''
    root.value = null
    jobId.value = null
    scored.value = null
    scoredRefusal.value = null
  }

  function chooseUsualModel(): void {
    const machine = useMachine()
    models.value = models.value.filter((id) => usable.value.some((one) => one.id === id))
    if (models.value.length > 0) return
    const preferred = usable.value.find((one) => one.id === machine.settings?.defaultModel)
    const usual = preferred ?? usable.value.find((one) => !one.isDemonstration) ?? usable.value[0]
    models.value = usual ? [usual.id] : []
  }

  // Models may be listed only once the dialog is open, and may go meanwhile.
  watch(usable, chooseUsualModel)

  /** Opens the dialog on a table; without one it asks for a table. */
  async function begin(which?: string): Promise<void> {
    const chosen = which ?? (await chooseTable())
    if (chosen === null) return
    clear()
    open.value = true
    path.value = chosen
    device.value = useMachine().settings?.device ?? 'auto'
    chooseUsualModel()
    void useMachine().tryDevices()
    reading.value = true
    const answer = await recognise(chosen)
    if (answer.late) return
    reading.value = false
    const [first] = answer.value.tables
    if (!first || first.path.replace(/[\\/]+$/, '') !== chosen.replace(/[\\/]+$/, '')) {
      // A folder stands for many tables, each of which would need its own place.
      refusal.value = first
        ? { message: t('scoring.folder'), hint: null }
        : { message: answer.value.refusal?.message ?? '', hint: answer.value.refusal?.hint ?? null }
      return
    }
    table.value = first
    const known = pairColumns(first.columns)
    image.value = known.image?.name ?? ''
    text.value = known.text?.name ?? ''
    format.value = first.format === 'json' || first.format === 'coco' ? 'jsonl' : first.format
  }

  async function chooseTable(): Promise<string | null> {
    const [found] = await useClient().shell('shell.openFiles', {
      title: t('scoring.dialogs.table'),
      kind: t('scoring.dialogs.kind'),
      extensions: TABLES,
    })
    return found ?? null
  }

  async function chooseRoot(): Promise<void> {
    const found = await useClient().shell('shell.openFolder', { title: t('scoring.dialogs.root') })
    if (found) root.value = found
  }

  /** A checkpoint in a folder becomes a model here, and is one of those that score. */
  async function addModel(): Promise<void> {
    const source = await useClient().shell('shell.openFolder', {
      title: t('scoring.dialogs.model'),
    })
    if (!source) return
    const kinds = ['picture-text' as const]
    const { model } = await useClient().call('models.add', { source, kinds })
    await useMachine().loadModels()
    if (model?.state === 'installed') models.value = [...new Set([...models.value, model.id])]
    else if (model)
      useUi().note(t('scoring.cannotUse', { name: model.name, why: model.problem ?? '' }))
  }

  /** The name that is proposed for the new table. */
  function outName(): string {
    const name = baseName(path.value ?? '').replace(/\.(\w{1,8})(\.(gz|zst))?$/i, '')
    return `${name}.scored.${format.value}`
  }

  /** Asks where the new table goes and starts. The system has asked before it lets a file be replaced. */
  async function start(): Promise<boolean> {
    if (!ready.value || path.value === null) return false
    starting.value = true
    try {
      const chosen = await useClient().shell('shell.saveFile', {
        title: t('scoring.dialogs.out'),
        suggested: outName(),
        kind: t('scoring.dialogs.kind'),
        // A run log lies beside it under the same name.
        extensions: [format.value, ...(log.value ? [LOG] : [])],
      })
      if (chosen === null) return false
      const out = chosen.toLowerCase().endsWith(`.${format.value}`)
        ? chosen
        : `${chosen}.${format.value}`
      const started = await useClient().call('jobs.similarity', {
        file: path.value,
        out,
        replace: true,
        models: models.value,
        unit: unit.value,
        over: over.value,
        tokens: tokens.value,
        imageColumn: image.value,
        textColumn: text.value,
        format: format.value,
        device: device.value,
        ...(root.value === null ? {} : { root: root.value }),
        ...(log.value ? { log: `${out.slice(0, -format.value.length)}${LOG}` } : {}),
      })
      await useJobs().load()
      jobId.value = started.job
      return true
    } catch (error) {
      useUi().fail(error)
      return false
    } finally {
      starting.value = false
    }
  }

  /** Where the table of a job that is done lies. */
  const outOf = (one: Job): string | null =>
    one.result.find(({ label }) => label === 'Table')?.value ?? null

  /** Opens the dialog on what a job wrote. */
  function show(one: Job): void {
    clear()
    path.value = null
    open.value = true
    jobId.value = one.id
    void summariseJob()
  }

  /** Reads what the job wrote, once it is done. */
  async function summariseJob(): Promise<void> {
    const out = job.value?.state === 'done' ? outOf(job.value) : null
    if (out === null || scored.value?.path === out) return
    scoredRefusal.value = null
    try {
      const answer = await summarise(out)
      if (!answer.late) scored.value = answer.value
    } catch (error) {
      const { message, hint } = toErrorValue(error)
      scoredRefusal.value = { message, hint: hint ?? null }
    }
  }

  /** Back to what was chosen, to score it in another way. */
  function back(): void {
    summarise.cancel()
    jobId.value = null
    scored.value = null
    scoredRefusal.value = null
  }

  /** A job that runs goes on. */
  function close(): void {
    open.value = false
    clear()
  }

  return {
    open,
    path,
    table,
    refusal,
    reading,
    starting,
    image,
    text,
    models,
    unit,
    over,
    device,
    tokens,
    format,
    log,
    root,
    job,
    scored,
    scoredRefusal,
    columns,
    dropped,
    usable,
    missing,
    ready,
    begin,
    chooseRoot,
    addModel,
    start,
    show,
    outOf,
    summariseJob,
    back,
    close,
  }
})
