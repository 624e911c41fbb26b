import { here, M_CAPTION, M_CELL, M_COLUMNS, M_ROW, M_TABLE, M_TABLE_BODY } from './here.ts'
import { addMarker, clearToMarker } from './formatting.ts'
import {
  clearTo,
  findInScope,
  findTablePart,
  openCount,
  popTo,
  push,
  pushImplied,
  resetMode,
  stackTag,
  topIs,
} from './stack.ts'
import * as tag from './tags.ts'
import { AS_IN_BODY, AGAIN, DONE, FOSTERED, OPENED, type Verdict } from './verdict.ts'

/*
 * What tags do directly in a table, in its bodies, rows, cells, captions and columns: the insertion
 * modes of the HTML standard, each as a verdict on what happens to the tag.
 */

function isSection(name: number): boolean {
  return name === tag.T_TBODY || name === tag.T_THEAD || name === tag.T_TFOOT
}

function isPart(name: number): boolean {
  return ((tag.TAG_PROPS[name] as number) & tag.TABLE_PART) !== 0
}

function isOutside(name: number): boolean {
  return name === tag.T_BODY || name === tag.T_HTML
}

const toTable = (): void => clearTo(tag.T_TABLE, tag.T_TABLE, tag.T_TABLE)
const toSection = (): void => clearTo(tag.T_TBODY, tag.T_THEAD, tag.T_TFOOT)
const toRow = (): void => clearTo(tag.T_TR, tag.T_TR, tag.T_TR)

function sectionOpen(): boolean {
  return (
    findTablePart(tag.T_TBODY) >= 0 ||
    findTablePart(tag.T_THEAD) >= 0 ||
    findTablePart(tag.T_TFOOT) >= 0
  )
}

function cellOpen(): number {
  return Math.max(findTablePart(tag.T_TD), findTablePart(tag.T_TH))
}

/** @param hiddenInput whether the tag is an `<input type=hidden>` */
export function startInTable(name: number, hiddenInput: boolean): Verdict {
  switch (here.mode) {
    case M_CELL:
    case M_CAPTION:
      return startInCell(name)
    case M_COLUMNS:
      return startInColumns(name)
    case M_TABLE_BODY:
      if (name === tag.T_TR) {
        toSection()
        here.mode = M_ROW
        return OPENED
      }
      if (name === tag.T_TD || name === tag.T_TH) {
        toSection()
        openRow()
        pushImplied(tag.T_TR)
        here.mode = M_ROW
        return AGAIN
      }
      if (isPart(name)) {
        if (!sectionOpen()) return DONE
        toSection()
        popTo(here.depth - 1)
        here.mode = M_TABLE
        return AGAIN
      }
      break
    case M_ROW:
      if (name === tag.T_TD || name === tag.T_TH) {
        toRow()
        here.mode = M_CELL
        addMarker()
        return OPENED
      }
      if (isPart(name)) return leaveRow() ? AGAIN : DONE
  }
  return startDirectly(name, hiddenInput)
}

function startDirectly(name: number, hiddenInput: boolean): Verdict {
  switch (name) {
    case tag.T_CAPTION:
      toTable()
      addMarker()
      here.mode = M_CAPTION
      return OPENED
    case tag.T_COLGROUP:
      toTable()
      here.mode = M_COLUMNS
      return OPENED
    case tag.T_COL:
      toTable()
      pushImplied(tag.T_COLGROUP)
      here.mode = M_COLUMNS
      return DONE
    case tag.T_TBODY:
    case tag.T_THEAD:
    case tag.T_TFOOT:
      toTable()
      here.mode = M_TABLE_BODY
      return OPENED
    case tag.T_TD:
    case tag.T_TH:
    case tag.T_TR:
      toTable()
      pushImplied(tag.T_TBODY)
      here.mode = M_TABLE_BODY
      return AGAIN
    case tag.T_TABLE: {
      const open = findTablePart(tag.T_TABLE)
      if (open < 0) return DONE
      popTo(open)
      resetMode()
      return AGAIN
    }
    case tag.T_STYLE:
    case tag.T_SCRIPT:
    case tag.T_TEMPLATE:
      return AS_IN_BODY
    case tag.T_INPUT:
      return hiddenInput ? DONE : FOSTERED
    case tag.T_FORM:
      if (here.form < 0 && openCount[tag.T_TEMPLATE] === 0) {
        push(tag.T_FORM, -1)
        here.form = here.serial
        popTo(here.depth - 1)
      }
      return DONE
  }
  return FOSTERED
}

function startInCell(name: number): Verdict {
  if (!isPart(name)) return AS_IN_BODY
  const open = here.mode === M_CELL ? cellOpen() : findTablePart(tag.T_CAPTION)
  if (open < 0) return DONE
  leaveCell(open)
  return AGAIN
}

function leaveCell(open: number): void {
  const next = here.mode === M_CELL ? M_ROW : M_TABLE
  popTo(open)
  clearToMarker()
  here.mode = next
}

function leaveRow(): boolean {
  if (findTablePart(tag.T_TR) < 0) return false
  toRow()
  popTo(here.depth - 1)
  here.mode = M_TABLE_BODY
  return true
}

/** A row of the table begins: the next cell is its first. */
export function openRow(): void {
  if (here.table < 0) return
  const rows = here.cells.rowFirst[here.table] as number[]
  rows.push(here.cellCount)
  here.nextColumn[here.table] = 0
}

function startInColumns(name: number): Verdict {
  if (name === tag.T_HTML || name === tag.T_COL) return DONE
  if (name === tag.T_TEMPLATE) return AS_IN_BODY
  return leaveColumns() ? AGAIN : DONE
}

/** Anything but columns ends their group. */
export function leaveColumns(): boolean {
  if (!topIs(tag.T_COLGROUP)) return false
  popTo(here.depth - 1)
  here.mode = M_TABLE
  return true
}

export function endInTable(name: number): Verdict {
  switch (here.mode) {
    case M_CELL:
    case M_CAPTION:
      return endInCell(name)
    case M_COLUMNS:
      if (name === tag.T_COLGROUP) {
        leaveColumns()
        return DONE
      }
      if (name === tag.T_COL) return DONE
      if (name === tag.T_TEMPLATE) return AS_IN_BODY
      return leaveColumns() ? AGAIN : DONE
    case M_TABLE_BODY:
      if (isSection(name)) {
        if (findTablePart(name) >= 0) leaveSection()
        return DONE
      }
      if (name === tag.T_TABLE) {
        if (!sectionOpen()) return DONE
        leaveSection()
        return AGAIN
      }
      break
    case M_ROW:
      if (name === tag.T_TR) {
        leaveRow()
        return DONE
      }
      if (name === tag.T_TABLE) return leaveRow() ? AGAIN : DONE
      if (isSection(name)) return findTablePart(name) >= 0 && leaveRow() ? AGAIN : DONE
  }
  if (name === tag.T_TABLE) {
    const open = findTablePart(tag.T_TABLE)
    if (open >= 0) {
      popTo(open)
      resetMode()
    }
    return DONE
  }
  if (isPart(name) || isOutside(name)) return DONE
  return name === tag.T_TEMPLATE ? AS_IN_BODY : FOSTERED
}

function leaveSection(): void {
  toSection()
  popTo(here.depth - 1)
  here.mode = M_TABLE
}

function endInCell(name: number): Verdict {
  if (here.mode === M_CAPTION) {
    if (name !== tag.T_CAPTION && name !== tag.T_TABLE) {
      return isPart(name) || isOutside(name) ? DONE : AS_IN_BODY
    }
    const open = findTablePart(tag.T_CAPTION)
    if (open < 0) return DONE
    leaveCell(open)
    return name === tag.T_TABLE ? AGAIN : DONE
  }
  if (name === tag.T_TD || name === tag.T_TH) {
    const open = findTablePart(name)
    if (open >= 0) leaveCell(open)
    return DONE
  }
  if (name === tag.T_TABLE || name === tag.T_TR || isSection(name)) {
    if (findTablePart(name) < 0) return DONE
    const open = cellOpen()
    if (open >= 0) leaveCell(open)
    else resetMode()
    return open >= 0 ? AGAIN : DONE
  }
  return isPart(name) || isOutside(name) ? DONE : AS_IN_BODY
}

/** Tags in a `<select>`. */
export function startInSelect(name: number, inTable: boolean): Verdict {
  switch (name) {
    case tag.T_OPTION:
    case tag.T_OPTGROUP:
    case tag.T_HR:
      if (topIs(tag.T_OPTION)) popTo(here.depth - 1)
      if (name !== tag.T_OPTION && topIs(tag.T_OPTGROUP)) popTo(here.depth - 1)
      return name === tag.T_HR ? DONE : OPENED
    case tag.T_INPUT:
    case tag.T_KEYGEN:
    case tag.T_TEXTAREA:
    case tag.T_SELECT: {
      const open = findInScope(tag.T_SELECT, tag.SCOPE)
      if (open < 0) return DONE
      popTo(open)
      resetMode()
      return name === tag.T_SELECT ? DONE : AGAIN
    }
    case tag.T_SCRIPT:
    case tag.T_TEMPLATE:
      return AS_IN_BODY
  }
  return inTable && endsSelect(name) ? leaveSelect() : DONE
}

function endsSelect(name: number): boolean {
  return name === tag.T_TABLE || (isPart(name) && name !== tag.T_COL && name !== tag.T_COLGROUP)
}

function leaveSelect(): Verdict {
  const open = findInScope(tag.T_SELECT, tag.SCOPE)
  if (open < 0) return DONE
  popTo(open)
  resetMode()
  return AGAIN
}

export function endInSelect(name: number, inTable: boolean): Verdict {
  switch (name) {
    case tag.T_OPTGROUP:
      if (topIs(tag.T_OPTION) && stackTag[here.depth - 2] === tag.T_OPTGROUP) popTo(here.depth - 1)
      if (topIs(tag.T_OPTGROUP)) popTo(here.depth - 1)
      return DONE
    case tag.T_OPTION:
      if (topIs(tag.T_OPTION)) popTo(here.depth - 1)
      return DONE
    case tag.T_SELECT:
      leaveSelect()
      return DONE
    case tag.T_TEMPLATE:
      return AS_IN_BODY
  }
  return inTable && endsSelect(name) && findTablePart(name) >= 0 ? leaveSelect() : DONE
}

/** The first tag in a `<template>` says what its content is part of. */
export function startInTemplate(name: number): Verdict {
  const props = tag.TAG_PROPS[name] as number
  if ((props & tag.HEADISH) !== 0) return AS_IN_BODY
  let mode = 0
  if (name === tag.T_TD || name === tag.T_TH) mode = M_ROW
  else if (name === tag.T_TR) mode = M_TABLE_BODY
  else if (name === tag.T_COL) mode = M_COLUMNS
  else if ((props & tag.TABLE_PART) !== 0) mode = M_TABLE
  here.templateModes[here.templateModes.length - 1] = mode
  here.mode = mode
  return AGAIN
}
