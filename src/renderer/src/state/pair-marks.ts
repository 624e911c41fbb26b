import { computed, shallowRef } from 'vue'
import { count } from '../bridge/format.ts'
import { t } from '../texts/index.ts'
import * as ranges from './ranges.ts'
import { useUndo } from './undo.ts'

/**
 * The rows of the grid that are marked; what is marked can be taken back.
 * @param total how many rows there are
 * @param remember keeps the marks for the next time
 */
export function createMarks(total: () => number, remember: () => void) {
  const marked = shallowRef<ranges.Ranges>(ranges.NONE)
  const markedCount = computed(() => ranges.size(marked.value))

  function mark(next: ranges.Ranges, merge?: string): void {
    const before = marked.value
    if (JSON.stringify(before) === JSON.stringify(next)) return
    marked.value = next
    remember()
    useUndo().push({
      label:
        next.length === 0
          ? t('pairs.undo.clearSelection')
          : t('pairs.undo.select', { n: count(ranges.size(next)) }, ranges.size(next)),
      merge,
      undo: () => {
        marked.value = before
        remember()
      },
      redo: () => {
        marked.value = next
        remember()
      },
    })
  }

  function markAll(): void {
    if (total() > 0) mark([[0, total() - 1]])
  }

  function toggleMark(index: number): void {
    if (index >= 0) mark(ranges.toggle(marked.value, index))
  }

  /** Takes the marks off beyond the last row. */
  function clampMarks(): void {
    if (marked.value.length > 0) {
      marked.value = ranges.remove(marked.value, total(), Number.MAX_SAFE_INTEGER)
    }
  }

  return { marked, markedCount, mark, markAll, toggleMark, clampMarks }
}
