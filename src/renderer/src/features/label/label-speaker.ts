import { computed, ref, shallowRef } from 'vue'
import { DEFAULT_TYPES, type CallOutput, type DescriptionType } from '#shared/contract/index.ts'
import { latest, useClient } from '../../bridge/client.ts'
import { keep, recall } from '../../bridge/persist.ts'
import { useUi } from '../../state/ui.ts'

export type Person = CallOutput<'labels.annotators'>[number]

/** Who labels, in which corpus, and with which types of description. */
export function createSpeaker() {
  const ui = useUi()
  const corpus = ref<string | null>(null)
  const annotator = ref(recall(null, 'annotator', ''))
  const review = ref(false)
  const people = shallowRef<readonly Person[]>([])
  const types = shallowRef<readonly DescriptionType[]>(DEFAULT_TYPES)
  const named = computed(() => annotator.value.trim() !== '')
  const defaultType = computed(() => types.value[0]?.name ?? 'content')

  /** What every call about labels says first; only where a corpus is open. */
  function speaker() {
    return {
      corpus: corpus.value as string,
      annotator: annotator.value,
      review: review.value,
    }
  }

  function setName(name: string): void {
    annotator.value = name
    keep(null, 'annotator', name)
  }

  const readPeople = latest((path: string) =>
    useClient().call('labels.annotators', { corpus: path }),
  )
  async function loadPeople(): Promise<void> {
    if (corpus.value === null) return
    try {
      const answer = await readPeople(corpus.value)
      if (!answer.late) people.value = answer.value
    } catch (thrown) {
      ui.fail(thrown)
    }
  }

  async function loadTypes(): Promise<void> {
    if (corpus.value === null) return
    try {
      types.value = await useClient().call('labels.types', { corpus: corpus.value })
    } catch (thrown) {
      ui.fail(thrown)
    }
  }

  async function setTypes(next: readonly DescriptionType[]): Promise<boolean> {
    if (corpus.value === null) return false
    const before = types.value
    types.value = next
    try {
      await useClient().call('labels.setTypes', { corpus: corpus.value, types: [...next] })
      return true
    } catch (thrown) {
      types.value = before
      ui.fail(thrown)
      return false
    }
  }

  return {
    corpus,
    annotator,
    review,
    people,
    types,
    named,
    defaultType,
    speaker,
    setName,
    loadPeople,
    loadTypes,
    setTypes,
  }
}

export type Speaker = ReturnType<typeof createSpeaker>
