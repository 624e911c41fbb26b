import { shallowRef } from 'vue'
import type { Places } from './label-places.ts'
import {
  dragged,
  partOf,
  sentenceAt,
  wordAt,
  type Place,
  type TextPoint,
  type PairWords,
} from './label-text.ts'
import { useLabeling } from './labeling.ts'

/**
 * What the pointer does in the words: draws, moves edges, chooses.
 * @param pane scrolls `sheet`, which holds the lines
 */
export function usePointer(
  pane: () => HTMLElement | null,
  sheet: () => HTMLElement | null,
  words: () => PairWords,
  { lines, rangeOf }: Places,
) {
  const labeling = useLabeling()
  const draft = shallowRef<Place | null>(null)
  let press: {
    anchor: TextPoint
    x: number
    y: number
    moved: boolean
    /** The span whose edge is dragged. */
    replaces: number | null
  } | null = null
  let pointer = { x: 0, y: 0, alt: false }
  let scrolling = 0

  /** The point between two signs that is nearest to the pointer, kept inside of the pane. */
  function pointAt(x: number, y: number): (TextPoint & { under: number }) | null {
    const frame = pane()?.getBoundingClientRect()
    const box = sheet()?.getBoundingClientRect()
    if (!frame || !box) return null
    const inside = (value: number, from: number, to: number) =>
      Math.min(Math.max(value, from), Math.max(from, to))
    const caret = document.caretPositionFromPoint(
      inside(x, box.left + 1, box.right - 1),
      inside(y, Math.max(frame.top, box.top) + 1, Math.min(frame.bottom, box.bottom) - 1),
    )
    if (!caret || !(caret.offsetNode instanceof Text)) return null
    const node = caret.offsetNode
    for (const [source, known] of lines) {
      const line = known.nodes.indexOf(node)
      const part = line < 0 ? undefined : partOf(words(), source)
      if (!part) continue
      const from = known.starts[line] as number
      const at = part.index.offsets.toCodePoints(from + caret.offset)
      // Past the middle of a sign the caret stands behind it; the sign is still the one meant.
      const before = part.index.graphemeAt(at - 1)
      const meant = before && holds({ source, ...before }, x, y) ? before.start : at
      return { source, at, under: meant }
    }
    return null
  }

  function holds(place: Place, x: number, y: number): boolean {
    return [...(rangeOf(place)?.getClientRects() ?? [])].some(
      (box) => x >= box.left && x <= box.right && y >= box.top && y <= box.bottom,
    )
  }

  function down(event: PointerEvent): void {
    const whole = sheet()
    if (event.button !== 0 || !whole) return
    const handle = (event.target as Element).closest<HTMLElement>('[data-handle]')
    const point = pointAt(event.clientX, event.clientY)
    event.preventDefault()
    pane()?.focus({ preventScroll: true })
    const { hand, said } = labeling
    const held = hand.kind === 'span' ? said.spans[hand.at] : undefined
    if (handle && held && hand.kind === 'span') {
      const at = handle.dataset['handle'] === 'start' ? held.end : held.start
      press = {
        anchor: { source: held.source, at },
        x: event.clientX,
        y: event.clientY,
        moved: true,
        replaces: hand.at,
      }
    } else if (point) {
      press = { anchor: point, x: event.clientX, y: event.clientY, moved: false, replaces: null }
    } else return
    whole.setPointerCapture(event.pointerId)
  }

  function drag(event: PointerEvent): void {
    if (!press) return
    pointer = { x: event.clientX, y: event.clientY, alt: event.altKey }
    if (!press.moved && Math.hypot(event.clientX - press.x, event.clientY - press.y) < 4) return
    press.moved = true
    draw()
    if (!scrolling) scrolling = requestAnimationFrame(scrollAlong)
  }

  function draw(): void {
    if (!press) return
    const point = pointAt(pointer.x, pointer.y)
    if (!point) return
    draft.value = dragged(words(), press.anchor, point, pointer.alt ? 'character' : 'word')
  }

  /** A drag near the edge of the pane goes on where the text goes on. */
  function scrollAlong(): void {
    scrolling = 0
    const view = pane()
    if (!press || !view) return
    const frame = view.getBoundingClientRect()
    const over = pointer.y < frame.top + 20 ? -1 : pointer.y > frame.bottom - 20 ? 1 : 0
    if (over === 0) return
    const before = view.scrollTop
    view.scrollTop += over * 8
    if (view.scrollTop === before) return
    draw()
    scrolling = requestAnimationFrame(scrollAlong)
  }

  function up(event: PointerEvent): void {
    const done = press
    press = null
    if (scrolling) cancelAnimationFrame(scrolling)
    scrolling = 0
    if (!done) return
    const drawn = draft.value
    draft.value = null
    if (done.moved) {
      if (drawn) labeling.draw(drawn, done.replaces)
      return
    }
    const point = pointAt(event.clientX, event.clientY)
    if (point) click({ source: point.source, at: point.under }, event.shiftKey)
  }

  function click(point: TextPoint, extend: boolean): void {
    const { hand, said, options } = labeling
    const word = wordAt(words(), point)
    if (extend && hand.kind === 'span') {
      const span = said.spans[hand.at]
      if (span && word && span.source === word.source) {
        const start = Math.min(span.start, word.start)
        const end = Math.max(span.end, word.end)
        // Inside of it the nearer edge comes to the word.
        const inner = word.start >= span.start && word.end <= span.end
        const nearer = word.start - span.start < span.end - word.end
        labeling.draw(
          inner
            ? nearer
              ? { ...span, start: word.start }
              : { ...span, end: word.end }
            : { source: span.source, start, end },
          hand.at,
        )
      }
      return
    }
    const within = (place: Place) =>
      place.source === point.source && point.at >= place.start && point.at < place.end
    const spoken = said.spans.findIndex(within)
    if (spoken >= 0) {
      labeling.chooseSpan(spoken)
      return
    }
    const hits = options.flatMap((option, index) =>
      (option.kind === 'span' && within(option.place)) ||
      (option.kind === 'answer' && option.state.spans.some(within))
        ? [index]
        : [],
    )
    // A second click goes to the proposal below.
    const now = hand.kind === 'option' ? hits.indexOf(hand.at) : -1
    const hit = hits[(now + 1) % Math.max(1, hits.length)]
    if (hit !== undefined) labeling.choose(hit)
    else if (word) labeling.setCursor(word)
  }

  /** The menu acts on what stands under the pointer. */
  function choose(event: MouseEvent): void {
    const point = pointAt(event.clientX, event.clientY)
    if (point && labeling.hand.kind !== 'cursor') {
      click({ source: point.source, at: point.under }, false)
    }
  }

  /** Twice: the word. Three times: its sentence. */
  function clicks(event: MouseEvent): void {
    if (event.detail < 2 || event.shiftKey) return
    const point = pointAt(event.clientX, event.clientY)
    const word = point && wordAt(words(), { source: point.source, at: point.under })
    if (!word) return
    const sentence = event.detail >= 3 ? sentenceAt(words(), word) : word
    const at = labeling.said.spans.findIndex(
      (span) => span.source === word.source && span.start <= word.start && span.end >= word.end,
    )
    if (at < 0) labeling.draw(sentence, null)
    else if (event.detail >= 3) labeling.draw(sentence, at)
  }

  function cancel(): void {
    press = null
    draft.value = null
  }

  return { draft, pointAt, down, drag, up, cancel, clicks, choose }
}
