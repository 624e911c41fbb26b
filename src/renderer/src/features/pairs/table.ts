import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { SortColumn } from '#shared/contract/index.ts'
import { latest, useClient } from '../../bridge/client.ts'
import { keep, recall } from '../../bridge/persist.ts'
import { usePairs } from '../../state/pairs.ts'
import { useUi } from '../../state/ui.ts'
import { foundColumn, nextSorting, tableColumns, wayOf, type TableColumn } from './table-columns.ts'
import {
  inOrder,
  isLook,
  isShown,
  moveColumn,
  nudgeColumn,
  PLAIN_LOOK,
  showColumn,
  sizeColumn,
  type TableLook,
} from './table-layout.ts'

/** The columns of the table of pairs, as a person arranged them; the same for every corpus. */
export const useTable = defineStore('table', () => {
  const pairs = usePairs()
  const look = shallowRef<TableLook>(recall(null, 'table-look', PLAIN_LOOK, isLook))
  /** Columns in which any pair of the corpus has something. */
  const filled = shallowRef<readonly SortColumn[]>(['alt', 'host', 'size'])
  /** Columns of imported tables whose numbers are kept. */
  const numbers = shallowRef<readonly string[]>([])
  const showsPictures = ref(recall(null, 'table-pictures', true))

  const own = computed(() => {
    void pairs.version
    const all = tableColumns(filled.value, pairs.sources, numbers.value)
    if (pairs.search === null) return all
    return [foundColumn(Math.max(0.01, pairs.rowAt(0)?.found ?? 1)), ...all]
  })
  const columns = computed(() => inOrder(own.value, look.value))
  const shown = computed(() => columns.value.filter((column) => isShown(column, look.value)))
  const hasPictures = computed(() => showsPictures.value && pairs.hasPictures)

  const readFilled = latest((corpus: string) => useClient().call('pairs.tableColumns', { corpus }))

  async function enter(corpus: string): Promise<void> {
    try {
      const answer = await readFilled(corpus)
      if (answer.late) return
      filled.value = answer.value.filled
      numbers.value = answer.value.numbers
    } catch (error) {
      useUi().fail(error)
    }
  }

  function change(next: TableLook): void {
    look.value = next
    keep(null, 'table-look', next)
  }

  function sortBy(column: TableColumn): void {
    const next = nextSorting(column, pairs)
    if (next) pairs.setSort(next.sort, next.by)
  }

  return {
    look,
    columns,
    shown,
    filled,
    showsPictures,
    hasPictures,
    enter,
    sortBy,
    wayOf: (column: TableColumn) => wayOf(column, pairs),
    isShown: (column: TableColumn) => isShown(column, look.value),
    show: (id: string, on: boolean) => change(showColumn(look.value, id, on)),
    size: (id: string, width: number | null) => change(sizeColumn(look.value, id, width)),
    move: (id: string, before: string | null) =>
      change(moveColumn(own.value, look.value, id, before)),
    nudge: (id: string, by: -1 | 1) => change(nudgeColumn(own.value, look.value, id, by)),
    reset: () => change(PLAIN_LOOK),
    setShowsPictures(on: boolean): void {
      showsPictures.value = on
      keep(null, 'table-pictures', on)
    },
  }
})
