import { useEventListener } from '@vueuse/core'
import { ref, type Ref } from 'vue'
import { usePairs } from '../../state/pairs.ts'
import * as ranges from '../../state/ranges.ts'
import { indexesInRect, type GridLayout } from './virtual-grid.ts'

export interface Lasso {
  x0: number
  y0: number
  x1: number
  y1: number
}

/** The index of the pair whose element this is or lies in; -1 for none. */
export function indexOf(target: EventTarget | null): number {
  const cell = target instanceof Element ? target.closest<HTMLElement>('[data-index]') : null
  return cell ? Number(cell.dataset.index) : -1
}

/**
 * What the pointer does to pairs: a click goes there, with Ctrl it marks, with Shift it extends, and a
 * drag marks all that it touches.
 * @param point a place of the pointer in the content
 * @param keepsOut parts of the pane that are no pairs
 */
export function usePairPointer(parts: {
  scroller: Readonly<Ref<HTMLElement | null>>
  layout: Readonly<Ref<GridLayout>>
  point(event: PointerEvent): { x: number; y: number }
  keepsOut?: string
}) {
  const { scroller, layout, point } = parts
  const pairs = usePairs()
  const lasso = ref<Lasso | null>(null)
  let pressed: { x: number; y: number; base: ranges.Ranges; drag: boolean; index: number } | null =
    null

  function onDown(event: PointerEvent): void {
    const element = scroller.value
    if (!element || event.button !== 0) return
    if (parts.keepsOut && (event.target as Element).closest(parts.keepsOut)) return
    // The scroll bars are not the light table.
    const box = element.getBoundingClientRect()
    if (event.clientX > box.left + element.clientWidth) return
    if (event.clientY > box.top + element.clientHeight) return
    element.focus({ preventScroll: true })
    const keeps = event.ctrlKey || event.metaKey || event.shiftKey
    pressed = {
      ...point(event),
      base: keeps ? pairs.marked : ranges.NONE,
      drag: false,
      index: indexOf(event.target),
    }
  }

  useEventListener(window, 'pointermove', (event: PointerEvent) => {
    if (!pressed) return
    const { x, y } = point(event)
    if (!pressed.drag && Math.hypot(x - pressed.x, y - pressed.y) < 6) return
    pressed.drag = true
    lasso.value = { x0: pressed.x, y0: pressed.y, x1: x, y1: y }
    const inside = indexesInRect(layout.value, lasso.value, pairs.total)
    pairs.mark(ranges.union(pressed.base, inside), 'lasso')
    const view = (scroller.value as HTMLElement).getBoundingClientRect()
    if (event.clientY > view.bottom - 12) scroller.value?.scrollBy(0, 24)
    else if (event.clientY < view.top + 12) scroller.value?.scrollBy(0, -24)
  })

  useEventListener(window, 'pointerup', (event: PointerEvent) => {
    if (!pressed) return
    const { drag, index } = pressed
    pressed = null
    lasso.value = null
    if (drag) return
    if (index < 0) {
      if (!event.ctrlKey && !event.metaKey && !event.shiftKey) pairs.mark(ranges.NONE)
      return
    }
    if (event.shiftKey) pairs.moveTo(index, true)
    else if (event.ctrlKey || event.metaKey) {
      pairs.moveTo(index)
      pairs.toggleMark(index)
    } else {
      pairs.moveTo(index)
      pairs.mark(ranges.NONE)
    }
  })

  function onContext(event: MouseEvent): void {
    const index = indexOf(event.target)
    if (index < 0) return
    if (!ranges.has(pairs.marked, index)) pairs.mark(ranges.NONE)
    pairs.moveTo(index)
  }

  return { lasso, onDown, onContext }
}
