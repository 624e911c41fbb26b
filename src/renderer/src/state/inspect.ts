import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import type { CallOutput } from '#shared/contract/index.ts'
import type { PairDetail } from '#shared/domain.ts'
import { toErrorValue, type ErrorValue } from '#shared/errors.ts'
import { latest, useClient } from '../bridge/client.ts'
import { useSession } from './session.ts'

export type InspectorTab = 'pair' | 'page' | 'html'
export type PageSource = CallOutput<'pairs.source'>

/** The one pair that is looked at closely, whichever view it was chosen in. */
export const useInspect = defineStore('inspect', () => {
  const id = ref<number | null>(null)
  const tab = ref<InspectorTab>('pair')
  const detail = shallowRef<PairDetail | null>(null)
  const source = shallowRef<PageSource | null>(null)
  const error = shallowRef<ErrorValue | null>(null)
  const sourceError = shallowRef<ErrorValue | null>(null)

  const readDetail = latest((corpus: string, pair: number) =>
    useClient().call('pairs.get', { corpus, id: pair }),
  )
  const readSource = latest((corpus: string, pair: number) =>
    useClient().call('pairs.source', { corpus, id: pair }),
  )

  /** Shows a pair; the one before stays visible until the new one is there. */
  async function show(pair: number | null): Promise<void> {
    const corpus = useSession().path
    if (pair === id.value && detail.value?.id === pair) return
    id.value = pair
    source.value = null
    sourceError.value = null
    error.value = null
    if (pair === null || corpus === null) {
      readDetail.cancel()
      detail.value = null
      return
    }
    try {
      const answer = await readDetail(corpus, pair)
      if (answer.late) return
      detail.value = answer.value
    } catch (thrown) {
      detail.value = null
      error.value = toErrorValue(thrown)
    }
    if (tab.value !== 'pair') await loadSource()
  }

  async function refresh(): Promise<void> {
    const corpus = useSession().path
    if (corpus === null || id.value === null) return
    try {
      const answer = await readDetail(corpus, id.value)
      if (!answer.late) detail.value = answer.value
    } catch (thrown) {
      error.value = toErrorValue(thrown)
    }
  }

  async function loadSource(): Promise<void> {
    const corpus = useSession().path
    if (corpus === null || id.value === null || source.value) return
    sourceError.value = null
    try {
      const answer = await readSource(corpus, id.value)
      if (!answer.late) source.value = answer.value
    } catch (thrown) {
      sourceError.value = toErrorValue(thrown)
    }
  }

  async function open(next: InspectorTab): Promise<void> {
    tab.value = next
    if (next !== 'pair') await loadSource()
  }

  return { id, tab, detail, source, error, sourceError, show, refresh, open, loadSource }
})
