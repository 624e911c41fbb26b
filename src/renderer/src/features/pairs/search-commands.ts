import { useEventListener } from '@vueuse/core'
import type { PairRow } from '#shared/domain.ts'
import { inTextField, useActions } from '../../state/actions.ts'
import { usePairs } from '../../state/pairs.ts'
import { pictureIn, useSearching } from '../../state/searching.ts'
import { t } from '../../texts/index.ts'

/**
 * Keys of the search, and pictures that are pasted or dropped on the pairs.
 * @param current the pair under the cursor
 */
export function useSearchCommands(current: () => PairRow | undefined): void {
  const searching = useSearching()
  const group = t('search.group')
  const hasPicture = (): boolean => typeof current()?.sha256 === 'string'

  useActions([
    {
      id: 'pairs.search',
      title: t('search.open'),
      group,
      keys: ['S'],
      run: () => searching.enterBar(),
    },
    {
      id: 'pairs.like',
      title: t('search.like'),
      group,
      keys: ['L'],
      enabled: hasPicture,
      run: () => like(false),
    },
    {
      id: 'pairs.like-too',
      title: t('search.likeToo'),
      group,
      keys: ['Shift+L'],
      enabled: () => hasPicture() && searching.open,
      run: () => like(true),
    },
    {
      id: 'pairs.search-leave',
      title: t('search.leave'),
      group,
      keys: ['Escape'],
      enabled: () => searching.open && usePairs().markedCount === 0,
      run: () => searching.leave(),
    },
  ])

  function like(more: boolean): void {
    const row = current()
    if (row) searching.like({ id: row.id, sha256: row.sha256 }, more)
  }

  useEventListener(window, 'paste', (event: ClipboardEvent) => {
    if (event.defaultPrevented || inTextField(event.target)) return
    const picture = pictureIn(event.clipboardData)
    if (!picture) return
    event.preventDefault()
    void searching.addPicture(picture)
  })
  // Before the window takes what is dropped for something to import.
  useEventListener(
    window,
    'drop',
    (event: DragEvent) => {
      const picture = pictureIn(event.dataTransfer)
      if (!picture || usePairs().corpusTotal === 0) return
      event.preventDefault()
      void searching.addPicture(picture)
    },
    { capture: true },
  )
}
