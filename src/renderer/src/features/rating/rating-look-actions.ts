import { keyOf, type Action } from '../../state/actions.ts'
import { t } from '../../texts/index.ts'
import { once, type RatingViewParts } from './rating-view-parts.ts'
import { useRating } from './rating.ts'

/** CSS pixels by which a key moves the picture; the mat goes the way of the arrow. */
const PANS: Readonly<Record<string, [number, number]>> = {
  'Shift+ArrowLeft': [64, 0],
  'Shift+ArrowRight': [-64, 0],
  'Shift+ArrowUp': [0, 64],
  'Shift+ArrowDown': [0, -64],
}

/** How pictures are looked at: zoom, place, what answers mean, both in one place. */
export function lookActions(view: RatingViewParts): Action[] {
  const rating = useRating()
  const group = t('rating.keys.group')
  const rates = (): boolean => rating.phase === 'items' && !view.reading.value

  return [
    {
      id: 'rating.full',
      title: t('rating.keys.full'),
      group,
      keys: ['Z', 'Space'],
      enabled: rates,
      run: once(() => rating.view.toggleFull()),
    },
    {
      id: 'rating.larger',
      title: t('rating.keys.larger'),
      group,
      keys: [']', '+', '='],
      enabled: rates,
      run: () => rating.view.zoom(1),
    },
    {
      id: 'rating.smaller',
      title: t('rating.keys.smaller'),
      group,
      keys: ['[', '-'],
      enabled: rates,
      run: () => rating.view.zoom(-1),
    },
    {
      id: 'rating.pan',
      title: t('rating.keys.pan'),
      group,
      keys: Object.keys(PANS),
      enabled: rates,
      silent: true,
      line: t('rating.keys.pan'),
      run: (event) => {
        const by = PANS[event ? keyOf(event) : '']
        if (by) rating.view.pan(...by)
      },
    },
    {
      id: 'rating.keep-zoom',
      title: t('rating.zoom.keep'),
      group,
      keys: ['K'],
      enabled: rates,
      run: once(() => rating.view.setKeepsZoom(!rating.view.keepsZoom)),
    },
    {
      id: 'rating.anchors',
      title: t('rating.keys.anchors'),
      group,
      keys: ['A'],
      enabled: () => rates() && !rating.compares,
      run: once(() => rating.view.setAnchors(!rating.view.anchors)),
    },
    {
      id: 'rating.blink',
      title: t('rating.keys.blink'),
      group,
      keys: ['B'],
      enabled: () => rates() && rating.compares,
      run: once((event) => (view.blinking.value = event !== undefined)),
    },
  ]
}
