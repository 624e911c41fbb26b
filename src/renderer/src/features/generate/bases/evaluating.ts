import { defineStore } from 'pinia'
import { computed, reactive, ref, shallowRef } from 'vue'
import {
  FIELD_RECIPE,
  SMALL_RECIPE,
  type ProjectionRecipe,
  type RecognisedTable,
} from '#shared/contract/index.ts'
import { pairColumns } from '#shared/pair-columns.ts'
import { guessPromptColumn, promptColumns } from '#shared/prompt-column.ts'
import { latest, useClient } from '../../../bridge/client.ts'
import { baseName } from '../../../bridge/format.ts'
import { useUi } from '../../../state/ui.ts'
import { t } from '../../../texts/index.ts'
import { useBaseModels } from './base-models.ts'
import { usePromptBases } from './prompt-bases.ts'

export type RecipeChoice = 'none' | 'field' | 'small' | 'own'
const TABLES = ['csv', 'tsv', 'jsonl', 'ndjson', 'parquet', 'pq', 'gz', 'zst']

/** What a base is judged by: the table, its columns, k, what is held out, and how a projection is trained. */
export const useEvaluating = defineStore('prompt-evaluating', () => {
  /** null: the dialog is closed. */
  const path = ref<string | null>(null)
  const table = shallowRef<RecognisedTable | null>(null)
  const refusal = ref<string | null>(null)
  const reading = ref(false)
  const image = ref('')
  const text = ref('')
  const root = ref<string | null>(null)
  const vectors = ref<string | null>(null)
  const ks = ref('1, 10, 100')
  const heldOut = ref(20)
  const seed = ref(0)
  const resamples = ref(2000)
  const choice = ref<RecipeChoice>('small')
  const own = reactive({
    ...{ learningRate: SMALL_RECIPE.learningRate, batch: SMALL_RECIPE.batch },
    ...{ epochs: SMALL_RECIPE.epochs, weightDecay: SMALL_RECIPE.weightDecay },
    ...{ stops: true, share: 10, patience: 10 },
  })

  const columns = computed(() => promptColumns(table.value?.columns ?? []))
  const numbers = computed(() =>
    ks.value
      .split(/[\s,;]+/)
      .filter(Boolean)
      .map(Number),
  )
  const areRight = computed(
    () =>
      numbers.value.length > 0 &&
      numbers.value.length <= 50 &&
      numbers.value.every((k) => Number.isInteger(k) && k >= 1 && k <= 10_000),
  )
  const recipe = computed<ProjectionRecipe | null>(() => {
    if (choice.value === 'none') return null
    if (choice.value === 'field') return FIELD_RECIPE
    if (choice.value === 'small') return SMALL_RECIPE
    const { learningRate, batch, epochs, weightDecay, stops, share, patience } = own
    const stop = stops ? { share: share / 100, patience } : null
    return { learningRate, batch, epochs, weightDecay, stop }
  })
  /** Steps of a recipe on as many pairs as the table may leave, at most; null where nobody knows. */
  function stepsOf(of: ProjectionRecipe): { pairs: number; steps: number } | null {
    const rows = table.value?.rows ?? null
    if (rows === null) return null
    const share = of.stop ? 1 - of.stop.share : 1
    const pairs = Math.round(rows * (1 - heldOut.value / 100) * share)
    return { pairs, steps: of.epochs * Math.ceil(pairs / of.batch) }
  }
  /** What keeps it from being started, in words; null = nothing. */
  const missing = computed(() => {
    if (refusal.value !== null || !table.value) return ''
    if (image.value === '') return t('bases.judge.missing.image')
    if (text.value === '') return t('bases.judge.missing.text')
    if (image.value === text.value) return t('bases.judge.missing.same')
    return areRight.value ? null : t('bases.judge.needs')
  })

  const recognise = latest((file: string) => useClient().call('tables.recognise', { path: file }))

  /** Asks for a table and opens the dialog on it. */
  async function begin(): Promise<void> {
    if (usePromptBases().base === null) return
    const [file] = await useClient().shell('shell.openFiles', {
      title: t('bases.judge.dialog'),
      kind: t('bases.judge.kind'),
      extensions: TABLES,
    })
    if (file === undefined) return
    table.value = null
    refusal.value = null
    root.value = null
    vectors.value = null
    path.value = file
    reading.value = true
    const answer = await recognise(file)
    if (answer.late) return
    reading.value = false
    const [first] = answer.value.tables
    if (!first) {
      const { message, hint } = answer.value.refusal ?? { message: '', hint: null }
      refusal.value = [message, hint ?? ''].join(' ')
      return
    }
    table.value = first
    image.value = pairColumns(first.columns).image?.name ?? ''
    text.value = guessPromptColumn(first.columns)?.name ?? ''
  }

  async function chooseRoot(): Promise<void> {
    const found = await useClient().shell('shell.openFolder', { title: t('bases.judge.root') })
    if (found) root.value = found
  }

  async function chooseVectors(): Promise<void> {
    const [file] = await useClient().shell('shell.openFiles', {
      title: t('bases.judge.vectors'),
      kind: t('bases.making.vectorsKind'),
      extensions: ['npy'],
    })
    if (file !== undefined) vectors.value = file
  }

  /** Asks where the report goes, and begins. */
  async function start(): Promise<void> {
    const store = usePromptBases()
    const { path: file } = { path: path.value }
    if (missing.value !== null || file === null || !store.base) return
    const out = await useClient().shell('shell.saveFile', {
      title: t('bases.judge.out'),
      suggested: `${baseName(file).replace(/\.\w{1,8}$/, '')}.evaluation.json`,
      kind: t('bases.judge.report'),
      extensions: ['json'],
    })
    if (out === null) return
    const { weights, averaging, space } = store
    const { asked, device } = useBaseModels()
    const began = await store.begin(store.base.name, () =>
      useClient().call('promptBases.evaluate', {
        ...{ base: store.base?.name ?? '', file, out, replace: true, weights, averaging, space },
        ...{ imageColumn: image.value, textColumn: text.value, ks: numbers.value },
        ...{ heldOut: heldOut.value / 100, seed: seed.value, resamples: resamples.value },
        ...{ projection: recipe.value, device, ...asked },
        ...(root.value === null ? {} : { root: root.value }),
        ...(vectors.value === null ? {} : { source: vectors.value }),
      }),
    )
    if (began) close()
  }

  function close(): void {
    recognise.cancel()
    path.value = null
  }

  const fail = (thrown: unknown): void => useUi().fail(thrown)
  return {
    ...{ path, table, refusal, reading, image, text, root, vectors, ks, heldOut, seed, resamples },
    ...{ choice, own, columns, areRight, recipe, stepsOf, missing },
    ...{ begin, chooseRoot, chooseVectors, start, close, fail },
  }
})
