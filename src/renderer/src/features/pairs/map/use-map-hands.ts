import { useEventListener } from '@vueuse/core'
import { onScopeDispose, ref, shallowRef, type Ref } from 'vue'
import { useClient } from '../../../bridge/client.ts'
import { usePairs } from '../../../state/pairs.ts'
import * as ranges from '../../../state/ranges.ts'
import { useUi } from '../../../state/ui.ts'
import { moved, toMap, toScreen, zoomAt, type Camera, type Pane } from './camera.ts'
import { nearestPoint, placeOf, type Points } from './points.ts'
import type { useMapView } from './use-map-view.ts'

/** How far from the pointer a point may be, px. */
const REACH = 12
const DRAG = 5

type Asked = ReturnType<typeof useMapView>['asked']

/** What the pointer does on the map: a drag moves it, with Shift it draws a line around pairs. */
export function useMapHands(parts: {
  canvas: Readonly<Ref<HTMLElement | null>>
  camera: Ref<Camera>
  pane: Ref<Pane>
  points: Readonly<Ref<Points | null>>
  asked: Asked
  go(point: number): void
}) {
  const { camera, pane, points } = parts
  const pairs = usePairs()
  const isLasso = ref(false)
  /** The line that is drawn, px. */
  const line = shallowRef<[number, number][]>([])
  const hovered = ref(-1)
  let pressed: { x: number; y: number; draws: boolean; drag: boolean; base: ranges.Ranges } | null =
    null
  let frame = 0

  function at(event: PointerEvent | WheelEvent | MouseEvent): [number, number] {
    const box = (parts.canvas.value as HTMLElement).getBoundingClientRect()
    return [event.clientX - box.left, event.clientY - box.top]
  }
  function pointAt(x: number, y: number): number {
    if (!points.value) return -1
    const place = toMap(camera.value, pane.value, x, y)
    return nearestPoint(points.value, place, REACH / camera.value.scale)
  }

  function onDown(event: PointerEvent): void {
    if (event.button !== 0) return
    parts.canvas.value?.focus({ preventScroll: true })
    const [x, y] = at(event)
    const adds = event.ctrlKey || event.metaKey
    pressed = {
      ...{ x, y, drag: false },
      draws: isLasso.value || event.shiftKey,
      base: adds ? pairs.marked : ranges.NONE,
    }
    ;(event.target as HTMLElement).setPointerCapture(event.pointerId)
  }

  function onMove(event: PointerEvent): void {
    const [x, y] = at(event)
    if (!pressed) {
      cancelAnimationFrame(frame)
      frame = requestAnimationFrame(() => {
        hovered.value = pointAt(x, y)
      })
      return
    }
    if (!pressed.drag && Math.hypot(x - pressed.x, y - pressed.y) < DRAG) return
    if (!pressed.drag && pressed.draws) line.value = [[pressed.x, pressed.y]]
    pressed.drag = true
    hovered.value = -1
    if (pressed.draws) {
      line.value = [...line.value, [x, y]]
      return
    }
    camera.value = moved(camera.value, x - pressed.x, y - pressed.y)
    pressed.x = x
    pressed.y = y
  }

  function onUp(event: PointerEvent): void {
    const was = pressed
    pressed = null
    if (!was) return
    if (was.drag) {
      if (was.draws) void close(was.base)
      return
    }
    const point = pointAt(...at(event))
    const place = point < 0 ? -1 : (points.value?.places[point] ?? -1)
    if (place < 0) return
    if (event.ctrlKey || event.metaKey) pairs.toggleMark(place)
    parts.go(point)
  }

  /** Selects what lies within the line. */
  async function close(base: ranges.Ranges): Promise<void> {
    const drawn = line.value
    line.value = []
    const asked = parts.asked.value
    if (!asked || drawn.length < 3) return
    const step = Math.max(1, Math.ceil(drawn.length / 1000))
    try {
      const { bytes } = await useClient().call('maps.inside', {
        ...asked,
        line: drawn
          .filter((_, i) => i % step === 0)
          .map(([x, y]) => toMap(camera.value, pane.value, x, y)),
      })
      pairs.mark(merged(base, readRanges(bytes)))
      isLasso.value = false
    } catch (error) {
      useUi().fail(error)
    }
  }

  function onWheel(event: WheelEvent): void {
    event.preventDefault()
    const [x, y] = at(event)
    camera.value = zoomAt(camera.value, pane.value, Math.exp(-event.deltaY * 0.0016), x, y)
  }

  useEventListener(window, 'keydown', (event: KeyboardEvent) => {
    if (event.key === 'Escape' && line.value.length > 0) {
      pressed = null
      line.value = []
    }
  })
  onScopeDispose(() => cancelAnimationFrame(frame))

  const screenOf = (point: number): [number, number] =>
    toScreen(camera.value, pane.value, ...placeOf(points.value as Points, point))

  return { isLasso, line, hovered, onDown, onMove, onUp, onWheel, screenOf }
}

/** Pairs of int32, first and last. */
export function readRanges(bytes: Uint8Array): ranges.Ranges {
  const list = new Int32Array(bytes.slice().buffer)
  const out: ranges.Range[] = []
  for (let i = 0; i < list.length; i += 2) out.push([list[i] as number, list[i + 1] as number])
  return out
}

/** Both; each is in order, so that thousands are merged in one walk. */
export function merged(a: ranges.Ranges, b: ranges.Ranges): ranges.Ranges {
  if (a.length === 0) return b
  const all = [...a, ...b].sort((one, other) => one[0] - other[0])
  const out: [number, number][] = []
  for (const [first, last] of all) {
    const end = out.at(-1)
    if (end && first <= end[1] + 1) end[1] = Math.max(end[1], last)
    else out.push([first, last])
  }
  return out
}
