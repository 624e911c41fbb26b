import { AppError } from '#shared/errors.ts'
import {
  CLASS_CAPTION,
  CLASS_CONSENT,
  CLASS_FIGURE,
  CLASS_NAVIGATION,
  CLASS_TITLE,
  CLASS_UNSEEN,
  classify,
} from '../classes.ts'
import {
  A_ARIA_HIDDEN,
  A_HIDDEN,
  A_HREF,
  A_OPEN,
  classEnd,
  classStart,
  idEnd,
  idStart,
  listed,
  roleEnd,
  roleStart,
  seenAttributes,
  spanEnd,
  spanStart,
  styleEnd,
  styleStart,
} from './attributes.ts'
import type { FoundCaption, FoundImage } from './found.ts'
import {
  here,
  I_IMAGE,
  S_CONTENT,
  S_FIGURE_CLASS,
  S_HIDDEN,
  S_LINK,
  S_NAVIGATION,
  S_NAV_CLASS,
  S_NO_WORDS,
  S_NOSCRIPT,
  S_PRE,
  S_TEMPLATE,
  S_UNSEEN,
} from './here.ts'
import { around, gain, isCaption, parentPicture, regionOfNext, setCaption, setId } from './stack.ts'
import { addItem, itemCount } from './tape.ts'
import * as tag from './tags.ts'

/*
 * What elements are for the extraction: pictures, captions, figures, cells, and places where words
 * are hidden, navigation or a link.
 */

const MAX_SOURCES = 64
const HIDING_STYLE = /(?:^|[;\s])(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse))/i

let cellColumns = makeCells(1024)
const KEEP_CELLS = 1 << 18

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
  Object.assign(here.cells, cellColumns)
}

export function startElements(): void {
  if (cellColumns.table.length > KEEP_CELLS) cellColumns = makeCells(1024)
  here.images = []
  here.captions = []
  here.figureParent = []
  here.cells = { ...cellColumns, count: 0, rowFirst: [], tableParent: [] }
  here.cellCount = 0
  here.nextColumn = []
  here.pictureSources = []
  here.tablePicture = []
  here.order = []
  here.beforeTables.clear()
  here.fosteredOpen = 0
  here.aroundTemplates = []
  here.metas = []
  here.title = here.lang = here.baseHref = null
  here.figure = here.table = here.cell = -1
  here.byId = new Map()
  here.openIds = []
}

export function addImage(tagStart: number, tagEnd: number): void {
  const { images } = here
  if ((here.state & S_TEMPLATE) !== 0) return
  if (images.length >= here.maxImages) {
    throw new AppError('damaged', `too-many-images: more than ${here.maxImages} on one page`)
  }
  const picture = parentPicture()
  addItem(images.length, 0, I_IMAGE)
  noteOrder(images.length)
  images.push({
    tagStart,
    tagEnd,
    attributes: listed,
    sources: picture < 0 ? [] : (here.pictureSources[picture] as Map<string, string>[]).slice(),
    noscript: ((here.state | here.stray) & S_NOSCRIPT) !== 0,
    item: itemCount() - 1,
    figure: here.figure,
    cell: here.cell,
    table: here.table,
    containers: around(),
  })
}

function noteOrder(what: number): void {
  const table = regionOfNext()
  if (table < 0) {
    here.order.push(what)
    return
  }
  const list = here.beforeTables.get(table)
  if (list) list.push(what)
  else here.beforeTables.set(table, [what])
}

/** The pictures in document order: what is wrong in a table comes before it. */
export function orderedImages(): FoundImage[] {
  if (here.beforeTables.size === 0) return here.images
  const ordered: FoundImage[] = []
  const add = (list: number[]): void => {
    for (const what of list) {
      if (what >= 0) ordered.push(here.images[what] as FoundImage)
      else {
        const before = here.beforeTables.get(-1 - what)
        if (before) add(before)
      }
    }
  }
  add(here.order)
  return ordered
}

export function addSource(): void {
  const picture = parentPicture()
  if (picture < 0) return
  const sources = here.pictureSources[picture] as Map<string, string>[]
  if (sources.length < MAX_SOURCES) sources.push(listed)
}

/** Notes the figure, table, cell or picture that begins. Returns its index; -1 for all others. */
export function indexOf(name: number): number {
  switch (name) {
    case tag.T_TD:
    case tag.T_TH:
      return here.table < 0 ? -1 : addCell(here.table)
    case tag.T_FIGURE:
      here.figureParent.push(here.figure)
      return here.figureParent.length - 1
    case tag.T_PICTURE:
      return here.pictureSources.push([]) - 1
    case tag.T_TABLE: {
      const index = here.cells.tableParent.length
      here.cells.tableParent.push(here.table)
      here.cells.rowFirst.push([])
      here.nextColumn.push(0)
      here.tablePicture.push(parentPicture())
      noteOrder(-1 - index)
      here.table = index
      return index
    }
    case tag.T_TEMPLATE:
      return here.aroundTemplates.push({ table: here.table, cell: here.cell }) - 1
  }
  return -1
}

function addCell(table: number): number {
  const { cells } = here
  const rows = cells.rowFirst[table] as number[]
  if (rows.length === 0) rows.push(here.cellCount)
  const index = here.cellCount++
  if (index === cells.table.length) growCells()
  const column = here.nextColumn[table] as number
  const span = spanStart < 0 ? 1 : Number.parseInt(here.html.slice(spanStart, spanEnd), 10)
  here.nextColumn[table] = column + (span >= 1 && span <= 1000 ? span : 1)
  cells.table[index] = table
  cells.row[index] = rows.length - 1
  cells.column[index] = column
  cells.itemStart[index] = itemCount()
  cells.itemEnd[index] = -1
  cells.parent[index] = here.cell
  here.cell = index
  return index
}

function addCaption(kind: FoundCaption['kind'], className: string): void {
  if ((here.state & S_TEMPLATE) !== 0) return
  here.boundary = true
  here.captions.push({
    kind,
    className,
    itemStart: itemCount(),
    itemEnd: -1,
    figure: here.figure,
    table: here.table,
    containers: around(),
  })
  setCaption(here.depth - 1, here.captions.length)
}

/** What one kind of element, just opened, means for what is in it. */
export function enter(name: number, index: number): void {
  switch (name) {
    case tag.T_A:
      if ((seenAttributes & A_HREF) !== 0) gain(S_LINK)
      break
    case tag.T_FIGURE:
      here.figure = index
      gain(S_CONTENT)
      break
    case tag.T_FIGCAPTION:
      addCaption('figcaption', '')
      break
    case tag.T_CAPTION:
      addCaption('caption', '')
      break
    case tag.T_MAIN:
    case tag.T_ARTICLE:
    case tag.T_SECTION:
      gain(S_CONTENT)
      break
    case tag.T_NAV:
      gain(S_NAVIGATION)
      break
    case tag.T_HEADER:
    case tag.T_FOOTER:
      if ((here.state & S_CONTENT) === 0) gain(S_NAVIGATION)
      break
    case tag.T_PRE:
    case tag.T_LISTING:
      gain(S_PRE)
      break
    case tag.T_DIALOG:
      if ((seenAttributes & A_OPEN) === 0) gain(S_HIDDEN)
      break
    case tag.T_NOSCRIPT:
      gain(S_NOSCRIPT | S_NO_WORDS)
      break
    case tag.T_OPTION:
    case tag.T_OPTGROUP:
      gain(S_NO_WORDS)
      break
  }
}

/** What the attributes of the element just opened say about everything in it. */
export function applyAttributes(name: number): void {
  if (classStart < 0 && idStart < 0 && styleStart < 0 && roleStart < 0 && seenAttributes === 0) {
    return
  }
  const { html } = here
  if (classStart >= 0 && classEnd > classStart) applyClass(name, html.slice(classStart, classEnd))
  if (idStart >= 0 && idEnd > idStart) applyId(html.slice(idStart, idEnd))
  if (styleStart >= 0 && HIDING_STYLE.test(html.slice(styleStart, styleEnd))) gain(S_HIDDEN)
  if (roleStart >= 0 && ROLES.has(html.slice(roleStart, roleEnd).trim().toLowerCase())) {
    gain(S_NAVIGATION)
  }
  if ((seenAttributes & A_HIDDEN) !== 0) gain(S_HIDDEN)
  // Around icons; on a block it is a slide that is not shown just now.
  if ((seenAttributes & A_ARIA_HIDDEN) !== 0) {
    if (name <= 0 || ((tag.TAG_PROPS[name] as number) & tag.BLOCK) === 0) gain(S_HIDDEN)
  }
}

const ROLES = new Set([
  'navigation',
  'menu',
  'menubar',
  'banner',
  'contentinfo',
  'search',
  'alertdialog',
  'toolbar',
])

function applyClass(name: number, className: string): void {
  const bits = classify(className)
  if (bits === 0) return
  const top = here.depth - 1
  if ((bits & CLASS_UNSEEN) !== 0) gain(S_UNSEEN)
  if ((bits & CLASS_NAVIGATION) !== 0) gain(S_NAV_CLASS)
  if ((bits & CLASS_CONSENT) !== 0 && name !== tag.T_ARTICLE) gain(S_NAVIGATION)
  if ((bits & CLASS_CAPTION) !== 0 && !isCaption(top)) addCaption('class', className)
  if ((bits & CLASS_FIGURE) !== 0) gain(S_FIGURE_CLASS)
  else if ((bits & CLASS_TITLE) !== 0 && (here.state & S_FIGURE_CLASS) !== 0 && !isCaption(top)) {
    addCaption('title', className)
  }
}

function applyId(id: string): void {
  const bits = classify(id)
  if ((bits & CLASS_NAVIGATION) !== 0) gain(S_NAV_CLASS)
  if ((bits & CLASS_CONSENT) !== 0) gain(S_NAVIGATION)
  if (here.wanted?.has(id) && !here.byId.has(id)) {
    const range = { start: itemCount(), end: -1 }
    here.byId.set(id, range)
    here.openIds.push(range)
    setId(here.depth - 1, here.openIds.length)
  }
}
