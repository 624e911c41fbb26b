import { computed, ref, shallowRef } from 'vue'
import {
  TrainingData,
  type CallInput,
  type CallOutput,
  type DescriptionType,
} from '#shared/contract/index.ts'
import { toErrorValue, type ErrorValue } from '#shared/errors.ts'
import { defaultsOf } from '#shared/limits.ts'
import { latest, useClient } from '../../bridge/client.ts'
import { t } from '../../texts/index.ts'
import type { TrainContext } from './train-context.ts'

export type Preview = CallOutput<'training.preview'>

/** What a head, or a package, learns from. */
export type DataChoice = Required<Omit<CallInput<'training.preview'>, 'corpus'>>
export const DATA_DEFAULTS: DataChoice = defaultsOf(TrainingData, [
  'labels',
  'alts',
  'minAltScore',
  'minAltWords',
  'where',
  'types',
  'split',
])

/** What there is to learn from, and how much of it. */
export function createData({ corpus, remember }: TrainContext) {
  const data = ref<DataChoice>({ ...DATA_DEFAULTS })
  /** The person said that no alts are to be learned from. */
  const withoutAlts = ref(false)
  const preview = shallowRef<Preview | null>(null)
  const previewError = shallowRef<ErrorValue | null>(null)
  const counting = ref(false)
  const types = shallowRef<readonly DescriptionType[]>([])

  const split = (of: 'train' | 'validation' | 'test') =>
    preview.value?.splits.find((item) => item.split === of) ?? null
  /** Why nothing can be trained yet; null = it can. */
  const obstacle = computed(() => {
    if (!preview.value) return t('train.obstacles.counting')
    if ((split('train')?.texts ?? 0) === 0) return t('train.obstacles.noTraining')
    if ((split('validation')?.texts ?? 0) === 0) return t('train.obstacles.noValidation')
    return null
  })

  /**
   * What was found just now is what one means to learn from, unless one wants none or another.
   * @param whole the newest whole search, now and before
   */
  function followAlts(
    exists: (set: number) => boolean,
    whole: number | null,
    before: number | null,
  ): void {
    const { alts } = data.value
    const gone = alts !== null && !exists(alts)
    const follows = alts === null ? !withoutAlts.value : gone || alts === before
    if (follows) data.value = { ...data.value, alts: whole }
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
    if (!corpus.value) return
    const asked = { corpus: corpus.value, ...data.value }
    const holds = () => !previewAgain && corpus.value === asked.corpus
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

  const readTypes = latest((path: string) => useClient().call('labels.types', { corpus: path }))
  async function loadTypes(): Promise<void> {
    if (!corpus.value) return
    const answer = await readTypes(corpus.value)
    if (!answer.late) types.value = answer.value
  }

  let previewTimer: ReturnType<typeof setTimeout> | undefined
  /** Changes what is learned from; the counts follow when the hand rests. */
  function setData(patch: Partial<DataChoice>): void {
    data.value = { ...data.value, ...patch }
    if (patch.alts !== undefined) withoutAlts.value = patch.alts === null
    remember()
    counting.value = true
    clearTimeout(previewTimer)
    previewTimer = setTimeout(() => void loadPreview(), 250)
  }

  function forget(): void {
    preview.value = null
    previewError.value = null
  }

  return {
    data,
    withoutAlts,
    preview,
    previewError,
    counting,
    types,
    split,
    obstacle,
    followAlts,
    load: loadPreview,
    loadTypes,
    setData,
    forget,
  }
}

export type Data = ReturnType<typeof createData>
