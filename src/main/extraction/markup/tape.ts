import { here, I_BREAK, I_SPACE, S_KEPT, S_NO_WORDS, S_PRE, S_TEMPLATE, UNREAD } from './here.ts'

/*
 * The tape: runs of text, line breaks and pictures in document order, each with the block it stands
 * in and a few bits about where. Text is kept as places in the page; it is decoded later and only
 * near pictures.
 */
const SIZE = 1 << 14
const KEEP_ITEMS = 1 << 18

let itemStart = new Int32Array(SIZE)
let itemEnd = new Int32Array(SIZE)
let itemBits = new Int32Array(SIZE)
let itemBlock = new Int32Array(SIZE)
let count = 0
let blocks = 0

export function itemCount(): number {
  return count
}

/** The tape as it stands; its arrays are used again for the next page. */
export function tape() {
  return { count, blocks, start: itemStart, end: itemEnd, bits: itemBits, block: itemBlock }
}

export function startTape(): void {
  if (itemStart.length > KEEP_ITEMS) {
    itemStart = new Int32Array(SIZE)
    itemEnd = new Int32Array(SIZE)
    itemBits = new Int32Array(SIZE)
    itemBlock = new Int32Array(SIZE)
  }
  count = blocks = 0
}

function growItems(): void {
  const size = itemStart.length * 2
  const grow = (old: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> => {
    const next = new Int32Array(size)
    next.set(old)
    return next
  }
  itemStart = grow(itemStart)
  itemEnd = grow(itemEnd)
  itemBits = grow(itemBits)
  itemBlock = grow(itemBlock)
}

export function addItem(start: number, end: number, kind: number): void {
  if (count === itemStart.length) growItems()
  const state = here.state | here.stray
  if ((state & UNREAD) === 0) {
    if (here.boundary) {
      blocks++
      here.boundary = false
      here.space = false
    }
  }
  itemStart[count] = start
  itemEnd[count] = end
  itemBits[count] = (state & S_KEPT) | kind | (here.space ? I_SPACE : 0)
  itemBlock[count] = blocks - 1
  count++
  here.space = false
}

export function addText(start: number, end: number, kind = 0): void {
  const { html } = here
  const state = here.state | here.stray
  let code = html.charCodeAt(start)
  if (code <= 0x20 || code === 0x26 || code === 0xa0) {
    // Does it show at all?
    let at = start
    let newline = false
    for (;;) {
      if (at >= end) {
        // In a pre it is a line of its own.
        if (newline && (state & S_PRE) !== 0 && (state & S_TEMPLATE) === 0) break
        here.space = true
        return
      }
      if (code === 0x0a) newline = true
      if (code <= 0x20 || code === 0xa0) at++
      else if (code === 0x26 && html.startsWith('&nbsp;', at)) at += 6
      else if (code === 0x26 && html.startsWith('&#160;', at)) at += 6
      else break
      code = html.charCodeAt(at)
    }
  }
  if ((state & (S_NO_WORDS | S_TEMPLATE)) !== 0 && here.wanted === null) return
  addItem(start, end, kind)
}

/** Two breaks in a row separate paragraphs, as people wrote them before style sheets. */
export function addBreak(): void {
  if (here.boundary || ((here.state | here.stray) & (UNREAD | S_TEMPLATE)) !== 0) return
  if (count > 0 && ((itemBits[count - 1] as number) & I_BREAK) !== 0) here.boundary = true
  else addItem(0, 0, I_BREAK)
}
