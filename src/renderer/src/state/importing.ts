import { defineStore } from 'pinia'
import { t } from '../texts/index.ts'
import { computed, ref, shallowRef } from 'vue'
import type {
  CallOutput,
  ColumnRole,
  ImportInput,
  RecognisedTable,
} from '#shared/contract/index.ts'
import { toErrorValue } from '#shared/errors.ts'
import { latest, useClient } from '../bridge/client.ts'
import { baseName } from '../bridge/format.ts'
import { useFetching } from './fetching.ts'
import { useImportTarget } from './import-target.ts'
import { useJobs } from './jobs.ts'
import { useUi } from './ui.ts'

export type TablePictures = 'archive' | 'folder' | 'fetch' | 'none'
export type ScoreUnit = NonNullable<ImportInput['unit']>

/** Inputs that are looked at before an import; of more, the job says what is wrong with them. */
const MOST_INPUTS = 12

/** Tables that wait for a person to say what their columns mean. */
export const useImporting = defineStore('importing', () => {
  const inputs = shallowRef<readonly string[]>([])
  const tables = shallowRef<readonly RecognisedTable[]>([])
  const n = ref(0)
  /** Without those that are left out. */
  const taken = ref(0)
  /** What is left out while the rest is taken. */
  const left = shallowRef<CallOutput<'tables.recognise'>['left']>([])
  const refusal = shallowRef<CallOutput<'tables.recognise'>['refusal']>(null)
  const reading = ref(false)
  const starting = ref(false)
  const chosen = ref<{ role: ColumnRole; column: string }[]>([])
  /** null: nobody said, so the values must look like cosines. */
  const unit = ref<ScoreUnit | null>(null)
  const modelName = ref('')
  const pictures = ref<TablePictures | null>(null)
  const folder = ref('')

  const open = computed(() => inputs.value.length > 0)
  const has = (...roles: ColumnRole[]): boolean =>
    tables.value.some((table) => table.columns.some((column) => roles.includes(column.role)))
  const namesFiles = computed(() => has('path'))
  const isScored = computed(() => has('score'))
  const picturesFrom = computed<TablePictures>(
    () => pictures.value ?? (namesFiles.value ? 'archive' : 'none'),
  )
  /** What the scores will be called, each once. */
  const scoreNames = computed(() => [
    ...new Set(
      tables.value.flatMap((table) => [
        ...table.columns.flatMap((column) => column.model ?? []),
        ...(table.embeddings?.model ? [table.embeddings.model] : []),
      ]),
    ),
  ])
  const ready = computed(
    () =>
      tables.value.length > 0 &&
      refusal.value === null &&
      !reading.value &&
      !starting.value &&
      useImportTarget().ready &&
      (picturesFrom.value !== 'folder' || folder.value !== ''),
  )

  const recogniseAll = latest((paths: readonly string[]) =>
    Promise.all(
      paths.slice(0, MOST_INPUTS).map((path) =>
        useClient()
          .call('tables.recognise', {
            path,
            columns: chosen.value,
            ...(modelName.value.trim() ? { modelName: modelName.value.trim() } : {}),
            ...(unit.value ? { unit: unit.value } : {}),
          })
          .catch((error: unknown): CallOutput<'tables.recognise'> => {
            const { message, hint } = toErrorValue(error)
            return {
              n: 0,
              tables: [],
              refusal: { about: null, message, hint: hint ?? null },
              left: [],
            }
          }),
      ),
    ),
  )

  async function recognise(): Promise<void> {
    reading.value = true
    const answer = await recogniseAll(inputs.value)
    if (answer.late) return
    const found = answer.value.flatMap((one) => one.tables)
    const isTaken = answer.value.some((one) => one.refusal === null)
    // One input that is none keeps no other out; what a person must decide stops all.
    const stops = answer.value.filter(
      ({ refusal: said }) => said && (!isTaken || said.about === 'unit' || said.about === 'texts'),
    )
    refusal.value = stops[0]?.refusal ?? null
    left.value = answer.value.flatMap((one, i) => [
      ...one.left,
      ...(one.refusal && !stops.includes(one)
        ? [{ name: baseName(inputs.value[i] ?? ''), message: one.refusal.message }]
        : []),
    ])
    // What cannot be read with a choice stays in view, so that the choice can be taken back.
    if (found.length > 0 || tables.value.length === 0) tables.value = found
    n.value =
      answer.value.reduce((sum, one) => sum + one.n, 0) +
      Math.max(0, inputs.value.length - MOST_INPUTS)
    taken.value = n.value - answer.value.reduce((sum, one) => sum + one.left.length, 0)
    reading.value = false
  }

  /** Looks at tables; the dialog that shows them opens at once. */
  async function begin(paths: readonly string[]): Promise<void> {
    useImportTarget().begin(paths)
    inputs.value = paths
    tables.value = []
    n.value = 0
    taken.value = 0
    refusal.value = null
    left.value = []
    chosen.value = []
    unit.value = null
    modelName.value = ''
    pictures.value = null
    folder.value = ''
    await recognise()
  }

  function close(): void {
    recogniseAll.cancel()
    inputs.value = []
    reading.value = false
  }

  /** Says what a column means. All but scores are given once: an earlier column gives way. */
  async function setRole(column: string, role: ColumnRole): Promise<void> {
    const single = role !== 'score' && role !== 'number' && role !== 'ignore'
    chosen.value = [
      ...chosen.value.filter((one) => one.column !== column && !(single && one.role === role)),
      { role, column },
    ]
    await recognise()
  }

  async function forgetChoices(): Promise<void> {
    chosen.value = []
    await recognise()
  }

  async function setUnit(next: ScoreUnit): Promise<void> {
    unit.value = next
    await recognise()
  }

  async function setModelName(next: string): Promise<void> {
    if (next.trim() === modelName.value.trim()) return
    modelName.value = next
    await recognise()
  }

  async function chooseFolder(): Promise<void> {
    try {
      const found = await useClient().shell('shell.openFolder', {
        title: t('importing.pictures.chooseFolder'),
      })
      if (found) folder.value = found
    } catch (error) {
      useUi().fail(error)
    }
  }

  /** What is fetched is asked once it is known which addresses there are. */
  function imagesFrom(): ImportInput['images'] {
    if (picturesFrom.value === 'folder') return `folder:${folder.value}`
    if (picturesFrom.value !== 'fetch') return picturesFrom.value
    return namesFiles.value ? 'archive' : 'none'
  }

  /** Starts the import into the corpus that was chosen, which is then open. */
  async function start(): Promise<boolean> {
    if (!ready.value) return false
    starting.value = true
    try {
      const corpus = await useImportTarget().open()
      if (corpus === null) return false
      const { job } = await useClient().call('jobs.import', {
        corpus,
        inputs: [...inputs.value],
        columns: chosen.value,
        ...(modelName.value.trim() ? { modelName: modelName.value.trim() } : {}),
        ...(unit.value ? { unit: unit.value } : {}),
        images: imagesFrom(),
      })
      if (picturesFrom.value === 'fetch') useFetching().askAfter(job)
      await useJobs().load()
      close()
      return true
    } catch (error) {
      useUi().fail(error)
      return false
    } finally {
      starting.value = false
    }
  }

  return {
    inputs,
    tables,
    n,
    taken,
    left,
    refusal,
    reading,
    starting,
    chosen,
    unit,
    modelName,
    pictures,
    picturesFrom,
    folder,
    open,
    namesFiles,
    isScored,
    scoreNames,
    ready,
    begin,
    close,
    setRole,
    forgetChoices,
    setUnit,
    setModelName,
    chooseFolder,
    start,
  }
})
