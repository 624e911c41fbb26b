import { nextTick } from 'vue'
import { useActions } from '../../state/actions.ts'
import { useFiltering } from '../../state/filtering.ts'
import { useInspect } from '../../state/inspect.ts'
import { usePairs } from '../../state/pairs.ts'
import { usePreview } from '../../state/preview.ts'
import { useUi } from '../../state/ui.ts'
import { t } from '../../texts/index.ts'

type View = ReturnType<typeof usePairs>['view']

/** The keys that say how the pairs are looked at, and what stands beside them. */
export function useViewCommands(): void {
  const pairs = usePairs()
  const inspect = useInspect()
  const ui = useUi()
  const group = t('pairs.group')
  // Also where a filter keeps none: the buttons are there, with their keys.
  const enabled = (): boolean => pairs.corpusTotal > 0

  function show(view: View): void {
    pairs.setView(view)
    void nextTick(() => document.querySelector<HTMLElement>('[data-grid]')?.focus())
  }

  useActions([
    {
      id: 'pairs.facets',
      title: t('facets.toggle'),
      group,
      keys: ['F'],
      run: () => useFiltering().toggle(),
    },
    {
      id: 'pairs.preview',
      title: t('pairs.preview.title'),
      group,
      keys: ['Space'],
      enabled: () => inspect.detail !== null,
      run: () => usePreview().open(),
    },
    {
      id: 'pairs.inspect',
      title: t('pairs.commands.inspector'),
      group,
      keys: ['Enter'],
      enabled: () => inspect.id !== null,
      run: () => {
        ui.inspectorOpen = true
        requestAnimationFrame(() =>
          document.querySelector<HTMLElement>('[data-inspector]')?.focus(),
        )
      },
    },
    {
      id: 'pairs.view',
      title: t('table.views.toggle'),
      group,
      keys: ['V'],
      enabled,
      run: () => show(pairs.view === 'grid' ? 'table' : 'grid'),
    },
    {
      id: 'pairs.map',
      title: t('map.show'),
      group,
      keys: ['M'],
      enabled,
      run: () => show('map'),
    },
    {
      id: 'pairs.duplicates',
      title: t('duplicates.show'),
      group,
      keys: ['Shift+D'],
      enabled,
      run: () => show('duplicates'),
    },
  ])
}
