import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type { CallInput, CallOutput } from '#shared/contract/index.ts'
import { OwnText } from '#shared/domain.ts'
import { DUPLICATE_THRESHOLDS } from '#shared/duplicates.ts'
import type { CopyColours, DuplicateKind } from '#shared/duplicates.ts'
import { useClient } from '../../../bridge/client.ts'
import { useSession } from '../../../state/session.ts'
import { useUi } from '../../../state/ui.ts'
import { useDuplicates } from './duplicates.ts'

type Looked = Omit<CallInput<'jobs.duplicates'>, 'corpus'>

/** By what duplicates are looked for next: as they were looked for last, until somebody chooses. */
export const useDuplicateChoices = defineStore('duplicate-choices', () => {
  const duplicates = useDuplicates()
  const models = shallowRef<CallOutput<'search.models'>>([])
  const isRead = ref(false)
  const isOpen = ref(false)
  const thresholds = ref<Partial<Record<DuplicateKind, number>>>({})
  const model = ref<string | null>(null)
  const text = ref<OwnText>('alt')
  const colours = ref<CopyColours>('any')

  /** What holds of the kind that is shown. */
  const threshold = computed(() =>
    duplicates.kind === 'exact'
      ? null
      : (thresholds.value[duplicates.kind] ?? DUPLICATE_THRESHOLDS[duplicates.kind].usual),
  )
  function setThreshold(value: number | null): void {
    if (value !== null) thresholds.value = { ...thresholds.value, [duplicates.kind]: value }
  }

  watch(
    () => [duplicates.kind, duplicates.now?.made ?? null] as const,
    ([kind, made]) => {
      if (!made) return
      setThreshold(made.threshold)
      if (kind === 'semantic') model.value = made.by
      if (kind === 'text') text.value = OwnText.safeParse(made.by).data ?? 'alt'
      if (kind === 'perceptual') colours.value = made.colours ?? 'any'
    },
    { immediate: true },
  )
  watch(
    () => useSession().path,
    () => {
      thresholds.value = {}
      ;[model.value, text.value, colours.value] = [null, 'alt', 'any']
      ;[models.value, isRead.value, isOpen.value] = [[], false, false]
    },
  )

  // What the corpus was scored with may have changed.
  watch(
    () => duplicates.states,
    () => void (isRead.value && loadModels()),
  )
  const canLook = computed(
    () => duplicates.kind !== 'semantic' || !isRead.value || models.value.length > 0,
  )

  async function loadModels(): Promise<void> {
    const corpus = useSession().path
    if (corpus === null) return
    try {
      const found = await useClient().call('search.models', { corpus })
      if (useSession().path !== corpus) return
      models.value = found.filter(({ pictures }) => pictures > 0)
      isRead.value = true
      const isThere = models.value.some((one) => one.model === model.value)
      if (!isThere) model.value = models.value[0]?.model ?? null
    } catch (thrown) {
      useUi().fail(thrown)
    }
  }

  function asked(): Looked {
    const { kind } = duplicates
    return {
      kind,
      ...(threshold.value === null ? {} : { threshold: threshold.value }),
      ...(kind === 'semantic' && model.value !== null ? { model: model.value } : {}),
      ...(kind === 'text' ? { text: text.value } : {}),
      ...(kind === 'perceptual' ? { colours: colours.value } : {}),
    }
  }

  async function look(): Promise<void> {
    const corpus = useSession().path
    if (corpus === null) return
    isOpen.value = false
    try {
      await useClient().call('jobs.duplicates', { corpus, ...asked() })
    } catch (thrown) {
      useUi().fail(thrown)
    }
  }

  return {
    ...{ models, isRead, isOpen, canLook, threshold, model, text, colours },
    ...{ setThreshold, loadModels, look },
  }
})
