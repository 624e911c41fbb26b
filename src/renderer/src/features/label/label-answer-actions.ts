import { computed } from 'vue'
import { keyOf, type Action } from '../../state/actions.ts'
import { useSession } from '../../state/session.ts'
import { t } from '../../texts/index.ts'
import { DIGITS, RESERVED_LETTERS } from './label-state.ts'
import { once, type LabelViewParts } from './label-view-parts.ts'
import { inWords } from './label-word-actions.ts'
import { useLabeling } from './labeling.ts'

/** What is said of the pair that is shown, and the way to the next. */
export function answerActions(view: LabelViewParts): Action[] {
  const labeling = useLabeling()
  const session = useSession()
  const has = (): boolean => labeling.current !== null

  const typeKeys = computed(() =>
    labeling.types.flatMap(({ key }) => (key && !RESERVED_LETTERS[key] ? [key.toUpperCase()] : [])),
  )

  return [
    {
      id: 'label.take',
      writes: true,
      title: t('label.keys.accept'),
      group: t('label.keys.groups.label'),
      keys: ['Enter'],
      enabled: has,
      run: once(() => labeling.takeAndGo()),
    },
    {
      id: 'label.none',
      writes: true,
      title: t('label.keys.none'),
      group: t('label.keys.groups.label'),
      keys: ['N'],
      enabled: has,
      run: once(() => labeling.sayNone()),
    },
    {
      id: 'label.skip',
      writes: true,
      title: t('label.keys.skip'),
      group: t('label.keys.groups.label'),
      keys: ['S'],
      enabled: has,
      run: once(() => labeling.skip()),
    },
    {
      id: 'label.choose',
      writes: true,
      title: t('label.keys.choose'),
      group: t('label.keys.groups.label'),
      keys: Array.from({ length: DIGITS }, (_, i) => String(i + 1)),
      enabled: has,
      silent: true,
      line: t('label.keys.choose'),
      run: (event) => event && labeling.choose(Number(event.key) - 1),
    },
    {
      id: 'label.next-choice',
      title: t('label.keys.nextChoice'),
      group: t('label.keys.groups.label'),
      keys: ['Tab'],
      silent: true,
      line: t('label.keys.cycle'),
      enabled: () => has() && inWords() && labeling.canCycle(1),
      run: () => labeling.cycle(1),
    },
    {
      id: 'label.previous-choice',
      title: t('label.keys.previousChoice'),
      group: t('label.keys.groups.label'),
      keys: ['Shift+Tab'],
      silent: true,
      line: t('label.keys.cycle'),
      enabled: () => has() && inWords() && labeling.canCycle(-1),
      run: () => labeling.cycle(-1),
    },
    {
      id: 'label.add',
      writes: true,
      title: t('label.keys.add'),
      group: t('label.keys.groups.label'),
      keys: ['A'],
      enabled: has,
      run: once(() => labeling.add()),
    },
    {
      id: 'label.type',
      writes: true,
      title: t('label.keys.type'),
      group: t('label.keys.groups.label'),
      get keys() {
        return typeKeys.value
      },
      enabled: has,
      silent: true,
      line: t('label.keys.type'),
      run: (event) => {
        const key = event && keyOf(event).toLowerCase()
        const type = labeling.types.find((item) => item.key === key)
        if (type && !event?.repeat) labeling.setType(type.name)
      },
    },
    {
      id: 'label.clear',
      writes: true,
      title: t('label.keys.clear'),
      group: t('label.keys.groups.label'),
      keys: ['Backspace', 'Delete'],
      enabled: has,
      run: once(() => labeling.clear()),
    },
    {
      id: 'label.flag',
      writes: true,
      title: t('label.keys.flag'),
      group: t('label.keys.groups.label'),
      keys: ['F'],
      enabled: has,
      run: once(() => labeling.flag()),
    },
    {
      id: 'label.note',
      writes: true,
      title: t('label.keys.note'),
      group: t('label.keys.groups.label'),
      keys: ['M'],
      enabled: has,
      run: () => void view.openNote(),
    },
    {
      id: 'label.details',
      title: t('label.keys.details'),
      group: t('label.keys.groups.label'),
      keys: ['D'],
      enabled: has,
      run: once(() => labeling.setDetails(!labeling.details)),
    },
    {
      id: 'label.page',
      title: t('label.keys.page'),
      group: t('label.keys.groups.label'),
      keys: ['W'],
      enabled: has,
      run: once(() => (view.pageOpen.value = true)),
    },
    {
      id: 'label.undo',
      writes: true,
      title: t('label.keys.undo'),
      group: t('label.keys.groups.label'),
      keys: ['Ctrl+Z'],
      enabled: () => session.path !== null && labeling.named,
      run: () => void labeling.undo(),
    },
    {
      id: 'label.redo',
      writes: true,
      title: t('label.keys.redo'),
      group: t('label.keys.groups.label'),
      keys: ['Ctrl+Shift+Z', 'Ctrl+Y'],
      enabled: () => session.path !== null && labeling.named,
      run: () => void labeling.redo(),
    },
    {
      id: 'label.previous',
      title: t('label.keys.previous'),
      group: t('label.keys.groups.label'),
      keys: ['Ctrl+ArrowLeft'],
      enabled: () => labeling.total > 0,
      run: () => labeling.previous(),
    },
    {
      id: 'label.next',
      title: t('label.keys.next'),
      group: t('label.keys.groups.label'),
      keys: ['Ctrl+ArrowRight'],
      enabled: has,
      run: () => labeling.next(),
    },
    {
      id: 'label.large',
      title: t('label.keys.large'),
      group: t('label.keys.groups.label'),
      keys: ['Space'],
      enabled: has,
      run: once(() => (view.large.value = true)),
    },
  ]
}
