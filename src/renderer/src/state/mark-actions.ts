import { MARKS } from '#shared/marks.ts'
import { t } from '../texts/index.ts'
import { isEnabled, keyOf } from './actions.ts'
import type { Action } from './actions.ts'
import { useBlur } from './blur.ts'
import { useInspect } from './inspect.ts'
import { MARK_KEYS, MARK_NAMES, useMarking, type Marked } from './marking.ts'

/** The pair that is inspected, as the one to be marked. */
export function markedInspected(): Marked | null {
  const { id } = useInspect()
  return id === null ? null : { target: { ids: [id] }, n: 1, id }
}

/** The same keys for what handles its keys itself, as a strip of buttons does. */
export function markKeys(options: { marked: () => Marked | null; next?: () => void }): {
  /** True where the key was one of them. */
  onKey(event: KeyboardEvent): boolean
} {
  const actions = markActions({ prefix: 'keys', group: '', ...options })
  return {
    onKey(event) {
      const key = keyOf(event)
      const action = actions.find((one) => one.keys.includes(key))
      if (!action || !isEnabled(action)) return false
      action.run(event)
      return true
    },
  }
}

/**
 * What one key does to a pair or to all that are selected, for any list of pairs: to be given to
 * `useActions`, or to `useOverlay` for what lies over the views.
 * @param options.prefix before the ids of the actions
 * @param options.marked what is meant; null = nothing
 * @param options.next goes on to the next pair, which Shift does after the mark
 */
export function markActions(options: {
  prefix: string
  group: string
  marked: () => Marked | null
  next?: () => void
}): Action[] {
  const { prefix, group, marked, next } = options
  const marking = useMarking()
  const enabled = (): boolean => marked() !== null
  const withMarked = (work: (one: Marked) => void) => (): void => {
    const one = marked()
    if (one) work(one)
  }
  return [
    ...MARKS.flatMap((mark): Action[] => [
      {
        id: `${prefix}.mark-${mark}`,
        title: t('marks.commands.mark', { mark: MARK_NAMES[mark] }),
        group,
        keys: [MARK_KEYS[mark]],
        enabled,
        writes: true,
        run: withMarked((one) => void marking.mark(one, mark)),
      },
      {
        id: `${prefix}.mark-${mark}-next`,
        title: t('marks.commands.markNext', { mark: MARK_NAMES[mark] }),
        group,
        keys: [`Shift+${MARK_KEYS[mark]}`],
        line: t('marks.commands.andNext'),
        silent: true,
        enabled: () => next !== undefined && enabled(),
        writes: true,
        run: withMarked((one) => {
          const id = useInspect().id
          void marking.set(one, { mark }).then((done) => {
            // A filter on marks may have taken the pair away: the next one stands in its place.
            if (done && useInspect().id === id) next?.()
          })
        }),
      },
    ]),
    {
      id: `${prefix}.mark-none`,
      title: t('marks.commands.unmark'),
      group,
      keys: ['Backspace'],
      enabled,
      writes: true,
      run: withMarked((one) => void marking.set(one, { mark: null })),
    },
    {
      id: `${prefix}.tags`,
      title: t('marks.commands.tags'),
      group,
      keys: ['T'],
      enabled,
      writes: true,
      run: withMarked((one) => marking.edit(one, 'tags')),
    },
    {
      id: `${prefix}.note`,
      title: t('marks.commands.note'),
      group,
      keys: ['N'],
      enabled,
      writes: true,
      run: withMarked((one) => marking.edit(one, 'note')),
    },
    {
      id: `${prefix}.unblur`,
      title: t('marks.commands.unblur'),
      group,
      keys: ['B'],
      enabled: () => useInspect().detail?.blurred === true,
      run: () => {
        const { id } = useInspect()
        if (id !== null) useBlur().toggle(id)
      },
    },
  ]
}
