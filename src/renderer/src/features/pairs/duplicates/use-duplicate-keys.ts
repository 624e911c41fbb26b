import { useActions } from '../../../state/actions.ts'
import { usePreview } from '../../../state/preview.ts'
import { useUi } from '../../../state/ui.ts'
import { t } from '../../../texts/index.ts'
import { useDuplicateChoices } from './duplicate-choices.ts'
import { useDuplicates } from './duplicates.ts'

/** Groups by keyboard: from one to the next, within one, and what is said of it. */
export function useDuplicateKeys(): { preview(): void } {
  const duplicates = useDuplicates()
  const group = t('duplicates.commands.group')
  const has = (): boolean => duplicates.group !== null
  const line = t('duplicates.commands.move')
  const preview = (): void =>
    usePreview().open({
      step: (by) => duplicates.move(by),
    })
  function lookAgain(): void {
    if (duplicates.kind === 'exact') useUi().note(t('duplicates.choices.none'))
    else if (duplicates.now?.made && duplicates.making === null) {
      useDuplicateChoices().isOpen = true
    }
  }
  const MOVES = [
    ['ArrowUp', 'previous', t('duplicates.commands.previous'), () => duplicates.step(-1)],
    ['ArrowDown', 'next', t('duplicates.commands.next'), () => duplicates.step(1)],
    ['ArrowLeft', 'left', t('duplicates.commands.left'), () => duplicates.move(-1)],
    ['ArrowRight', 'right', t('duplicates.commands.right'), () => duplicates.move(1)],
    ['Home', 'first', t('duplicates.commands.first'), () => duplicates.go(0)],
    ['End', 'last', t('duplicates.commands.last'), () => duplicates.go(duplicates.total - 1)],
  ] as const
  useActions([
    ...MOVES.map(([key, name, title, run]) => ({
      id: `duplicates.${name}`,
      title,
      ...{ group, keys: [key], line, silent: true, enabled: has },
      run: () => void run(),
    })),
    {
      id: 'duplicates.accept',
      title: t('duplicates.commands.accept'),
      group,
      keys: ['Enter'],
      enabled: has,
      writes: true,
      run: () => void duplicates.accept(),
    },
    {
      id: 'duplicates.keep',
      title: t('duplicates.commands.keep'),
      group,
      keys: ['K'],
      enabled: has,
      writes: true,
      run: () => void duplicates.decide('keep'),
    },
    {
      id: 'duplicates.drop',
      title: t('duplicates.commands.drop'),
      group,
      keys: ['D'],
      enabled: has,
      writes: true,
      run: () => void duplicates.decide('drop'),
    },
    {
      id: 'duplicates.apart',
      title: t('duplicates.commands.apart'),
      group,
      keys: ['A'],
      enabled: has,
      writes: true,
      run: () => void duplicates.apart(),
    },
    {
      id: 'duplicates.back',
      title: t('duplicates.commands.back'),
      group,
      keys: ['Backspace'],
      enabled: has,
      writes: true,
      run: () => void duplicates.back(),
    },
    {
      id: 'duplicates.look',
      title: t('duplicates.commands.look'),
      group,
      keys: ['Shift+R'],
      writes: true,
      // Always of this view: elsewhere the key rejects a pair, which nobody means here.
      run: lookAgain,
    },
    {
      id: 'duplicates.one',
      title: t('duplicates.commands.one'),
      group,
      keys: ['O'],
      enabled: has,
      run: () => duplicates.showOne(),
    },
    {
      id: 'duplicates.preview',
      title: t('pairs.preview.title'),
      ...{ group, keys: ['Space'], silent: true, enabled: has },
      run: preview,
    },
  ])
  return { preview }
}
