import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import { ExportInput } from '#shared/contract/index.ts'
import { defaultsOf } from '#shared/limits.ts'
import type { TextSource } from '#shared/domain.ts'
import { useCutoff } from './cutoff.ts'
import { usePairs } from './pairs.ts'
import { explicitScores } from './query-text.ts'

export type ExportScope = 'all' | 'filter' | 'cutoff' | 'selection'

/**
 * Which pairs an export takes, and which text of them. Until pairs are chosen it is what the top bar
 * says: the filter, else all. A selection that is no longer the one of the grid is forgotten.
 */
export const useExportScope = defineStore('export-scope', () => {
  const chosen = ref<ExportScope | null>(null)
  const selection = shallowRef<{ where: string; n: number } | null>(null)
  const text = ref<TextSource>(defaultsOf(ExportInput, ['text']).text)

  const scope = computed<ExportScope>(() => {
    const shown = usePairs().where === '' ? 'all' : 'filter'
    switch (chosen.value) {
      case 'all':
        return 'all'
      case 'cutoff':
        return useCutoff().source ? 'cutoff' : shown
      case 'selection':
        return selection.value ? 'selection' : shown
      default:
        return shown
    }
  })
  const where = computed(() => {
    if (scope.value === 'filter') return explicitScores(usePairs().where, usePairs().score)
    if (scope.value === 'cutoff') return useCutoff().query
    if (scope.value === 'selection') return selection.value?.where ?? ''
    return ''
  })

  watch([() => usePairs().marked, () => usePairs().where, () => usePairs().sort], () => {
    selection.value = null
    if (chosen.value === 'selection') chosen.value = null
  })

  function choose(next: ExportScope): void {
    chosen.value = next
  }

  /**
   * Chooses the selected pairs, or without a selection what the filter shows.
   * @throws AppError `invalid-input` for more pairs than can be listed by id
   */
  async function chooseShown(): Promise<void> {
    const pairs = usePairs()
    if (pairs.markedCount === 0 && pairs.search === null) {
      chosen.value = null
      return
    }
    const isMarked = pairs.markedCount > 0
    const n = isMarked ? pairs.markedCount : pairs.total
    // The hits of a search have no filter: they are named one by one.
    selection.value = { where: await (isMarked ? pairs.markedQuery() : pairs.hitsQuery()), n }
    chosen.value = 'selection'
  }

  /** Chooses what passes the cutoff, with the text that was scored. */
  function chooseCutoff(): void {
    const { source } = useCutoff()
    chosen.value = 'cutoff'
    if (source) text.value = source.text
  }

  function enter(): void {
    chosen.value = null
    selection.value = null
  }

  return { scope, selection, where, text, choose, chooseShown, chooseCutoff, enter }
})
