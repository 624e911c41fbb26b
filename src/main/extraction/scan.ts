import { AppError } from '#shared/errors.ts'
import {
  CLASS_CAPTION,
  CLASS_CONSENT,
  CLASS_FIGURE,
  CLASS_NAVIGATION,
  CLASS_TITLE,
  CLASS_UNSEEN,
  classify,
} from './classes.ts'
import * as tag from './tags.ts'
import { hashStep, tagId } from './tags.ts'
import type { ExtractLimits } from './types.ts'

/*
 * One pass over the markup, in the manner of the HTML standard's tokenizer, with a stack of open
 * elements in place of a tree. What it keeps is a tape: the runs of text, line breaks and pictures
 * in document order, each with the block it stands in and a few bits about where. Text is kept as
 * places in the page; it is decoded later and only near pictures.
 */

// What a place in the page is, inherited by everything inside. Also the bits of an item.
/** hidden attribute, display:none, visibility:hidden, a closed dialog */
export const S_HIDDEN = 1 << 0
/** never words: controls, fallback of media, noscript, ruby readings, SVG */
export const S_NO_WORDS = 1 << 1
/** for screen readers only */
const S_UNSEEN = 1 << 2
/** navigation, page header or footer, consent banner */
export const S_NAVIGATION = 1 << 3
/** looks like navigation by its class */
export const S_NAV_CLASS = 1 << 4
export const S_LINK = 1 << 5
export const S_PRE = 1 << 6
const S_NOSCRIPT = 1 << 7
const S_FOREIGN = 1 << 8
const S_SELECT = 1 << 9
/** in article, main, section, figure: a header in it belongs to it, not to the page */
const S_CONTENT = 1 << 10
const S_TEMPLATE = 1 << 11
const S_FIGURE_CLASS = 1 << 12
const S_MATH = 1 << 13
/** The item has white space or nothing that shows before it. */
export const I_SPACE = 1 << 20
export const I_IMAGE = 1 << 21
export const I_BREAK = 1 << 22
/** What keeps text from being read on the page. */
export const UNREAD = S_HIDDEN | S_NO_WORDS | S_UNSEEN

/** The nearest containers of a picture or caption that are remembered. */
const CONTAINERS = 6

/** An `<img>` as found. Attribute values are as written, references not decoded. */
export interface FoundImage {
  tagStart: number
  tagEnd: number
  /** Lower-case name to value as written; first of each name. */
  attributes: Map<string, string>
  /** `<source>` elements before it in its `<picture>`. */
  sources: Map<string, string>[]
  noscript: boolean
  /** Its place on the tape. */
  item: number
  figure: number
  cell: number
  table: number
  /** Serials of the open elements around it, innermost first. */
  containers: number[]
}

/** An element that says what a picture shows. */
export interface FoundCaption {
  kind: 'figcaption' | 'caption' | 'class' | 'title'
  /** The class attribute, for `class`. */
  className: string
  itemStart: number
  itemEnd: number
  figure: number
  table: number
  containers: number[]
}

/** All that one pass finds. Arrays are by index and shared with the next scan: use at once. */
export interface Scan {
  html: string
  /** Items on the tape. */
  count: number
  start: Int32Array
  end: Int32Array
  bits: Int32Array
  block: Int32Array
  blocks: number
  images: FoundImage[]
  captions: FoundCaption[]
  /** Parent figure of each figure, -1 at the top. */
  figureParent: number[]
  cells: Cells
  title: string | null
  lang: string | null
  baseHref: string | null
  metas: Map<string, string>[]
  /** Text ranges of elements whose ids were asked for: id -> items. */
  byId: Map<string, { start: number; end: number }>
}

/** Table cells in document order, as parallel arrays. */
export interface Cells {
  count: number
  table: Int32Array
  row: Int32Array
  column: Int32Array
  itemStart: Int32Array
  itemEnd: Int32Array
  /** First cell of each row of each table: `rowFirst[table][row]`. */
  rowFirst: number[][]
  tableParent: number[]
  /** The cell around each cell's table, -1 where there is none. */
  parent: Int32Array
}

const KEEP_ITEMS = 1 << 18
let itemStart = new Int32Array(1 << 14)
let itemEnd = new Int32Array(1 << 14)
let itemBits = new Int32Array(1 << 14)
let itemBlock = new Int32Array(1 << 14)

// The stack of open elements.
let stackTag = new Int32Array(1024)
let stackState = new Int32Array(1024)
let stackSerial = new Int32Array(1024)
/** Index + 1 of the caption that an element is. */
let stackCaption = new Int32Array(1024)
/** Index of the figure, table or cell that an element is. */
let stackIndex = new Int32Array(1024)
/** Index + 1 into `openIds` of an element whose text is asked for. */
let stackId = new Int32Array(1024)
const openCount = new Int32Array(tag.TAG_COUNT)

function growStack(size: number): void {
  stackTag = new Int32Array(size)
  stackState = new Int32Array(size)
  stackSerial = new Int32Array(size)
  stackCaption = new Int32Array(size)
  stackIndex = new Int32Array(size)
  stackId = new Int32Array(size)
}

let cellColumns = makeCells(1024)

function makeCells(size: number) {
  return {
    table: new Int32Array(size),
    row: new Int32Array(size),
    column: new Int32Array(size),
    itemStart: new Int32Array(size),
    itemEnd: new Int32Array(size),
    parent: new Int32Array(size),
  }
}

function growCells(): void {
  const old = cellColumns
  cellColumns = makeCells(old.table.length * 2)
  for (const name of Object.keys(old) as (keyof typeof old)[]) cellColumns[name].set(old[name])
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

// What the last call of `passAttributes` saw, as places in the page; -1 = not there.
let classStart = -1
let classEnd = -1
let idStart = -1
let idEnd = -1
let styleStart = -1
let styleEnd = -1
let roleStart = -1
let roleEnd = -1
let spanStart = -1
let spanEnd = -1
let seenAttributes = 0
let selfClosing = false
const A_HIDDEN = 1
const A_HREF = 2
const A_OPEN = 4
const A_ARIA_HIDDEN = 8
const A_FONT = 16

/**
 * Walks over the attributes of a tag, noting the few that matter to every element.
 * @returns the place after `>`, or -1 where the page ends inside the tag
 */
function passAttributes(html: string, from: number): number {
  let at = from
  const length = pageLength
  seenAttributes = 0
  classStart = idStart = styleStart = roleStart = spanStart = -1
  selfClosing = false
  for (;;) {
    let code = html.charCodeAt(at)
    while (code <= 0x20 || code === 0x2f) {
      selfClosing = code === 0x2f
      code = html.charCodeAt(++at)
    }
    if (code === 0x3e) return at < length ? at + 1 : -1
    selfClosing = false
    const nameStart = at
    code = html.charCodeAt(++at)
    while (code > 0x3e || (code > 0x20 && code !== 0x2f && code !== 0x3e && code !== 0x3d)) {
      code = html.charCodeAt(++at)
    }
    const nameLength = at - nameStart
    while (code <= 0x20) code = html.charCodeAt(++at)
    let valueStart = -1
    let valueEnd = -1
    if (code === 0x3d) {
      code = html.charCodeAt(++at)
      while (code <= 0x20) code = html.charCodeAt(++at)
      if (code === 0x22) {
        valueStart = at + 1
        valueEnd = html.indexOf('"', valueStart)
        if (valueEnd < 0) return -1
        at = valueEnd + 1
      } else if (code === 0x27) {
        valueStart = at + 1
        valueEnd = html.indexOf("'", valueStart)
        if (valueEnd < 0) return -1
        at = valueEnd + 1
      } else {
        valueStart = at
        while (code > 0x3e || (code > 0x20 && code !== 0x3e)) code = html.charCodeAt(++at)
        valueEnd = at
        if (at >= length) return -1
      }
    }
    switch (nameLength) {
      case 2:
        if (idStart < 0 && nameIs(html, nameStart, 'id')) {
          idStart = valueStart
          idEnd = valueEnd
        }
        break
      case 4:
        if ((html.charCodeAt(nameStart) | 0x20) === 0x68) {
          if (nameIs(html, nameStart, 'href')) seenAttributes |= A_HREF
        } else if (nameIs(html, nameStart, 'open')) seenAttributes |= A_OPEN
        else if (nameIs(html, nameStart, 'face') || nameIs(html, nameStart, 'size')) {
          seenAttributes |= A_FONT
        } else if (roleStart < 0 && nameIs(html, nameStart, 'role')) {
          roleStart = valueStart
          roleEnd = valueEnd
        }
        break
      case 5:
        if (classStart < 0 && nameIs(html, nameStart, 'class')) {
          classStart = valueStart
          classEnd = valueEnd
        } else if (styleStart < 0 && nameIs(html, nameStart, 'style')) {
          styleStart = valueStart
          styleEnd = valueEnd
        } else if (nameIs(html, nameStart, 'color')) seenAttributes |= A_FONT
        break
      case 6:
        if (nameIs(html, nameStart, 'hidden')) seenAttributes |= A_HIDDEN
        break
      case 7:
        if (spanStart < 0 && nameIs(html, nameStart, 'colspan')) {
          spanStart = valueStart
          spanEnd = valueEnd
        }
        break
      case 11:
        if (
          nameIs(html, nameStart, 'aria-hidden') &&
          (html.charCodeAt(valueStart) | 0x20) === 0x74
        ) {
          seenAttributes |= A_ARIA_HIDDEN
        }
        break
    }
  }
}

function nameIs(html: string, at: number, name: string): boolean {
  for (let i = 0; i < name.length; i++) {
    const code = html.charCodeAt(at + i)
    if ((code === 0x2d ? code : code | 0x20) !== name.charCodeAt(i)) return false
  }
  return true
}

let listed: Map<string, string> = new Map()

/** All attributes of a tag into `listed`. Returns as `passAttributes`. */
function listAttributes(html: string, from: number): number {
  let at = from
  const length = pageLength
  listed = new Map()
  selfClosing = false
  for (;;) {
    let code = html.charCodeAt(at)
    while (code <= 0x20 || code === 0x2f) {
      selfClosing = code === 0x2f
      code = html.charCodeAt(++at)
    }
    if (code === 0x3e) return at < length ? at + 1 : -1
    selfClosing = false
    const nameStart = at
    code = html.charCodeAt(++at)
    while (code > 0x20 && code !== 0x2f && code !== 0x3e && code !== 0x3d) {
      code = html.charCodeAt(++at)
    }
    const name = html.slice(nameStart, at).toLowerCase()
    while (code <= 0x20) code = html.charCodeAt(++at)
    let value = ''
    if (code === 0x3d) {
      code = html.charCodeAt(++at)
      while (code <= 0x20) code = html.charCodeAt(++at)
      if (code === 0x22 || code === 0x27) {
        const close = html.indexOf(code === 0x22 ? '"' : "'", at + 1)
        if (close < 0) return -1
        value = html.slice(at + 1, close)
        at = close + 1
      } else {
        const start = at
        while (code > 0x20 && code !== 0x3e) code = html.charCodeAt(++at)
        if (at >= length) return -1
        value = html.slice(start, at)
      }
    }
    if (!listed.has(name)) listed.set(name, value)
  }
}

/** Length of the page being scanned, without what is put behind it. */
let pageLength = 0

function endsInTag(page: string): boolean {
  let last = page.length - 1
  while (last >= 0 && page.charCodeAt(last) <= 0x20) last--
  return last >= 0 && page.charCodeAt(last) === 0x3e
}

const SENTINEL = '>'.repeat(16)

const HIDING_STYLE = /(?:^|[;\s])(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse))/i
const TIME_CHECK_TAGS = 4096

/** Place after the comment that begins (after `<!--`) at `from`; -1 where it never ends. */
function endOfComment(html: string, from: number): number {
  if (html.charCodeAt(from) === 0x3e) return from + 1
  if (html.charCodeAt(from) === 0x2d && html.charCodeAt(from + 1) === 0x3e) return from + 2
  let at = from
  for (;;) {
    at = html.indexOf('--', at)
    if (at < 0) return -1
    const next = html.charCodeAt(at + 2)
    if (next === 0x3e) return at + 3
    if (next === 0x21 && html.charCodeAt(at + 3) === 0x3e) return at + 4
    at++
  }
}

/** The place of `</name` that ends raw text; -1 where there is none. */
function endOfRaw(html: string, from: number, name: string): number {
  let at = from
  for (;;) {
    at = html.indexOf('</', at)
    if (at < 0) return -1
    if (nameIs(html, at + 2, name)) {
      const next = html.charCodeAt(at + 2 + name.length)
      if (next === 0x3e || next === 0x2f || isSpace(next)) return at
    }
    at += 2
  }
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x09 || code === 0x0c || code === 0x0d
}

/** A script may hold `<!-- <script> </script> -->`, whose end tag does not end it. */
function endOfEscapedScript(html: string, from: number): number {
  const steps = /<!--|-->|<(\/?)script(?=[\s/>])/gi
  steps.lastIndex = from
  let state: 'plain' | 'escaped' | 'double' = 'plain'
  for (;;) {
    const match = steps.exec(html)
    if (!match) return -1
    const text = match[0]
    if (text === '<!--') {
      if (state === 'plain') {
        state = 'escaped'
        // `<!-->` and `<!--->` close at once: let the dashes be seen again.
        steps.lastIndex = match.index + 2
      }
    } else if (text === '-->') state = 'plain'
    else if (match[1] === '/') {
      if (state !== 'double') return match.index
      state = 'escaped'
    } else if (state === 'escaped') state = 'double'
  }
}

/*
 * The page being scanned. One at a time, so its state lies in the module: functions made anew for
 * each page would be compiled anew, again and again.
 */
let pageText = ''
let images: FoundImage[] = []
let captions: FoundCaption[] = []
let figureParent: number[] = []
let cells: Cells = { ...cellColumns, count: 0, rowFirst: [], tableParent: [] }
let cellCount = 0
let metas: Map<string, string>[] = []
let byId = new Map<string, { start: number; end: number }>()
let openIds: { start: number; end: number }[] = []
let wanted: ReadonlySet<string> | null = null
let title: string | null = null
let lang: string | null = null
let baseHref: string | null = null
/** The `<source>` elements of the open `<picture>`. */
let sources: Map<string, string>[] | null = null
let maxDepth = 0
let maxImages = 0
/** Of each table, in its row that is open. */
let nextColumn: number[] = []
let nextScriptComment = -2
let unknownOpen = 0
let depth = 0
let serial = 0
let state = 0
let figure = -1
let table = -1
let cell = -1
let count = 0
let blocks = 0
/** A block begins with the next item. */
let boundary = true
let space = false
let framesetOk = true

function addItem(start: number, end: number, kind: number): void {
  if (count === itemStart.length) growItems()
  if ((state & UNREAD) === 0) {
    if (boundary) {
      blocks++
      boundary = false
      space = false
    }
  }
  itemStart[count] = start
  itemEnd[count] = end
  itemBits[count] = (state & 0x7f) | kind | (space ? I_SPACE : 0)
  itemBlock[count] = blocks - 1
  count++
  space = false
}

function addText(start: number, end: number): void {
  let code = pageText.charCodeAt(start)
  if (code <= 0x20 || code === 0x26 || code === 0xa0) {
    // Does it show at all?
    let at = start
    let newline = false
    for (;;) {
      if (at >= end) {
        // In a pre it is a line of its own.
        if (newline && (state & S_PRE) !== 0 && (state & S_TEMPLATE) === 0) break
        space = true
        return
      }
      if (code === 0x0a) newline = true
      if (code <= 0x20 || code === 0xa0) at++
      else if (code === 0x26 && pageText.startsWith('&nbsp;', at)) at += 6
      else if (code === 0x26 && pageText.startsWith('&#160;', at)) at += 6
      else break
      code = pageText.charCodeAt(at)
    }
  }
  framesetOk = false
  if ((state & (S_NO_WORDS | S_TEMPLATE)) !== 0 && wanted === null) return
  addItem(start, end, 0)
}

/** Two breaks in a row separate paragraphs, as people wrote them before style sheets. */
function addBreak(): void {
  if (boundary || (state & (UNREAD | S_TEMPLATE)) !== 0) return
  if (count > 0 && ((itemBits[count - 1] as number) & I_BREAK) !== 0) boundary = true
  else addItem(0, 0, I_BREAK)
}

function popTo(target: number): void {
  if (target >= depth) return
  while (depth > target) {
    depth--
    const popped = stackTag[depth] as number
    if (popped > 0) {
      openCount[popped] = (openCount[popped] as number) - 1
      if (((tag.TAG_PROPS[popped] as number) & tag.BLOCK) !== 0) boundary = true
      if (popped === tag.T_FIGURE) figure = figureParent[stackIndex[depth] as number] as number
      else if (popped === tag.T_TABLE) {
        table = cells.tableParent[stackIndex[depth] as number] as number
      } else if (popped === tag.T_TD || popped === tag.T_TH) {
        const index = stackIndex[depth] as number
        if (index >= 0) {
          cells.itemEnd[index] = count
          cell = cells.parent[index] as number
        }
      } else if (popped === tag.T_PICTURE) sources = null
    } else unknownOpen--
    const caption = stackCaption[depth] as number
    if (caption !== 0) {
      const found = captions[caption - 1] as FoundCaption
      found.itemEnd = count
      boundary = true
    }
    const id = stackId[depth] as number
    if (id !== 0) (openIds[id - 1] as { end: number }).end = count
  }
  state = stackState[target] as number
}

function push(name: number, index: number): void {
  if (depth === maxDepth) popTo(depth - 1)
  stackTag[depth] = name
  stackState[depth] = state
  stackSerial[depth] = ++serial
  stackCaption[depth] = 0
  stackIndex[depth] = index
  stackId[depth] = 0
  depth++
  if (name > 0) openCount[name] = (openCount[name] as number) + 1
  else unknownOpen++
}

/** Pops up to and with the nearest `name` that stands in scope. */
function close(name: number, scope: number): boolean {
  if (openCount[name] === 0) return false
  for (let i = depth - 1; i >= 0; i--) {
    const open = stackTag[i] as number
    if (open === name) {
      popTo(i)
      return true
    }
    if (open > 0 && ((tag.TAG_PROPS[open] as number) & scope) !== 0) return false
    // A table part looks only past what is inside its own table.
  }
  return false
}

/** Pops up to, without, the nearest table part in `stops` of the same table. */
function clearTo(a: number, b: number, c: number, d: number): void {
  for (let i = depth - 1; i >= 0; i--) {
    const open = stackTag[i]
    if (open === a || open === b || open === c || open === d || open === tag.T_TABLE) {
      popTo(i + 1)
      return
    }
    if (open === tag.T_TEMPLATE) return
  }
}

/** The place on the stack of a part of the innermost table, or of that table; -1 = not open. */
function findTablePart(name: number): number {
  if (openCount[name] === 0) return -1
  for (let i = depth - 1; i >= 0; i--) {
    const open = stackTag[i]
    if (open === name) return i
    if (open === tag.T_TABLE || open === tag.T_TEMPLATE) return -1
  }
  return -1
}

function closeItem(name: number, other: number): void {
  if (openCount[name] === 0 && openCount[other] === 0) return
  for (let i = depth - 1; i >= 0; i--) {
    const open = stackTag[i] as number
    if (open === name || open === other) {
      popTo(i)
      return
    }
    if (
      open > 0 &&
      ((tag.TAG_PROPS[open] as number) & tag.SPECIAL) !== 0 &&
      open !== tag.T_ADDRESS &&
      open !== tag.T_DIV &&
      open !== tag.T_P
    ) {
      return
    }
  }
}

function around(): number[] {
  const serials: number[] = []
  for (let i = depth - 1; i >= 0 && serials.length < CONTAINERS; i--) {
    serials.push(stackSerial[i] as number)
  }
  // The body.
  if (serials.length < CONTAINERS) serials.push(0)
  return serials
}

function addCaption(kind: FoundCaption['kind'], className: string): void {
  boundary = true
  captions.push({
    kind,
    className,
    itemStart: count,
    itemEnd: -1,
    figure,
    table,
    containers: around(),
  })
  stackCaption[depth - 1] = captions.length
}

/** What the attributes of the element just pushed say about everything in it. */
function applyAttributes(name: number): void {
  if (classStart >= 0 && classEnd > classStart) {
    const className = pageText.slice(classStart, classEnd)
    const bits = classify(className)
    if (bits !== 0) {
      if ((bits & CLASS_UNSEEN) !== 0) state |= S_UNSEEN
      if ((bits & CLASS_NAVIGATION) !== 0) state |= S_NAV_CLASS
      if ((bits & CLASS_CONSENT) !== 0 && name !== tag.T_ARTICLE) state |= S_NAVIGATION
      if (
        (bits & CLASS_CAPTION) !== 0 &&
        (state & S_TEMPLATE) === 0 &&
        stackCaption[depth - 1] === 0
      ) {
        addCaption('class', className)
      }
      if ((bits & CLASS_FIGURE) !== 0) state |= S_FIGURE_CLASS
      else if (
        (bits & CLASS_TITLE) !== 0 &&
        (state & S_FIGURE_CLASS) !== 0 &&
        stackCaption[depth - 1] === 0
      ) {
        addCaption('title', className)
      }
    }
  }
  if (idStart >= 0 && idEnd > idStart) {
    const id = pageText.slice(idStart, idEnd)
    const bits = classify(id)
    if ((bits & CLASS_NAVIGATION) !== 0) state |= S_NAV_CLASS
    if ((bits & CLASS_CONSENT) !== 0) state |= S_NAVIGATION
    if (wanted?.has(id) && !byId.has(id)) {
      const range = { start: count, end: -1 }
      byId.set(id, range)
      openIds.push(range)
      stackId[depth - 1] = openIds.length
    }
  }
  if (styleStart >= 0 && HIDING_STYLE.test(pageText.slice(styleStart, styleEnd))) state |= S_HIDDEN
  if (roleStart >= 0) {
    const role = pageText.slice(roleStart, roleEnd).trim().toLowerCase()
    if (
      role === 'navigation' ||
      role === 'menu' ||
      role === 'menubar' ||
      role === 'banner' ||
      role === 'contentinfo' ||
      role === 'search' ||
      role === 'alertdialog' ||
      role === 'toolbar'
    ) {
      state |= S_NAVIGATION
    }
  }
  if ((seenAttributes & A_HIDDEN) !== 0) state |= S_HIDDEN
  // Around icons; on a block it is a slide that is not shown just now.
  if ((seenAttributes & A_ARIA_HIDDEN) !== 0) {
    if (name <= 0 || ((tag.TAG_PROPS[name] as number) & tag.BLOCK) === 0) state |= S_HIDDEN
  }
}

/** Leaves SVG and MathML, up to where HTML may stand again. */
function breakOut(): void {
  for (let i = depth - 1; i >= 0; i--) {
    if (((stackState[i] as number) & S_FOREIGN) === 0) {
      popTo(i)
      return
    }
  }
}

/**
 * A start tag within SVG or MathML. Returns false where it breaks out of it and must be treated
 * as HTML.
 */
function foreignTag(name: number, nameStart: number, nameEnd: number): boolean {
  if (
    (name > 0 && ((tag.TAG_PROPS[name] as number) & tag.BREAKOUT) !== 0) ||
    (name === tag.T_FONT && (seenAttributes & A_FONT) !== 0)
  ) {
    breakOut()
    return false
  }
  if (selfClosing) return true
  const text = pageText.slice(nameStart, nameEnd).toLowerCase()
  // Known names mean nothing here; negative keeps them apart from HTML's.
  let hash = 0
  for (let i = 0; i < text.length; i++) hash = hashStep(hash, text.charCodeAt(i))
  push(hash | -0x80000000, -1)
  if ((state & S_MATH) !== 0) {
    if (text === 'mi' || text === 'mo' || text === 'mn' || text === 'ms' || text === 'mtext') {
      state &= ~S_FOREIGN
    } else if (text === 'annotation' || text === 'annotation-xml') {
      state |= S_NO_WORDS
      const markup = pageText.slice(nameStart, pageText.indexOf('>', nameStart) + 1)
      if (/encoding\s*=\s*["']?(?:text\/html|application\/xhtml\+xml)/i.test(markup)) {
        state &= ~S_FOREIGN
      }
    }
  } else if (text === 'foreignobject') state &= ~(S_FOREIGN | S_NO_WORDS)
  else if (text === 'desc' || text === 'title') state &= ~S_FOREIGN
  return true
}

function endTag(name: number, hash: number): void {
  if (name <= 0 || openCount[tag.T_SVG] !== 0 || openCount[tag.T_MATH] !== 0) {
    if ((state & S_FOREIGN) !== 0 && (name === tag.T_P || name === tag.T_BR)) {
      breakOut()
      endTag(name, hash)
      return
    }
    if (unknownOpen === 0 && name <= 0) return
    const wanted = hash | -0x80000000
    for (let i = depth - 1; i >= 0; i--) {
      const open = stackTag[i] as number
      if (open === wanted) {
        popTo(i)
        return
      }
      if (open === name && name > 0) {
        popTo(i)
        return
      }
      if (open > 0 && ((tag.TAG_PROPS[open] as number) & tag.SPECIAL) !== 0) break
    }
    // Not an element of the drawing: it closes what is around.
    if (name <= 0) return
  }
  if ((state & S_SELECT) !== 0) {
    if (name === tag.T_SELECT) close(tag.T_SELECT, tag.SCOPE)
    else if (name === tag.T_TEMPLATE) close(tag.T_TEMPLATE, 0)
    else if (
      (name === tag.T_TABLE ||
        name === tag.T_TR ||
        name === tag.T_TD ||
        name === tag.T_TH ||
        name === tag.T_TBODY ||
        name === tag.T_THEAD ||
        name === tag.T_TFOOT ||
        name === tag.T_CAPTION) &&
      table >= 0
    ) {
      const part = findTablePart(name)
      if (part >= 0) popTo(part)
    }
    return
  }
  const props = tag.TAG_PROPS[name] as number
  if ((props & tag.OWN_RULE) !== 0) {
    switch (name) {
      case tag.T_HTML:
      case tag.T_HEAD:
      case tag.T_BODY:
      case tag.T_FRAMESET:
        return
      case tag.T_BR:
        framesetOk = false
        addBreak()
        return
      case tag.T_P:
        boundary = true
        close(tag.T_P, tag.SCOPE)
        return
      case tag.T_TEMPLATE:
        close(tag.T_TEMPLATE, 0)
        return
      case tag.T_TABLE:
      case tag.T_TBODY:
      case tag.T_THEAD:
      case tag.T_TFOOT:
      case tag.T_TR:
      case tag.T_TD:
      case tag.T_TH:
      case tag.T_CAPTION:
        {
          const part = findTablePart(name)
          if (part >= 0) popTo(part)
        }
        return
      case tag.T_A:
        closeLink()
        return
      case tag.T_IMG:
      case tag.T_IMAGE:
        return
    }
    if ((props & tag.HEADING) !== 0) {
      for (let i = depth - 1; i >= 0; i--) {
        const open = stackTag[i] as number
        if (open <= 0) continue
        const openProps = tag.TAG_PROPS[open] as number
        if ((openProps & tag.HEADING) !== 0) {
          popTo(i)
          return
        }
        if ((openProps & tag.SCOPE) !== 0) return
      }
      return
    }
  }
  close(name, (props & tag.SPECIAL) !== 0 ? tag.SCOPE : tag.SPECIAL | tag.SCOPE)
}

/** An end tag of a link also ends it where it is misnested around blocks. */
function closeLink(): void {
  if (openCount[tag.T_A] === 0) return
  for (let i = depth - 1; i >= 0; i--) {
    const open = stackTag[i] as number
    if (open === tag.T_A) {
      let special = false
      for (let k = i + 1; k < depth; k++) {
        const inner = stackTag[k] as number
        if (inner > 0 && ((tag.TAG_PROPS[inner] as number) & tag.SPECIAL) !== 0) special = true
      }
      if (!special) {
        popTo(i)
        return
      }
      // The blocks stay open, the link around them ends here.
      openCount[tag.T_A] = (openCount[tag.T_A] as number) - 1
      stackTag[i] = -1
      unknownOpen++
      const outer = (stackState[i] as number) & S_LINK
      for (let k = i + 1; k < depth; k++) {
        stackState[k] = ((stackState[k] as number) & ~S_LINK) | outer
      }
      state = (state & ~S_LINK) | outer
      return
    }
    if (open > 0 && ((tag.TAG_PROPS[open] as number) & tag.SCOPE) !== 0) return
  }
}

/** What `ownRule` says of a tag that is done with: nothing to push, or nothing after it counts. */
const PASSED = -2
const ENDED = -3

/**
 * A start tag whose attributes were read up to `at`. `full`: they are in `listed`.
 * @returns where the page goes on, -1 where it ends within raw text
 */
function startTag(
  name: number,
  hash: number,
  lt: number,
  nameStart: number,
  nameEnd: number,
  at: number,
  full: boolean,
): number {
  if ((state & S_FOREIGN) !== 0) {
    if (foreignTag(name, nameStart, nameEnd)) return at
  }
  if (name === 0) {
    if ((state & S_SELECT) !== 0) return at
    push(hash | -0x80000000, -1)
    applyAttributes(-1)
    return at
  }
  const props = tag.TAG_PROPS[name] as number
  if ((state & S_SELECT) !== 0) {
    // In a select only these mean anything.
    if (name === tag.T_OPTION || name === tag.T_OPTGROUP) return at
    if (
      name === tag.T_INPUT ||
      name === tag.T_KEYGEN ||
      name === tag.T_TEXTAREA ||
      name === tag.T_SELECT
    ) {
      close(tag.T_SELECT, 0)
      if (name === tag.T_SELECT) return at
    } else if (
      table >= 0 &&
      (name === tag.T_TABLE ||
        name === tag.T_TBODY ||
        name === tag.T_THEAD ||
        name === tag.T_TFOOT ||
        name === tag.T_TR ||
        name === tag.T_TD ||
        name === tag.T_TH ||
        name === tag.T_CAPTION)
    ) {
      close(tag.T_SELECT, 0)
    } else if (name !== tag.T_SCRIPT && name !== tag.T_TEMPLATE) return at
  }
  // Parts of a table mean nothing outside of one.
  if (table < 0 && (props & tag.TABLE_PART) !== 0 && (state & S_TEMPLATE) === 0) {
    return at
  }
  if ((props & tag.NO_FRAMESET) !== 0) framesetOk = false
  if ((props & tag.CLOSES_P) !== 0 && openCount[tag.T_P] !== 0) close(tag.T_P, tag.SCOPE)
  if ((props & tag.BLOCK) !== 0) boundary = true

  if ((props & tag.RAW) !== 0) return rawElement(name, at)

  let index = -1
  if ((props & tag.OWN_RULE) !== 0) {
    index = ownRule(name, props, lt, at, full)
    if (index === PASSED) return at
    if (index === ENDED) return pageLength
  }
  if ((props & tag.VOID) !== 0) return at

  push(name, index)
  if ((props & tag.NO_WORDS) !== 0) state |= S_NO_WORDS
  if ((props & tag.OWN_RULE) !== 0) enter(name, index)
  if (
    classStart >= 0 ||
    idStart >= 0 ||
    styleStart >= 0 ||
    roleStart >= 0 ||
    seenAttributes !== 0
  ) {
    applyAttributes(name)
  }
  return at
}

/** An element whose content is text up to its end tag. Returns as `startTag`. */
function rawElement(name: number, at: number): number {
  const text = tag.TAG_NAMES[name] as string
  let end: number
  if (name === tag.T_SCRIPT) {
    end = endOfRaw(pageText, at, 'script')
    if (nextScriptComment !== -1 && nextScriptComment < at) {
      nextScriptComment = pageText.indexOf('<!--', at)
    }
    if (nextScriptComment >= 0 && end >= 0 && nextScriptComment < end) {
      end = endOfEscapedScript(pageText, at)
    }
  } else end = endOfRaw(pageText, at, text)
  if (name === tag.T_TITLE && title === null && (state & S_TEMPLATE) === 0) {
    title = pageText.slice(at, end < 0 ? pageLength : end)
  }
  if (end < 0) return -1
  return passAttributes(pageText, end + 2 + text.length)
}

/** What one kind of element needs before it is pushed. Returns its index, `PASSED` or `ENDED`. */
function ownRule(name: number, props: number, lt: number, at: number, full: boolean): number {
  let index = -1
  switch (name) {
    case tag.T_HTML:
      if (full && lang === null && (state & S_TEMPLATE) === 0) {
        lang = listed.get('lang') ?? listed.get('xml:lang') ?? null
      }
      return PASSED
    case tag.T_HEAD:
    case tag.T_BODY:
      return PASSED
    case tag.T_IMAGE:
    case tag.T_IMG: {
      if ((state & S_TEMPLATE) !== 0) return PASSED
      if (images.length >= maxImages) {
        throw new AppError('damaged', `too-many-images: more than ${maxImages} on one page`)
      }
      addItem(images.length, 0, I_IMAGE)
      images.push({
        tagStart: lt,
        tagEnd: at,
        attributes: listed,
        sources: sources === null ? [] : sources.slice(),
        noscript: (state & S_NOSCRIPT) !== 0,
        item: count - 1,
        figure,
        cell,
        table,
        containers: around(),
      })
      return PASSED
    }
    case tag.T_SOURCE:
      if (sources !== null && sources.length < 64) sources.push(listed)
      return PASSED
    case tag.T_META:
      if ((state & S_TEMPLATE) === 0 && metas.length < 1000) metas.push(listed)
      return PASSED
    case tag.T_BASE:
      if (full && baseHref === null && (state & S_TEMPLATE) === 0) {
        baseHref = listed.get('href') ?? null
      }
      return PASSED
    case tag.T_INPUT:
    case tag.T_KEYGEN:
      space = true
      return PASSED
    case tag.T_BR:
      addBreak()
      return PASSED
    case tag.T_PLAINTEXT:
      addText(at, pageLength)
      return ENDED
    case tag.T_FRAMESET:
      if (framesetOk && (state & S_TEMPLATE) === 0) {
        // From here on the page consists of frames.
        return ENDED
      }
      return PASSED
    case tag.T_OPTION:
    case tag.T_OPTGROUP:
      push(name, -1)
      state |= S_NO_WORDS
      return PASSED
    case tag.T_LI:
      closeItem(tag.T_LI, tag.T_LI)
      if (openCount[tag.T_P] !== 0) close(tag.T_P, tag.SCOPE)
      break
    case tag.T_DD:
    case tag.T_DT:
      closeItem(tag.T_DD, tag.T_DT)
      if (openCount[tag.T_P] !== 0) close(tag.T_P, tag.SCOPE)
      break
    case tag.T_TABLE:
      index = cells.tableParent.length
      cells.tableParent.push(table)
      cells.rowFirst.push([])
      nextColumn.push(0)
      table = index
      break
    case tag.T_TBODY:
    case tag.T_THEAD:
    case tag.T_TFOOT:
    case tag.T_CAPTION:
      if (table >= 0) clearTo(-2, -2, -2, -2)
      break
    case tag.T_TR:
      if (table >= 0) {
        clearTo(tag.T_TBODY, tag.T_THEAD, tag.T_TFOOT, -2)
        const rows = cells.rowFirst[table] as number[]
        rows.push(cellCount)
        nextColumn[table] = 0
      }
      break
    case tag.T_TD:
    case tag.T_TH: {
      if (table < 0) break
      clearTo(tag.T_TR, -2, -2, -2)
      const rows = cells.rowFirst[table] as number[]
      if (rows.length === 0) rows.push(cellCount)
      const row = rows.length - 1
      index = cellCount++
      if (index === cells.table.length) {
        growCells()
        Object.assign(cells, cellColumns)
      }
      const column = nextColumn[table] as number
      const span = spanStart < 0 ? 1 : Number.parseInt(pageText.slice(spanStart, spanEnd), 10)
      nextColumn[table] = column + (span >= 1 && span <= 1000 ? span : 1)
      cells.table[index] = table
      cells.row[index] = row
      cells.column[index] = column
      cells.itemStart[index] = count
      cells.itemEnd[index] = -1
      cells.parent[index] = cell
      cell = index
      break
    }
    case tag.T_FIGURE:
      index = figureParent.length
      figureParent.push(figure)
      break
    case tag.T_A:
      if (openCount[tag.T_A] !== 0) closeLink()
      break
  }
  if ((props & tag.HEADING) !== 0 && depth > 0) {
    const top = stackTag[depth - 1] as number
    if (top > 0 && ((tag.TAG_PROPS[top] as number) & tag.HEADING) !== 0) popTo(depth - 1)
  }
  return index
}

/** What one kind of element means for what is in it. */
function enter(name: number, index: number): void {
  switch (name) {
    case tag.T_A:
      if ((seenAttributes & A_HREF) !== 0) state |= S_LINK
      break
    case tag.T_FIGURE:
      figure = index
      state |= S_CONTENT
      break
    case tag.T_FIGCAPTION:
      if ((state & S_TEMPLATE) === 0) addCaption('figcaption', '')
      break
    case tag.T_CAPTION:
      if ((state & S_TEMPLATE) === 0) addCaption('caption', '')
      break
    case tag.T_MAIN:
    case tag.T_ARTICLE:
    case tag.T_SECTION:
      state |= S_CONTENT
      break
    case tag.T_NAV:
      state |= S_NAVIGATION
      break
    case tag.T_HEADER:
    case tag.T_FOOTER:
      if ((state & S_CONTENT) === 0) state |= S_NAVIGATION
      break
    case tag.T_PRE:
    case tag.T_LISTING:
      state |= S_PRE
      break
    case tag.T_DIALOG:
      if ((seenAttributes & A_OPEN) === 0) state |= S_HIDDEN
      break
    case tag.T_NOSCRIPT:
      state |= S_NOSCRIPT | S_NO_WORDS
      break
    case tag.T_TEMPLATE:
      state = (state | S_TEMPLATE) & ~S_SELECT
      break
    case tag.T_PICTURE:
      sources = []
      break
    case tag.T_SELECT:
      state |= S_SELECT
      break
    case tag.T_SVG:
      state |= S_FOREIGN | S_NO_WORDS
      if (selfClosing) popTo(depth - 1)
      break
    case tag.T_MATH:
      state |= S_FOREIGN | S_MATH
      if (selfClosing) popTo(depth - 1)
      break
  }
}

/**
 * Scans a page.
 *
 * @param wantedIds ids of elements whose text is asked for (`byId`)
 * @throws AppError `damaged` where a limit is exceeded
 */
export function scan(
  page: string,
  limits: ExtractLimits,
  deadline: number,
  wantedIds?: ReadonlySet<string>,
): Scan {
  const length = page.length
  // No loop over names, values or white space looks outside the string: it ends at a `>`, if
  // need be at one put behind the page. A place past `length` means: the page ended.
  const html = endsInTag(page) ? page : page + SENTINEL
  pageText = html
  pageLength = length
  if (itemStart.length > KEEP_ITEMS) {
    itemStart = new Int32Array(1 << 14)
    itemEnd = new Int32Array(1 << 14)
    itemBits = new Int32Array(1 << 14)
    itemBlock = new Int32Array(1 << 14)
  }
  if (cellColumns.table.length > KEEP_ITEMS) cellColumns = makeCells(1024)
  images = []
  captions = []
  figureParent = []
  cells = {
    ...cellColumns,
    count: 0,
    rowFirst: [],
    tableParent: [],
  }
  cellCount = 0
  metas = []
  byId = new Map()
  wanted = wantedIds ?? null
  title = lang = baseHref = null
  sources = null
  if (stackTag.length < limits.maxDepth + 1) growStack(limits.maxDepth + 1)
  maxDepth = limits.maxDepth
  maxImages = limits.maxImages
  openIds = []
  openCount.fill(0)
  unknownOpen = depth = serial = state = 0
  figure = table = cell = -1
  count = blocks = 0
  boundary = framesetOk = true
  space = false
  nextColumn = []
  nextScriptComment = -2
  let tags = 0

  let at = 0
  let textStart = 0
  for (;;) {
    // Most tags follow each other with nothing or a little white space between.
    let lt = at
    let next = at < length ? html.charCodeAt(lt) : 0x3e
    if (next !== 0x3c) {
      while (next <= 0x20 && lt < length - 1) next = html.charCodeAt(++lt)
      if (next !== 0x3c) lt = html.indexOf('<', lt)
      else if (textStart === at && (state & S_PRE) === 0) {
        space = true
        textStart = lt
      }
    }
    if (lt < 0) {
      if (textStart < length) addText(textStart, length)
      break
    }
    let code = html.charCodeAt(lt + 1)
    const lower = code | 0x20
    if (lower >= 0x61 && lower <= 0x7a) {
      // A start tag.
      if (textStart < lt) addText(textStart, lt)
      const nameStart = lt + 1
      let hash = 0
      at = nameStart
      while (code > 0x3e || (code > 0x20 && code !== 0x2f && code !== 0x3e)) {
        hash = (Math.imul(hash, 31) + (code | 0x20)) | 0
        code = html.charCodeAt(++at)
      }
      const nameEnd = at
      const name = tagId(hash, nameEnd - nameStart)
      if ((++tags & (TIME_CHECK_TAGS - 1)) === 0 && performance.now() > deadline) {
        throw new AppError('damaged', 'time-budget: parsing the page takes too long')
      }
      let full = false
      if (code === 0x3e) {
        at++
        seenAttributes = 0
        classStart = idStart = styleStart = roleStart = spanStart = -1
        selfClosing = false
        if (
          name === tag.T_IMG ||
          name === tag.T_IMAGE ||
          name === tag.T_SOURCE ||
          name === tag.T_META
        ) {
          listed = new Map()
        }
      } else if (
        name === tag.T_IMG ||
        name === tag.T_IMAGE ||
        name === tag.T_SOURCE ||
        name === tag.T_META ||
        name === tag.T_BASE ||
        name === tag.T_HTML
      ) {
        full = true
        at = listAttributes(html, nameEnd)
      } else at = passAttributes(html, nameEnd)
      // The page ends within a tag: browsers drop it.
      if (at < 0 || at > length) break
      textStart = at

      const after = startTag(name, hash, lt, nameStart, nameEnd, at, full)
      if (after !== at) {
        if (after < 0) break
        at = textStart = after
      }
      continue
    }
    if (code === 0x2f) {
      const first = html.charCodeAt(lt + 2) | 0x20
      if (first >= 0x61 && first <= 0x7a) {
        if (textStart < lt) addText(textStart, lt)
        const nameStart = lt + 2
        let hash = 0
        at = nameStart
        code = html.charCodeAt(at)
        while (code > 0x3e || (code > 0x20 && code !== 0x2f && code !== 0x3e)) {
          hash = (Math.imul(hash, 31) + (code | 0x20)) | 0
          code = html.charCodeAt(++at)
        }
        const name = tagId(hash, at - nameStart)
        if (code === 0x3e) at++
        else at = passAttributes(html, at)
        if (at < 0 || at > length) break
        textStart = at
        endTag(name, hash)
        continue
      }
      if (lt + 2 >= length) {
        at = length
        continue
      }
      if (textStart < lt) addText(textStart, lt)
      const gt = html.indexOf('>', lt + 2)
      if (gt >= length) break
      at = textStart = gt + 1
      continue
    }
    if (code === 0x21 || code === 0x3f) {
      if (textStart < lt) addText(textStart, lt)
      if (html.startsWith('<!--', lt)) at = endOfComment(html, lt + 4)
      else if ((state & S_FOREIGN) !== 0 && html.startsWith('<![CDATA[', lt)) {
        const end = html.indexOf(']]>', lt + 9)
        if (lt + 9 < (end < 0 ? length : end)) addText(lt + 9, end < 0 ? length : end)
        at = end < 0 ? -1 : end + 3
      } else {
        const gt = html.indexOf('>', lt + 2)
        at = gt < 0 ? -1 : gt + 1
      }
      if (at < 0 || at > length) break
      textStart = at
      continue
    }
    // A less-than sign in the text.
    at = lt + 1
  }
  popTo(0)
  cells.count = cellCount

  return {
    html,
    count,
    start: itemStart,
    end: itemEnd,
    bits: itemBits,
    block: itemBlock,
    blocks,
    images,
    captions,
    figureParent,
    cells,
    title,
    lang,
    baseHref,
    metas,
    byId,
  }
}
