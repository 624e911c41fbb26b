import { MapColour } from '#shared/contract/maps.ts'
import { onScopeDispose, watch, type Ref } from 'vue'
import { useClient } from '../../../bridge/client.ts'
import { useActions } from '../../../state/actions.ts'
import { useInspect } from '../../../state/inspect.ts'
import { usePairs } from '../../../state/pairs.ts'
import { useUi } from '../../../state/ui.ts'
import { t } from '../../../texts/index.ts'
import { fitScale, toScreen, whole, zoomAt, type Camera, type Pane } from './camera.ts'
import { useMap } from './map.ts'
import { nextPoint, placeOf, type Points } from './points.ts'
import { readRanges } from './use-map-hands.ts'
import type { useMapView } from './use-map-view.ts'

const STEPS = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000,
]
const NEARER = 1.5
/** A pair nearer to the edge than this is brought to the middle, px. */
const EDGE = 40

/** The map by keyboard: neighbours, zoom, and a selection that grows around the pair. */
export function useMapKeys(parts: {
  camera: Ref<Camera>
  pane: Ref<Pane>
  points: Readonly<Ref<Points | null>>
  /** Of the pair under the cursor, on the map; null: it has no place. */
  cursorAt: Ref<[number, number] | null>
  asked: ReturnType<typeof useMapView>['asked']
  isLasso: Ref<boolean>
}) {
  const { camera, pane, points, cursorAt } = parts
  const pairs = usePairs()
  const map = useMap()
  let grown = { place: -1, step: -1 }

  /** Goes to the pair of a point. */
  function go(point: number): void {
    const held = points.value
    if (!held || point < 0) return
    const place = held.places[point] as number
    cursorAt.value = placeOf(held, point)
    pairs.moveTo(place)
    pairs.want(place, place + 1)
    void useInspect().show(held.ids[point] as number)
  }

  function step(direction: readonly [number, number]): void {
    const held = points.value
    if (!held) return
    const from = cursorAt.value ?? [camera.value.x, camera.value.y]
    const next = nextPoint(held, from, direction, cursorAt.value ? pairs.cursor : -1)
    if (next < 0) return
    go(next)
    const [x, y] = placeOf(held, next)
    const [px, py] = toScreen(camera.value, pane.value, x, y)
    const isOut =
      px < EDGE || py < EDGE || px > pane.value.width - EDGE || py > pane.value.height - EDGE
    if (isOut) camera.value = { ...camera.value, x, y }
  }

  function zoom(by: number): void {
    const [px, py] = cursorAt.value
      ? toScreen(camera.value, pane.value, ...cursorAt.value)
      : [pane.value.width / 2, pane.value.height / 2]
    camera.value = zoomAt(camera.value, pane.value, by, px, py)
  }

  async function grow(by: 1 | -1): Promise<void> {
    const asked = parts.asked.value
    const row = pairs.rowAt(pairs.cursor)
    const id = row?.id ?? useInspect().id
    if (!asked || id === null || id === undefined) return
    if (grown.place !== pairs.cursor) grown = { place: pairs.cursor, step: 0 }
    grown.step = Math.min(STEPS.length - 1, Math.max(0, grown.step + by))
    try {
      const n = STEPS[grown.step] as number
      const { bytes } = await useClient().call('maps.around', { ...asked, id, n })
      pairs.mark(readRanges(bytes), 'map-around')
    } catch (error) {
      useUi().fail(error)
    }
  }

  /** The cursor may have moved in another view, or the pair's point may not be drawn. */
  async function findCursor(): Promise<void> {
    const held = points.value
    const asked = parts.asked.value
    const place = pairs.cursor
    if (!held || !asked || place < 0) return void (cursorAt.value = null)
    const point = held.places.indexOf(place)
    if (point >= 0) {
      cursorAt.value = placeOf(held, point)
      return
    }
    pairs.want(place, place + 1)
    const id = pairs.rowAt(place)?.id
    if (id === undefined) return
    try {
      const { at } = await useClient().call('maps.find', { ...asked, id })
      if (place === pairs.cursor) cursorAt.value = at
    } catch {
      // What is wrong with the map is said where its points are read.
    }
  }
  watch([points, () => pairs.cursor, () => pairs.version], () => void findCursor(), {
    immediate: true,
  })
  onScopeDispose(() => (cursorAt.value = null))

  const has = (): boolean => (points.value?.view.total.kept ?? 0) > 0
  const isNear = (): boolean => camera.value.scale > fitScale(pane.value) * 1.01
  const MOVES = [
    ['ArrowLeft', 'left', [-1, 0], t('map.commands.left')],
    ['ArrowRight', 'right', [1, 0], t('map.commands.right')],
    ['ArrowUp', 'up', [0, -1], t('map.commands.up')],
    ['ArrowDown', 'down', [0, 1], t('map.commands.down')],
  ] as const
  const group = t('map.commands.group')
  useActions([
    ...MOVES.map(([key, name, direction, title]) => ({
      id: `map.${name}`,
      title,
      ...{ group, keys: [key], line: t('map.commands.move'), silent: true, enabled: has },
      run: () => step(direction),
    })),
    {
      id: 'map.nearer',
      title: t('map.commands.nearer'),
      group,
      keys: ['+', '='],
      enabled: has,
      run: () => zoom(NEARER),
    },
    {
      id: 'map.farther',
      title: t('map.commands.farther'),
      group,
      keys: ['-'],
      enabled: has,
      run: () => zoom(1 / NEARER),
    },
    {
      id: 'map.fit',
      title: t('map.commands.fit'),
      group,
      keys: ['Home'],
      enabled: isNear,
      run: () => (camera.value = whole(pane.value)),
    },
    {
      id: 'map.back',
      title: t('map.commands.fit'),
      group,
      keys: ['Escape'],
      silent: true,
      enabled: () => parts.isLasso.value || (pairs.markedCount === 0 && isNear()),
      run() {
        if (parts.isLasso.value) parts.isLasso.value = false
        else camera.value = whole(pane.value)
      },
    },
    {
      id: 'map.grow',
      title: t('map.commands.grow'),
      group,
      keys: [']'],
      enabled: () => cursorAt.value !== null,
      run: () => void grow(1),
    },
    {
      id: 'map.shrink',
      title: t('map.commands.shrink'),
      group,
      keys: ['['],
      enabled: () => cursorAt.value !== null,
      run: () => void grow(-1),
    },
    {
      id: 'map.lasso',
      title: t('map.commands.lasso'),
      group,
      keys: ['L'],
      enabled: has,
      run: () => (parts.isLasso.value = !parts.isLasso.value),
    },
    {
      id: 'map.next',
      title: t('map.commands.next'),
      group,
      keys: ['Shift+M'],
      enabled: () => map.maps.length > 1,
      run: () => map.next(),
    },
    {
      id: 'map.colour',
      title: t('map.commands.colour'),
      group,
      keys: ['C'],
      enabled: has,
      run() {
        const all = MapColour.options
        map.setColour(all[(all.indexOf(map.colour) + 1) % all.length] ?? 'score')
      },
    },
  ])
  return { go, zoom }
}
