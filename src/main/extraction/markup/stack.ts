import {
  here,
  M_AFTER_HEAD,
  M_BODY,
  M_CAPTION,
  M_CELL,
  M_COLUMNS,
  M_HEAD,
  M_ROW,
  M_SELECT,
  M_SELECT_IN_TABLE,
  M_TABLE,
  M_TABLE_BODY,
} from './here.ts'
import type { FoundCaption } from './found.ts'
import { itemCount } from './tape.ts'
import * as tag from './tags.ts'

/*
 * The stack of open elements; the page's html, head and body are not on it.
 */

/** The nearest containers of a picture or caption that are remembered. */
const CONTAINERS = 6

/** Namespaces of open elements. */
export const HTML = 0
export const SVG = 1
export const MATHML = 2

/** Id of a known element of HTML, or a negative hash of the name. */
export let stackTag = new Int32Array(1024)
export let stackNamespace = new Uint8Array(1024)
/** What of `tag.TAG_PROPS` holds for it. */
export let stackProps = new Int32Array(1024)
/** `here.state` before it. */
export let stackState = new Int32Array(1024)
/** 0 where markup did not write it there: parts of tables, formatting that was opened again. */
export let stackSerial = new Int32Array(1024)
/**
 * Index of the figure, table, cell, picture or template that an element is; of an unknown element
 * the place of its name in the page.
 */
export let stackIndex = new Int32Array(1024)
/** Is one of the three below set? */
let stackMarked = new Uint8Array(1024)
/** Index + 1 of the caption that an element is. */
let stackCaption = new Int32Array(1024)
/** Index + 1 into `openIds` of an element whose text is asked for. */
let stackId = new Int32Array(1024)
/** Index + 1 of the table that an element was put before, since it may not stand in it. */
let stackFoster = new Int32Array(1024)
/** Of each formatting element its entry among the active ones, 0 = none. */
let stackEntry = new Int32Array(1024)
/** The bits of state that each element adds and takes away, whatever is around it. */
let stackGain = new Int32Array(1024)
let stackLoss = new Int32Array(1024)

/** How many of each known element are open. */
export const openCount = new Int32Array(tag.TAG_COUNT)

/** Where each active formatting element is open, -1 where it was closed out of turn. */
export let entryPlace = new Int32Array(1024)

export function growEntries(): void {
  const old = entryPlace
  entryPlace = new Int32Array(old.length * 2)
  entryPlace.set(old)
}

/** Empties the stack and makes room for `size` elements. */
export function startStack(size: number): void {
  openCount.fill(0)
  if (stackTag.length >= size) return
  stackTag = new Int32Array(size)
  stackNamespace = new Uint8Array(size)
  stackProps = new Int32Array(size)
  stackState = new Int32Array(size)
  stackSerial = new Int32Array(size)
  stackIndex = new Int32Array(size)
  stackMarked = new Uint8Array(size)
  stackCaption = new Int32Array(size)
  stackId = new Int32Array(size)
  stackEntry = new Int32Array(size)
  stackFoster = new Int32Array(size)
  stackGain = new Int32Array(size)
  stackLoss = new Int32Array(size)
}

/** Closes all but the first `target` open elements. */
export function popTo(target: number): void {
  let depth = here.depth
  if (target >= depth) return
  while (depth > target) {
    depth--
    const popped = stackTag[depth] as number
    if (popped > 0) {
      openCount[popped] = (openCount[popped] as number) - 1
      const props = tag.TAG_PROPS[popped] as number
      if ((props & tag.BLOCK) !== 0) here.boundary = true
      if ((props & (tag.LEAVES | tag.FORMATTING)) !== 0) {
        if ((props & tag.LEAVES) !== 0) leave(popped, stackIndex[depth] as number)
        else loseEntry(depth)
      }
    }
    if (stackMarked[depth] !== 0) release(depth)
  }
  here.depth = target
  here.state = stackState[target] as number
}

function leave(name: number, index: number): void {
  if (name === tag.T_FIGURE) here.figure = here.figureParent[index] as number
  else if (name === tag.T_TABLE) here.table = here.cells.tableParent[index] as number
  else if (name === tag.T_TEMPLATE) {
    const around = here.aroundTemplates[index] as { table: number; cell: number }
    here.table = around.table
    here.cell = around.cell
  } else if (index >= 0) {
    here.cells.itemEnd[index] = itemCount()
    here.cell = here.cells.parent[index] as number
  }
}

/** Ends what was noted of an element. */
function release(at: number): void {
  const caption = stackCaption[at] as number
  if (caption !== 0) {
    const found = here.captions[caption - 1] as FoundCaption
    found.itemEnd = itemCount()
    here.boundary = true
  }
  const id = stackId[at] as number
  if (id !== 0) (here.openIds[id - 1] as { end: number }).end = itemCount()
  if (stackFoster[at] !== 0) here.fosteredOpen--
}

/** A formatting element is closed by something else: it waits to be opened again. */
function loseEntry(at: number): void {
  const entry = stackEntry[at] as number
  if (entry === 0) return
  entryPlace[entry] = -1
  here.reopen = true
}

function mark(at: number): void {
  if (stackMarked[at] !== 0) return
  stackMarked[at] = 1
  stackCaption[at] = stackId[at] = stackFoster[at] = 0
}

export function setCaption(at: number, caption: number): void {
  mark(at)
  stackCaption[at] = caption
}

export function isCaption(at: number): boolean {
  return stackMarked[at] !== 0 && stackCaption[at] !== 0
}

export function setId(at: number, id: number): void {
  mark(at)
  stackId[at] = id
}

export function setEntry(at: number, entry: number): void {
  stackEntry[at] = entry
  if (entry !== 0) entryPlace[entry] = at
}

export function entryAt(at: number): number {
  return ((stackProps[at] as number) & tag.FORMATTING) === 0 ? 0 : (stackEntry[at] as number)
}

function pushAs(name: number, namespace: number, props: number, index: number): void {
  if (here.depth === here.maxDepth) makeRoom()
  const depth = here.depth++
  stackTag[depth] = name
  stackNamespace[depth] = namespace
  stackProps[depth] = props
  stackState[depth] = here.state
  stackSerial[depth] = ++here.serial
  stackIndex[depth] = index
  stackMarked[depth] = 0
  stackGain[depth] = stackLoss[depth] = 0
  if (here.foster) setFoster(depth, fosteredBefore(depth - 1))
}

function setFoster(at: number, table: number): void {
  if (table < 0) return
  mark(at)
  stackFoster[at] = table + 1
  here.fosteredOpen++
}

/** The table before which comes what is written directly in it, where `top` is innermost; else -1. */
function fosteredBefore(top: number): number {
  if (top < 0 || ((stackProps[top] as number) & tag.FOSTERS) === 0) return -1
  for (let i = top; i >= 0; i--) {
    if (stackTag[i] === tag.T_TEMPLATE) return -1
    if (stackTag[i] === tag.T_TABLE) return stackIndex[i] as number
  }
  return -1
}

/** The table before which the next element comes in the document, -1 = none. */
export function regionOfNext(): number {
  if (here.foster) {
    const table = fosteredBefore(here.depth - 1)
    if (table >= 0) return table
  }
  if (here.fosteredOpen === 0) return -1
  for (let i = here.depth - 1; i >= 0; i--) {
    if (stackMarked[i] !== 0 && stackFoster[i] !== 0) return (stackFoster[i] as number) - 1
  }
  return -1
}

/** Too deep: what comes stands beside the innermost element instead. */
function makeRoom(): void {
  const top = here.depth - 1
  const shapes = (stackProps[top] as number) & (tag.TABLE_PART | tag.SCOPE | tag.NO_WORDS)
  popTo(top)
  if (shapes !== 0) resetMode()
}

/** The innermost element means this for what is in it, also where something around it does. */
export function gain(bits: number): void {
  const top = here.depth - 1
  stackGain[top] = (stackGain[top] as number) | bits
  here.state |= bits
}

/** In the innermost element this does not hold, whatever is around it. */
export function lose(bits: number): void {
  const top = here.depth - 1
  stackGain[top] = (stackGain[top] as number) & ~bits
  stackLoss[top] = (stackLoss[top] as number) | bits
  here.state &= ~bits
}

/** An open element means nothing any more for what comes in it. */
export function forgetGain(at: number): void {
  stackGain[at] = 0
  applyBits(at, stackState[at] as number)
}

export function gainAt(at: number): number {
  return stackGain[at] as number
}

/** Opens an element of HTML. */
export function push(name: number, index: number): void {
  pushAs(name, HTML, name > 0 ? (tag.TAG_PROPS[name] as number) : 0, index)
  if (name > 0) openCount[name] = (openCount[name] as number) + 1
}

/** Opens an element of HTML that the markup does not write there. */
export function pushImplied(name: number): void {
  push(name, -1)
  stackSerial[here.depth - 1] = 0
}

export function pushForeign(hash: number, namespace: number, props: number): void {
  pushAs(hash, namespace, props, -1)
}

/** The place of the innermost `name` that no element with one of `barriers` hides; -1 = none. */
export function findInScope(name: number, barriers: number): number {
  if (openCount[name] === 0) return -1
  for (let i = here.depth - 1; i >= 0; i--) {
    if (stackTag[i] === name) return i
    if (((stackProps[i] as number) & barriers) !== 0) return -1
  }
  return -1
}

/** Closes up to and with the innermost `name` that stands in scope. */
export function close(name: number, barriers: number): boolean {
  const at = findInScope(name, barriers)
  if (at < 0) return false
  popTo(at)
  return true
}

/** What most end tags do: close the innermost such element, unless something special is open in it. */
export function closeOther(name: number): void {
  for (let i = here.depth - 1; i >= 0; i--) {
    if (stackTag[i] === name && stackNamespace[i] === HTML) {
      popTo(i)
      return
    }
    if (((stackProps[i] as number) & tag.SPECIAL) !== 0) return
  }
}

/**
 * The place of a part of the innermost table, or of that table; -1 = not open. It looks past a
 * template, as parse5 does; the standard would stop there. Only a table part that stands alone in a
 * template and holds a `<table>` shows the difference.
 */
export function findTablePart(name: number): number {
  if (openCount[name] === 0) return -1
  for (let i = here.depth - 1; i >= 0; i--) {
    const open = stackTag[i]
    if (open === name) return i
    if (open === tag.T_TABLE) return -1
  }
  return -1
}

/** Closes up to, without, the nearest of the given elements or a template. */
export function clearTo(a: number, b: number, c: number): void {
  for (let i = here.depth - 1; i >= 0; i--) {
    const open = stackTag[i]
    if (open === a || open === b || open === c || open === tag.T_TEMPLATE) {
      popTo(i + 1)
      return
    }
  }
  popTo(0)
}

export function topIs(name: number): boolean {
  return here.depth > 0 && stackTag[here.depth - 1] === name
}

/** Closes elements whose end tags may be left out, `but` excepted. */
export function closeImplied(but: number): void {
  for (;;) {
    const top = here.depth > 0 ? (stackTag[here.depth - 1] as number) : 0
    if (top === but || !IMPLIED.has(top)) return
    popTo(here.depth - 1)
  }
}

const IMPLIED = new Set([
  tag.T_DD,
  tag.T_DT,
  tag.T_LI,
  tag.T_OPTGROUP,
  tag.T_OPTION,
  tag.T_P,
  tag.T_RB,
  tag.T_RP,
  tag.T_RT,
  tag.T_RTC,
])

/** What the elements from `from` on mean once they have changed places; `base` stands before them. */
export function applyBits(from: number, base: number): void {
  let bits = base
  for (let i = from; i < here.depth; i++) {
    stackState[i] = bits
    bits = (bits & ~(stackLoss[i] as number)) | (stackGain[i] as number)
    const entry = entryAt(i)
    if (entry !== 0) entryPlace[entry] = i
  }
  here.state = bits
}

/** Moves an open element to another place, over what is there. */
export function move(from: number, to: number): void {
  if (from === to) return
  stackTag[to] = stackTag[from] as number
  stackNamespace[to] = stackNamespace[from] as number
  stackProps[to] = stackProps[from] as number
  stackSerial[to] = stackSerial[from] as number
  stackIndex[to] = stackIndex[from] as number
  stackMarked[to] = stackMarked[from] as number
  stackCaption[to] = stackCaption[from] as number
  stackId[to] = stackId[from] as number
  stackEntry[to] = stackEntry[from] as number
  stackFoster[to] = stackFoster[from] as number
  stackGain[to] = stackGain[from] as number
  stackLoss[to] = stackLoss[from] as number
}

/**
 * Ends an element that is taken out from between others; its place is then free. What it was put
 * before holds for the one above it.
 */
export function takeOut(at: number): void {
  const name = stackTag[at] as number
  if (stackMarked[at] !== 0 && stackFoster[at] !== 0) inheritFoster(at)
  if (name > 0) openCount[name] = (openCount[name] as number) - 1
  if (stackMarked[at] !== 0) release(at)
  if (entryAt(at) !== 0) loseEntry(at)
}

/** Closes the innermost element, a formatting element without an entry. */
export function popFormatting(): void {
  const at = --here.depth
  const name = stackTag[at] as number
  openCount[name] = (openCount[name] as number) - 1
  if (stackMarked[at] !== 0) release(at)
  here.state = stackState[at] as number
}

function inheritFoster(at: number): void {
  if (at + 1 >= here.depth) return
  mark(at + 1)
  if (stackFoster[at + 1] === 0) setFoster(at + 1, (stackFoster[at] as number) - 1)
}

/** Takes one element out, those in it stay open; they stay in it, too, for whoever reads the page. */
export function removeAt(at: number): void {
  if (at === here.depth - 1) {
    popTo(at)
    return
  }
  const base = stackState[at] as number
  stackGain[at + 1] = (stackGain[at + 1] as number) | (stackGain[at] as number)
  takeOut(at)
  for (let i = at + 1; i < here.depth; i++) move(i, i - 1)
  here.depth--
  applyBits(at, base)
}

/** An element as `carry` keeps it while others change places. */
export interface Carried {
  tag: number
  props: number
  marked: number
  caption: number
  id: number
  gain: number
  loss: number
}

/** What was put before a table stays there: the mark goes from `from` to what takes its place. */
export function passFoster(from: number, to: number): void {
  if (stackMarked[from] === 0 || stackFoster[from] === 0) return
  const table = (stackFoster[from] as number) - 1
  stackFoster[from] = 0
  here.fosteredOpen--
  mark(to)
  if (stackFoster[to] === 0) setFoster(to, table)
}

export function carry(at: number): Carried {
  return {
    tag: stackTag[at] as number,
    props: stackProps[at] as number,
    marked: stackMarked[at] as number,
    caption: stackCaption[at] as number,
    id: stackId[at] as number,
    gain: stackGain[at] as number,
    loss: stackLoss[at] as number,
  }
}

/** Puts an element of HTML down at a free place; it belongs to no entry yet. */
export function putDown(carried: Carried, at: number): void {
  stackTag[at] = carried.tag
  stackNamespace[at] = HTML
  stackProps[at] = carried.props
  stackSerial[at] = 0
  stackIndex[at] = -1
  stackMarked[at] = 0
  if (carried.marked !== 0) {
    mark(at)
    stackCaption[at] = carried.caption
    stackId[at] = carried.id
  }
  stackGain[at] = carried.gain
  stackLoss[at] = carried.loss
}

export function forgetSerial(at: number): void {
  stackSerial[at] = 0
}

/** Serials of the open elements around the place, innermost first, and 0 for the body. */
export function around(): number[] {
  const serials: number[] = []
  for (let i = here.depth - 1; i >= 0 && serials.length < CONTAINERS; i--) {
    const serial = stackSerial[i] as number
    if (serial !== 0) serials.push(serial)
  }
  if (serials.length < CONTAINERS) serials.push(0)
  return serials
}

const MODES = new Map<number, number>([
  [tag.T_TD, M_CELL],
  [tag.T_TH, M_CELL],
  [tag.T_TR, M_ROW],
  [tag.T_TBODY, M_TABLE_BODY],
  [tag.T_THEAD, M_TABLE_BODY],
  [tag.T_TFOOT, M_TABLE_BODY],
  [tag.T_CAPTION, M_CAPTION],
  [tag.T_COLGROUP, M_COLUMNS],
  [tag.T_TABLE, M_TABLE],
])

/** "Reset the insertion mode appropriately" of the HTML standard. */
export function resetMode(): void {
  for (let i = here.depth - 1; i >= 0; i--) {
    const open = stackTag[i] as number
    if (open === tag.T_TEMPLATE) {
      here.mode = here.templateModes.at(-1) ?? M_BODY
      return
    }
    if (open === tag.T_SELECT) {
      here.mode = findTablePart(tag.T_TABLE) >= 0 ? M_SELECT_IN_TABLE : M_SELECT
      return
    }
    const mode = MODES.get(open)
    if (mode !== undefined) {
      here.mode = mode
      return
    }
  }
  here.mode = here.bodyOpen ? M_BODY : here.headClosed ? M_AFTER_HEAD : M_HEAD
}

/**
 * The `<picture>` whose child the next element becomes, as its index; -1 where its parent is
 * something else.
 */
export function parentPicture(): number {
  const top = here.depth - 1
  if (top < 0) return -1
  if (here.foster && ((stackProps[top] as number) & tag.FOSTERS) !== 0) {
    const table = fosteredBefore(top)
    return table < 0 ? -1 : (here.tablePicture[table] as number)
  }
  return stackTag[top] === tag.T_PICTURE ? (stackIndex[top] as number) : -1
}
