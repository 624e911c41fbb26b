import { computed, type ComputedRef } from 'vue'
import { useRouter } from 'vue-router'
import { useActions } from '../../state/actions.ts'
import { useExportScope } from '../../state/export-scope.ts'
import { markActions, markedInspected } from '../../state/mark-actions.ts'
import type { Marked } from '../../state/marking.ts'
import { usePairs } from '../../state/pairs.ts'
import * as ranges from '../../state/ranges.ts'
import { useUi } from '../../state/ui.ts'
import { t } from '../../texts/index.ts'

/** The keys that select pairs, and those that do something with what is selected. */
export function useSelectionCommands(): {
  /** All that are selected; null: none is. */
  selected: ComputedRef<Marked | null>
  exportShown(): Promise<void>
} {
  const pairs = usePairs()
  const router = useRouter()
  const group = t('pairs.selection.group')

  const has = (): boolean => pairs.total > 0
  const isListed = (): boolean => pairs.view !== 'duplicates'
  const target = (): boolean => pairs.markedCount > 0 || (isListed() && pairs.cursor >= 0)

  /** All that are selected, or the pair under the cursor. */
  function marked(): Marked | null {
    if (pairs.markedCount > 0 && pairs.selection !== null) {
      const target = {
        selection: pairs.selection,
        ranges: pairs.marked.map(([a, b]): [number, number] => [a, b]),
      }
      return { target, n: pairs.markedCount, id: null }
    }
    // There another list is walked through.
    if (!isListed()) return markedInspected()
    const row = pairs.rowAt(pairs.cursor)
    return row ? { target: { ids: [row.id] }, n: 1, id: row.id } : null
  }

  async function exportShown(): Promise<void> {
    try {
      await useExportScope().chooseShown()
      await router.push({ name: 'export' })
    } catch (error) {
      useUi().fail(error)
    }
  }

  useActions([
    ...markActions({
      prefix: 'pairs',
      group: t('marks.title'),
      marked,
      next: () => {
        if (isListed()) pairs.moveTo(pairs.cursor + 1)
      },
    }),
    {
      id: 'pairs.toggle',
      title: t('pairs.commands.toggle'),
      group,
      keys: ['X'],
      enabled: () => has() && isListed(),
      run: () => pairs.toggleMark(pairs.cursor),
    },
    {
      id: 'pairs.all',
      title: t('pairs.selection.all'),
      group,
      keys: ['Ctrl+A'],
      enabled: has,
      run: () => pairs.markAll(),
    },
    {
      id: 'pairs.none',
      title: t('pairs.selection.clear'),
      group,
      keys: ['Escape'],
      enabled: () => pairs.markedCount > 0,
      run: () => pairs.mark(ranges.NONE),
    },
    {
      id: 'pairs.copy-ids',
      title: t('pairs.selection.copyIds'),
      group,
      keys: ['Ctrl+C'],
      enabled: () => target() && !String(window.getSelection() ?? ''),
      run: () => void pairs.copyIds(),
    },
    {
      id: 'pairs.copy-query',
      title: t('pairs.selection.copyQuery'),
      group,
      keys: ['Ctrl+Shift+C'],
      enabled: target,
      run: () => void pairs.copyQuery(),
    },
    {
      id: 'pairs.export',
      title: t('pairs.exportShown'),
      group,
      keys: ['Ctrl+E'],
      enabled: has,
      run: () => void exportShown(),
    },
  ])

  return { selected: computed(() => (pairs.markedCount > 0 ? marked() : null)), exportShown }
}
