import { useActions, type Action } from '../../state/actions.ts'
import { t } from '../../texts/index.ts'
import { VOTES } from './rating-keys.ts'
import { voteText } from './rating-words.ts'
import { lookActions } from './rating-look-actions.ts'
import { once, type RatingViewParts } from './rating-view-parts.ts'
import { useRating } from './rating.ts'

/** Nothing has the focus that Tab should go on from. */
function isFocusFree(): boolean {
  const { activeElement } = document
  return activeElement === null || activeElement === document.body
}

const DIGITS = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']

/** Registers everything that can be done while items are rated. */
export function useRatingActions(view: RatingViewParts): void {
  const rating = useRating()
  const group = t('rating.keys.group')
  const rates = (): boolean => rating.phase === 'items' && rating.steps === 0 && !view.reading.value
  const single = (): boolean => rates() && !rating.compares
  const canStep = (): boolean => ['items', 'practised', 'end'].includes(rating.phase)
  const lit = () => rating.aspects[rating.lit]

  const answers: Action[] = [
    {
      // Also where it means nothing: a slip must not lead to another view.
      id: 'rating.digit',
      writes: true,
      title: t('rating.keys.digits'),
      group,
      keys: DIGITS,
      silent: true,
      line: t('rating.keys.digits'),
      run: once((event) => {
        if (event && single()) rating.press(event.key)
      }),
    },
    {
      id: 'rating.word',
      writes: true,
      title: t('rating.keys.words'),
      group,
      keys: ['Y', 'P', 'N'],
      enabled: () => single() && lit()?.form === 'yes-partly-no',
      silent: true,
      line: t('rating.keys.words'),
      run: once((event) => event && rating.press(event.key)),
    },
    {
      id: 'rating.count',
      writes: true,
      title: t('rating.keys.count'),
      group,
      keys: ['Enter'],
      enabled: () => single() && rating.draft !== '',
      silent: true,
      line: t('rating.keys.count'),
      run: once(() => void rating.commit()),
    },
    {
      id: 'rating.cannot',
      writes: true,
      title: t('rating.cannot'),
      group,
      keys: ['X'],
      enabled: single,
      run: once(() => rating.say('cannot')),
    },
    {
      id: 'rating.clear',
      writes: true,
      title: t('rating.keys.clear'),
      group,
      keys: ['Backspace'],
      enabled: rates,
      run: once(() => rating.clear()),
    },
    ...VOTES.map(({ answer, key }) => ({
      id: `rating.vote-${answer}`,
      title: voteText(answer),
      group,
      keys: [key],
      enabled: () => rates() && rating.compares,
      run: once(() => rating.say(answer)),
    })),
  ]

  const ways: Action[] = [
    {
      id: 'rating.undo',
      writes: true,
      title: t('rating.keys.undo'),
      group,
      keys: ['Ctrl+Z'],
      enabled: canStep,
      run: once(() => void rating.undo()),
    },
    {
      id: 'rating.redo',
      writes: true,
      title: t('rating.keys.redo'),
      group,
      keys: ['Ctrl+Y', 'Ctrl+Shift+Z'],
      enabled: canStep,
      run: once(() => void rating.redo()),
    },
    {
      id: 'rating.next',
      title: t('rating.keys.next'),
      group,
      keys: ['ArrowRight'],
      enabled: single,
      run: once(() => rating.next()),
    },
    {
      id: 'rating.previous',
      title: t('rating.keys.previous'),
      group,
      keys: ['ArrowLeft'],
      enabled: single,
      run: once(() => rating.previous()),
    },
    {
      id: 'rating.next-page',
      title: t('rating.keys.next'),
      group,
      keys: ['PageDown'],
      enabled: rates,
      silent: true,
      line: t('rating.keys.next'),
      run: once(() => rating.next()),
    },
    {
      id: 'rating.previous-page',
      title: t('rating.keys.previous'),
      group,
      keys: ['PageUp'],
      enabled: rates,
      silent: true,
      line: t('rating.keys.previous'),
      run: once(() => rating.previous()),
    },
    {
      id: 'rating.skip',
      writes: true,
      title: t('rating.keys.skip'),
      group,
      keys: ['S'],
      enabled: rates,
      run: once(() => rating.skip()),
    },
    {
      id: 'rating.down',
      writes: true,
      title: t('rating.keys.aspects'),
      group,
      keys: ['ArrowDown'],
      enabled: single,
      silent: true,
      line: t('rating.keys.aspects'),
      run: once(() => rating.light(rating.lit + 1)),
    },
    {
      id: 'rating.up',
      writes: true,
      title: t('rating.keys.aspects'),
      group,
      keys: ['ArrowUp'],
      enabled: single,
      silent: true,
      line: t('rating.keys.aspects'),
      run: once(() => rating.light(rating.lit - 1)),
    },
    {
      // Behind the last aspect Tab leaves for the foot of the view.
      id: 'rating.tab',
      title: t('rating.keys.aspects'),
      group,
      keys: ['Tab'],
      enabled: () => single() && isFocusFree() && rating.lit < rating.aspects.length - 1,
      silent: true,
      line: t('rating.keys.aspects'),
      run: once(() => rating.light(rating.lit + 1)),
    },
    {
      id: 'rating.back-tab',
      title: t('rating.keys.aspects'),
      group,
      keys: ['Shift+Tab'],
      enabled: () => single() && isFocusFree() && rating.lit > 0,
      silent: true,
      run: once(() => rating.light(rating.lit - 1)),
    },
  ]

  const others: Action[] = [
    {
      id: 'rating.retry-picture',
      title: t('rating.picture.again'),
      group,
      keys: ['R'],
      enabled: () => rates() && rating.pictures.broken(rating.current?.images ?? []),
      run: once(() => rating.pictures.retry()),
    },
    {
      id: 'rating.instructions',
      title: t('rating.instructions.title'),
      group,
      keys: ['I'],
      enabled: () => rating.phase === 'items',
      run: once(() => (view.reading.value = !view.reading.value)),
    },
    {
      id: 'rating.leave',
      title: t('rating.keys.leave'),
      group,
      keys: ['Escape'],
      inFields: true,
      run: once(() => {
        if (view.reading.value) view.reading.value = false
        else if (rating.draft !== '') rating.draft = ''
        else view.leave()
      }),
    },
  ]

  useActions([...answers, ...ways, ...lookActions(view), ...others])
}
