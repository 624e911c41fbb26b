import { computed, nextTick, onMounted, shallowRef, watch, type Ref } from 'vue'
import { usePairs } from '../../state/pairs.ts'
import {
  cellPosition,
  onScroll,
  settledScroll,
  topToShow,
  visibleRange,
  type GridLayout,
  type ScrollState,
} from './virtual-grid.ts'

/** From this speed on nobody sees a picture, px/ms; and how long it holds, ms. */
const FAST = 10
const FAST_FOR = 100

/**
 * Scrolls through the pairs, however many there are: which of them are in view, where they stand,
 * and how the one under the cursor comes into view. Asks for the rows that are seen.
 * @param overscan rows beyond the view on both sides
 */
export function useVirtualScroll(parts: {
  scroller: Readonly<Ref<HTMLElement | null>>
  layout: Readonly<Ref<GridLayout>>
  overscan: number
}) {
  const { scroller, layout, overscan } = parts
  const pairs = usePairs()
  const place = shallowRef<ScrollState>({ top: 0, scroll: 0 })
  /** What must be added to a place in the content to stand at the same place in the element. */
  const shift = computed(() => place.value.scroll - place.value.top)
  const range = computed(() => visibleRange(layout.value, place.value.top, pairs.total, overscan))
  /** As many elements as can ever be in view: their number does not change while scrolling. */
  const slots = computed(() => {
    const { columns, cellHeight, gap, viewportHeight } = layout.value
    return columns * (Math.ceil(viewportHeight / (cellHeight + gap)) + 1 + 2 * overscan)
  })

  watch(
    [range, () => pairs.version, () => pairs.selection],
    ([{ first, last }]) => pairs.want(first, last),
    { immediate: true },
  )

  let settle: ReturnType<typeof setTimeout> | undefined
  /** Rows fly past: what is costly is not drawn. */
  const isFast = shallowRef(false)
  let rest: ReturnType<typeof setTimeout> | undefined
  let lastAt = 0

  function watchSpeed(moved: number): void {
    const now = performance.now()
    const isNowFast = Math.abs(moved) > FAST * Math.min(100, Math.max(1, now - lastAt))
    lastAt = now
    if (!isNowFast) return
    isFast.value = true
    clearTimeout(rest)
    rest = setTimeout(() => (isFast.value = false), FAST_FOR)
  }

  function onScrolled(): void {
    const element = scroller.value
    if (!element || element.scrollTop === place.value.scroll) return
    const before = place.value.top
    place.value = onScroll(layout.value, place.value, element.scrollTop)
    watchSpeed(place.value.top - before)
    clearTimeout(settle)
    const scroll = element.scrollTop
    const end = scroll <= 0 || scroll >= layout.value.scrollHeight - layout.value.viewportHeight
    if (end) bringTogether()
    else settle = setTimeout(bringTogether, 160)
  }

  /** Puts the scroll bar where the content is. Nothing moves on the screen. */
  function bringTogether(): void {
    const element = scroller.value
    if (!element) return
    const scroll = settledScroll(layout.value, place.value.top)
    if (Math.abs(scroll - place.value.scroll) < 1) return
    place.value = { top: place.value.top, scroll }
    void nextTick(() => (element.scrollTop = scroll))
  }

  function goTo(top: number): void {
    const element = scroller.value
    if (!element) return
    const scroll = settledScroll(layout.value, top)
    place.value = { top, scroll }
    element.scrollTop = scroll
  }

  function reveal(index: number): void {
    if (index < 0 || layout.value.viewportHeight <= 0) return
    const top = topToShow(layout.value, index, place.value.top)
    if (top !== place.value.top) goTo(top)
  }

  watch(
    () => [pairs.cursor, pairs.visits],
    () => reveal(pairs.cursor),
  )
  // Another size or width: the pair under the cursor (or the first in view) stays in view.
  watch(layout, (next, before) => {
    if (next.columns === before.columns && next.cellHeight === before.cellHeight) {
      if (next.contentHeight !== before.contentHeight) void nextTick(clampTop)
      return
    }
    const pitch = before.cellHeight + before.gap
    const first = Math.round(place.value.top / pitch) * before.columns
    const cursorRow = Math.floor(pairs.cursor / before.columns) * pitch
    const cursorSeen =
      pairs.cursor >= 0 &&
      cursorRow + before.cellHeight > place.value.top &&
      cursorRow < place.value.top + before.viewportHeight
    const keep = cursorSeen ? pairs.cursor : first
    const offset = cursorSeen ? cursorRow - place.value.top : 0
    void nextTick(() => {
      const y = cellPosition(next, Math.max(0, keep)).y - offset
      goTo(Math.min(Math.max(0, y), Math.max(0, next.contentHeight - next.viewportHeight)))
    })
  })

  function clampTop(): void {
    const max = Math.max(0, layout.value.contentHeight - layout.value.viewportHeight)
    if (place.value.top > max) goTo(max)
  }

  onMounted(() => {
    void nextTick(() => reveal(pairs.cursor))
    // Whoever comes from the rail or from nowhere has the keys of the pairs at hand.
    const active = document.activeElement
    if (active === null || active === document.body || active.closest('nav')) {
      scroller.value?.focus({ preventScroll: true })
    }
  })
  watch(
    () => layout.value.viewportHeight,
    (now, before) => {
      if (before <= 0 && now > 0) void nextTick(() => reveal(pairs.cursor))
    },
  )

  return { place, shift, range, slots, isFast, onScrolled }
}
