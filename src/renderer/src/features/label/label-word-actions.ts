import type { Action } from '../../state/actions.ts'
import { useUi } from '../../state/ui.ts'
import { t } from '../../texts/index.ts'
import { quoted, type StepUnit } from './label-text.ts'
import type { LabelViewParts } from './label-view-parts.ts'
import { useLabeling } from './labeling.ts'

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

/** As it is printed; any letter is meant. */
const JUMP = 'Shift+A…Z'
/** A letter with Shift, or one that names no command: of another script than ours. */
export function isJump(key: string): boolean {
  return /^Shift\+[A-Z]$/.test(key) || /^(?![\x20-\x7e])\p{L}$/u.test(key)
}

/** What is done in the words: the cursor, and the edges of what is in hand. */
export function wordActions(view: LabelViewParts): Action[] {
  const labeling = useLabeling()
  const ui = useUi()
  const has = (): boolean => labeling.current !== null

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

  return [
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
      id: 'label.jump',
      title: t('label.keys.jump'),
      group: t('label.keys.groups.words'),
      keys: [JUMP],
      takes: isJump,
      enabled: has,
      silent: true,
      line: t('label.keys.jump'),
      run: (event) => event && labeling.typeLetter(event.key),
    },
    {
      id: 'label.type-end',
      title: t('label.keys.typeEnd'),
      group: t('label.keys.groups.words'),
      keys: ['-'],
      enabled: () => has() && labeling.placeInHand() !== null,
      silent: true,
      line: t('label.keys.typeEnd'),
      run: () => labeling.typeEnd(),
    },
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
      writes: true,
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
  ]
}

/** Whether keys go to the words and not to another part of the view. */
export function inWords(): boolean {
  return (
    document.activeElement === document.body ||
    document.activeElement?.closest('[data-label-words]') !== null
  )
}
