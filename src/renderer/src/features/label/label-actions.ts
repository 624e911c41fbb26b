import { computed, type Ref } from 'vue'
import { keyOf, useActions, useOverlay, type Action } from '../../state/actions.ts'
import { useSession } from '../../state/session.ts'
import { useUi } from '../../state/ui.ts'
import { t } from '../../texts/index.ts'
import { DIGITS, RESERVED_LETTERS } from './label-state.ts'
import { quoted, type Place, type StepUnit } from './label-text.ts'
import { useLabeling } from './labeling.ts'

/** What the keys open or turn to in the view of labels. */
export interface LabelViewParts {
  large: Ref<boolean>
  findOpen: Ref<boolean>
  pageOpen: Ref<boolean>
  agreementOpen: Ref<boolean>
  typesOpen: Ref<boolean>
  words(): { wordInView(): Place | null; focus(): void } | null
  openNote(): void
  focusFilter(): void
  openName(): void
}

/** A key that is held down must not answer item after item. */
const once =
  (run: () => void) =>
  (event?: KeyboardEvent): void => {
    if (!event?.repeat) run()
  }

type Side = 'left' | 'right'
const SIDES = ['left', 'right'] as const
const ARROW: Record<Side, string> = { left: 'ArrowLeft', right: 'ArrowRight' }
const START: Record<Side, string> = { left: '[', right: ']' }
const END: Record<Side, string> = { left: '{', right: '}' }
const BOTH: Record<Side, string> = { left: ',', right: '.' }

const SHAPING_KEYS = {
  start: {
    line: 'label.keys.start.line',
    lineByCharacter: 'label.keys.start.lineByCharacter',
    left: 'label.keys.start.left',
    right: 'label.keys.start.right',
    leftByCharacter: 'label.keys.start.leftByCharacter',
    rightByCharacter: 'label.keys.start.rightByCharacter',
  },
  end: {
    line: 'label.keys.end.line',
    lineByCharacter: 'label.keys.end.lineByCharacter',
    left: 'label.keys.end.left',
    right: 'label.keys.end.right',
    leftByCharacter: 'label.keys.end.leftByCharacter',
    rightByCharacter: 'label.keys.end.rightByCharacter',
  },
  move: {
    line: 'label.keys.move.line',
    lineByCharacter: 'label.keys.move.lineByCharacter',
    left: 'label.keys.move.left',
    right: 'label.keys.move.right',
    leftByCharacter: 'label.keys.move.leftByCharacter',
    rightByCharacter: 'label.keys.move.rightByCharacter',
  },
} as const

/** Registers everything that can be done in the view of labels, for as long as it is shown. */
export function useLabelActions(view: LabelViewParts): void {
  const labeling = useLabeling()
  const session = useSession()
  const ui = useUi()

  const has = (): boolean => labeling.current !== null
  const inWords = (): boolean =>
    document.activeElement === document.body ||
    document.activeElement?.closest('[data-label-words]') !== null

  function shaping(side: Side): Action[] {
    /** The second key of each pair is for keyboards whose brackets are hard to reach. */
    const make = (
      id: 'start' | 'end' | 'move',
      keys: string[],
      run: (unit: 'word' | 'character', repeat: boolean) => void,
      characterKeys: string[],
    ): Action[] => [
      {
        id: `label.${id}-${side}`,
        title: t(SHAPING_KEYS[id][side]),
        group: t('label.keys.groups.words'),
        keys,
        enabled: has,
        silent: true,
        line: t(SHAPING_KEYS[id].line),
        run: (event) => run('word', event?.repeat ?? false),
      },
      {
        id: `label.${id}-${side}-character`,
        title: t(SHAPING_KEYS[id][`${side}ByCharacter`]),
        group: t('label.keys.groups.words'),
        keys: characterKeys.slice(0, 1),
        enabled: has,
        silent: true,
        line: t(SHAPING_KEYS[id].lineByCharacter),
        run: (event) => run('character', event?.repeat ?? false),
      },
      {
        id: `label.${id}-${side}-character-arrow`,
        title: t(SHAPING_KEYS[id][`${side}ByCharacter`]),
        group: t('label.keys.groups.words'),
        keys: characterKeys.slice(1),
        enabled: has,
        silent: true,
        run: (event) => run('character', event?.repeat ?? false),
      },
    ]
    return [
      ...make(
        'start',
        [START[side], `Ctrl+Shift+${ARROW[side]}`],
        (unit, repeat) => labeling.edge('start', side, unit, repeat),
        [`Alt+${START[side]}`, `Ctrl+Alt+Shift+${ARROW[side]}`],
      ),
      ...make(
        'end',
        [END[side], `Shift+${ARROW[side]}`],
        (unit, repeat) => labeling.edge('end', side, unit, repeat),
        [`Alt+${END[side]}`, `Alt+Shift+${ARROW[side]}`],
      ),
      ...make('move', [BOTH[side]], (unit, repeat) => labeling.move(side, unit, repeat), [
        `Alt+${BOTH[side]}`,
      ]),
    ]
  }

  function sentences(direction: 'up' | 'down'): Action[] {
    const key = direction === 'up' ? 'ArrowUp' : 'ArrowDown'
    const edge = (unit: StepUnit, repeat: boolean): void =>
      labeling.edge('end', direction, unit, repeat)
    return [
      {
        id: `label.sentence-${direction}`,
        title: direction === 'up' ? t('label.keys.sentenceUp') : t('label.keys.sentenceDown'),
        group: t('label.keys.groups.words'),
        keys: [key],
        enabled: has,
        silent: true,
        line: t('label.keys.bySentences'),
        run: () => labeling.cursorBy('sentence', direction, view.words()?.wordInView() ?? null),
      },
      {
        id: `label.end-${direction}`,
        title: direction === 'up' ? t('label.keys.endUp') : t('label.keys.endDown'),
        group: t('label.keys.groups.words'),
        keys: [`Shift+${key}`],
        enabled: has,
        silent: true,
        line: t('label.keys.endBySentences'),
        run: (event) => edge('sentence', event?.repeat ?? false),
      },
    ]
  }

  const typeKeys = computed(() =>
    labeling.types.flatMap(({ key }) => (key && !RESERVED_LETTERS[key] ? [key.toUpperCase()] : [])),
  )

  useOverlay(
    () => view.large.value && labeling.current !== null,
    [
      {
        id: 'label.large-close',
        title: t('label.keys.closeLarge'),
        group: t('label.keys.groups.label'),
        keys: ['Escape', 'Space'],
        silent: true,
        run: once(() => (view.large.value = false)),
      },
    ],
  )

  useActions([
    {
      id: 'label.take',
      title: t('label.keys.accept'),
      group: t('label.keys.groups.label'),
      keys: ['Enter'],
      enabled: has,
      run: once(() => labeling.takeAndGo()),
    },
    {
      id: 'label.none',
      title: t('label.keys.none'),
      group: t('label.keys.groups.label'),
      keys: ['N'],
      enabled: has,
      run: once(() => labeling.sayNone()),
    },
    {
      id: 'label.skip',
      title: t('label.keys.skip'),
      group: t('label.keys.groups.label'),
      keys: ['S'],
      enabled: has,
      run: once(() => labeling.skip()),
    },
    {
      id: 'label.choose',
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
      title: t('label.keys.add'),
      group: t('label.keys.groups.label'),
      keys: ['A'],
      enabled: has,
      run: once(() => labeling.add()),
    },
    {
      id: 'label.type',
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
      title: t('label.keys.clear'),
      group: t('label.keys.groups.label'),
      keys: ['Backspace', 'Delete'],
      enabled: has,
      run: once(() => labeling.clear()),
    },
    {
      id: 'label.flag',
      title: t('label.keys.flag'),
      group: t('label.keys.groups.label'),
      keys: ['F'],
      enabled: has,
      run: once(() => labeling.flag()),
    },
    {
      id: 'label.note',
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
      title: t('label.keys.undo'),
      group: t('label.keys.groups.label'),
      keys: ['Ctrl+Z'],
      enabled: () => session.path !== null && labeling.named,
      run: () => void labeling.undo(),
    },
    {
      id: 'label.redo',
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
    ...SIDES.map((side): Action => ({
      id: `label.word-${side}`,
      title: side === 'left' ? t('label.keys.wordLeft') : t('label.keys.wordRight'),
      group: t('label.keys.groups.words'),
      keys: [ARROW[side]],
      enabled: has,
      silent: true,
      line: t('label.keys.byWords'),
      run: () => labeling.cursorBy('word', side, view.words()?.wordInView() ?? null),
    })),
    ...(['up', 'down'] as const).flatMap(sentences),
    ...SIDES.flatMap(shaping),
    ...(['first', 'last'] as const).map((which): Action => ({
      id: `label.${which}-word`,
      title: which === 'first' ? t('label.keys.firstWord') : t('label.keys.lastWord'),
      group: t('label.keys.groups.words'),
      keys: [which === 'first' ? 'Home' : 'End'],
      enabled: has,
      silent: true,
      line: t('label.keys.outerWord'),
      run: () => labeling.cursorTo(which),
    })),
    {
      id: 'label.find',
      title: t('label.keys.find'),
      group: t('label.keys.groups.words'),
      keys: ['Ctrl+F'],
      enabled: has,
      run: () => (view.findOpen.value = true),
    },
    {
      id: 'label.copy',
      title: t('label.keys.copy'),
      group: t('label.keys.groups.words'),
      keys: ['Ctrl+C'],
      enabled: () => labeling.placeInHand() !== null && !String(window.getSelection() ?? ''),
      run: () => {
        const place = labeling.placeInHand()
        if (place && labeling.current) {
          void ui.copy(quoted(labeling.current.words, place).quote, t('label.keys.copied'))
        }
      },
    },
    {
      id: 'label.drop',
      title: t('label.keys.hideCursor'),
      group: t('label.keys.groups.words'),
      keys: ['Escape'],
      silent: true,
      line: t('label.keys.hideCursor'),
      enabled: has,
      run: () => {
        if (inWords()) labeling.dropHand()
        else view.words()?.focus()
      },
    },
    {
      id: 'label.filter',
      title: t('label.keys.filter'),
      group: t('label.keys.groups.labels'),
      keys: ['/'],
      enabled: () => session.path !== null && labeling.named,
      run: () => view.focusFilter(),
    },
    {
      id: 'label.review',
      title: t('label.keys.review'),
      group: t('label.keys.groups.labels'),
      keys: [],
      enabled: () => labeling.named && session.path !== null,
      run: () => void labeling.setReview(!labeling.review),
    },
    {
      id: 'label.agreement',
      title: t('label.keys.agreement'),
      group: t('label.keys.groups.labels'),
      keys: [],
      enabled: () => session.path !== null,
      run: () => (view.agreementOpen.value = true),
    },
    {
      id: 'label.types',
      title: t('label.keys.types'),
      group: t('label.keys.groups.labels'),
      keys: [],
      enabled: () => session.path !== null,
      run: () => (view.typesOpen.value = true),
    },
    {
      id: 'label.shuffle',
      title: t('label.keys.shuffle'),
      group: t('label.keys.groups.labels'),
      keys: [],
      enabled: () => session.path !== null && labeling.named,
      run: () => void labeling.shuffle(),
    },
    {
      id: 'label.renew',
      title: t('label.keys.rebuild'),
      group: t('label.keys.groups.labels'),
      keys: [],
      enabled: () => session.path !== null && labeling.named,
      run: () => void labeling.makeQueue(),
    },
    {
      id: 'label.merge',
      title: t('label.keys.merge'),
      group: t('label.keys.groups.labels'),
      keys: [],
      enabled: () => session.path !== null,
      run: () => void labeling.mergeFiles(),
    },
    {
      id: 'label.export',
      title: t('label.keys.export'),
      group: t('label.keys.groups.labels'),
      keys: [],
      enabled: () => session.path !== null,
      run: () => void labeling.exportFile(),
    },
    {
      id: 'label.annotator',
      title: t('label.keys.annotator'),
      group: t('label.keys.groups.labels'),
      keys: [],
      enabled: () => session.path !== null && labeling.named,
      run: view.openName,
    },
  ])
}
