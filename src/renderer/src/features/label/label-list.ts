import { computed, ref, shallowRef } from 'vue'
import type { CallOutput } from '#shared/contract/index.ts'
import { toErrorValue, type ErrorValue } from '#shared/errors.ts'
import { latest, useClient } from '../../bridge/client.ts'

export type LabelList = CallOutput<'labels.list'>
export const LIST_STATES = ['labeled', 'none', 'skipped', 'flagged'] as const
export type ListState = (typeof LIST_STATES)[number]

interface Speaking {
  corpus: string
  annotator: string
  review: boolean
}

const PAGE = 100

/** What one labeled, narrowed by type, day, state and words; more is read when it is asked for. */
export function createLabelList(speaker: () => Speaking) {
  const text = ref('')
  const type = ref<string | null>(null)
  const day = ref<string | null>(null)
  const status = ref<ListState | null>(null)
  const list = shallowRef<LabelList | null>(null)
  const error = shallowRef<ErrorValue | null>(null)

  const ask = latest((offset: number) =>
    useClient().call('labels.list', {
      ...speaker(),
      text: text.value,
      type: type.value,
      day: day.value,
      status: status.value,
      offset,
      limit: PAGE,
    }),
  )

  async function read(offset: number): Promise<void> {
    try {
      const answer = await ask(offset)
      if (answer.late) return
      const before = offset > 0 ? (list.value?.rows ?? []) : []
      list.value = { ...answer.value, rows: [...before, ...answer.value.rows] }
      error.value = null
    } catch (thrown) {
      error.value = toErrorValue(thrown)
    }
  }

  /** Of everything that is asked for nothing is narrowed. */
  const all = computed(
    () => text.value.trim() === '' && [type, day, status].every(({ value }) => value === null),
  )

  return {
    text,
    type,
    day,
    status,
    list,
    error,
    all,
    load: () => read(0),
    more: () => read(list.value?.rows.length ?? 0),
  }
}
