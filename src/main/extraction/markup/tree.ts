import { decodeHTML } from 'entities'
import { endInBody, isHiddenInput, noteHtml, openElement, startInBody, token } from './body.ts'
import { endInForeign, isForeignIn, startInForeign } from './foreign.ts'
import { addMarker, clearToMarker, reopenFormatting } from './formatting.ts'
import {
  here,
  M_AFTER_HEAD,
  M_BODY,
  M_CAPTION,
  M_CELL,
  M_COLUMNS,
  M_HEAD,
  M_HEAD_NOSCRIPT,
  M_ROW,
  M_SELECT,
  M_SELECT_IN_TABLE,
  M_TABLE,
  M_TABLE_BODY,
  M_TEMPLATE,
  S_FOREIGN,
  S_NOSCRIPT,
  S_NO_WORDS,
} from './here.ts'
import { isSpace } from './raw-text.ts'
import { HTML, popTo, stackNamespace, stackProps, stackTag } from './stack.ts'
import {
  endInSelect,
  endInTable,
  leaveColumns,
  startInSelect,
  startInTable,
  startInTemplate,
} from './tables.ts'
import * as tag from './tags.ts'
import { AGAIN, AS_IN_BODY, DONE, FOSTERED, OPENED, type Verdict } from './verdict.ts'

/*
 * The tree construction of the HTML standard, as far as it decides which elements are open where:
 * each tag and each run of characters by the insertion mode that holds.
 */

/**
 * A start tag, as `token` describes it.
 * @returns where the page goes on, -1 where it ends within raw text
 */
export function startTag(name: number): number {
  if (here.depth > 0 && stackNamespace[here.depth - 1] !== HTML) {
    if ((here.state & S_FOREIGN) !== 0 || isForeignIn(name)) {
      if (startInForeign(name)) return token.end
    }
  }
  if (here.mode <= M_CAPTION) {
    if (here.mode === M_BODY || ((tag.TAG_PROPS[name] as number) & tag.TABLE_PART) === 0) {
      return startInBody(name)
    }
  }
  if (partOpens(name)) {
    openElement(name, tag.TAG_PROPS[name] as number)
    return token.end
  }
  for (;;) {
    switch (startInMode(name)) {
      case DONE:
        return token.end
      case AS_IN_BODY:
        return startInBody(name)
      case OPENED:
        openElement(name, tag.TAG_PROPS[name] as number)
        return token.end
      case FOSTERED: {
        here.foster = true
        const after = startInBody(name)
        here.foster = false
        return after
      }
    }
  }
}

/** A cell in its row, a row in its section: most of what tables are made of, without the rules. */
function partOpens(name: number): boolean {
  if (here.depth === 0) return false
  const top = stackTag[here.depth - 1] as number
  if (here.mode === M_ROW) {
    if (top !== tag.T_TR || (name !== tag.T_TD && name !== tag.T_TH)) return false
    here.mode = M_CELL
    addMarker()
    return true
  }
  if (here.mode !== M_TABLE_BODY || name !== tag.T_TR || top !== tag.T_TBODY) return false
  here.mode = M_ROW
  return true
}

/** The end tag of the cell or row that is innermost. */
function partEnds(name: number): boolean {
  const top = here.depth - 1
  if (top < 0 || stackTag[top] !== name) return false
  if (here.mode === M_CELL) {
    if (name !== tag.T_TD && name !== tag.T_TH) return false
    popTo(top)
    clearToMarker()
    here.mode = M_ROW
    return true
  }
  if (here.mode !== M_ROW || name !== tag.T_TR) return false
  popTo(top)
  here.mode = M_TABLE_BODY
  return true
}

function startInMode(name: number): Verdict {
  const { mode } = here
  if (mode <= M_COLUMNS) {
    if (mode === M_BODY) return AS_IN_BODY
    return startInTable(name, name === tag.T_INPUT && mode >= M_TABLE && isHiddenInput())
  }
  if (mode === M_SELECT || mode === M_SELECT_IN_TABLE) {
    return startInSelect(name, mode === M_SELECT_IN_TABLE)
  }
  return mode === M_TEMPLATE ? startInTemplate(name) : startInHead(name)
}

function openBody(): void {
  here.headClosed = true
  here.bodyOpen = true
  here.mode = M_BODY
}

function startInHead(name: number): Verdict {
  if (name === tag.T_HTML) {
    noteHtml()
    return DONE
  }
  const headish = ((tag.TAG_PROPS[name] as number) & tag.HEADISH) !== 0
  if (here.mode === M_HEAD_NOSCRIPT) {
    if (name === tag.T_HEAD || name === tag.T_NOSCRIPT) return DONE
    const stays =
      headish &&
      name !== tag.T_BASE &&
      name !== tag.T_TITLE &&
      name !== tag.T_SCRIPT &&
      name !== tag.T_TEMPLATE
    if (stays) return AS_IN_BODY
    leaveNoscript(true)
    return AGAIN
  }
  if (headish) return AS_IN_BODY
  if (name === tag.T_HEAD) return DONE
  if (here.mode === M_HEAD) {
    if (name === tag.T_NOSCRIPT) {
      here.mode = M_HEAD_NOSCRIPT
      return OPENED
    }
    here.mode = M_AFTER_HEAD
    here.headClosed = true
    return AGAIN
  }
  if (name === tag.T_FRAMESET) {
    here.framesetOk = true
    return AS_IN_BODY
  }
  openBody()
  if (name !== tag.T_BODY) return AGAIN
  here.framesetOk = false
  return DONE
}

/** What a noscript in the head may not hold ends it, yet for a reader it stands in it. */
function leaveNoscript(astray: boolean): void {
  popTo(here.depth - 1)
  if (astray) here.stray = S_NOSCRIPT | S_NO_WORDS
  here.mode = M_HEAD
}

/** An end tag, as `token` describes it. */
export function endTag(name: number): void {
  if (here.stray !== 0 && name === tag.T_NOSCRIPT) here.stray = 0
  if (here.depth > 0 && stackNamespace[here.depth - 1] !== HTML && endInForeign(name)) return
  if (here.mode <= M_CAPTION && (here.mode === M_BODY || !isTableTag(name))) {
    endInBody(name, token.hash)
    return
  }
  if (partEnds(name)) return
  for (;;) {
    switch (endInMode(name)) {
      case DONE:
      case OPENED:
        return
      case AS_IN_BODY:
        endInBody(name, token.hash)
        return
      case FOSTERED:
        here.foster = true
        endInBody(name, token.hash)
        here.foster = false
        return
    }
  }
}

function isTableTag(name: number): boolean {
  return name === tag.T_TABLE || ((tag.TAG_PROPS[name] as number) & tag.TABLE_PART) !== 0
}

function endInMode(name: number): Verdict {
  const { mode } = here
  if (mode === M_BODY) return AS_IN_BODY
  if (mode <= M_COLUMNS) return endInTable(name)
  if (mode === M_SELECT || mode === M_SELECT_IN_TABLE) {
    return endInSelect(name, mode === M_SELECT_IN_TABLE)
  }
  if (name === tag.T_TEMPLATE) return mode === M_HEAD_NOSCRIPT ? DONE : AS_IN_BODY
  return mode === M_TEMPLATE ? DONE : endInHead(name)
}

function endInHead(name: number): Verdict {
  const ends = name === tag.T_BODY || name === tag.T_HTML || name === tag.T_BR
  if (here.mode === M_HEAD_NOSCRIPT) {
    if (name === tag.T_NOSCRIPT) leaveNoscript(false)
    else if (name === tag.T_BR) {
      leaveNoscript(true)
      return AGAIN
    }
    return DONE
  }
  if (here.mode === M_HEAD) {
    if (name !== tag.T_HEAD && !ends) return DONE
    here.mode = M_AFTER_HEAD
    here.headClosed = true
    return name === tag.T_HEAD ? DONE : AGAIN
  }
  if (!ends) return DONE
  openBody()
  return AGAIN
}

const NOTHING = 0
const SPACE = 1
const TEXT = 2

/** Of the named references, only `&Tab;` and `&NewLine;` are white space. */
function maybeSpace(afterAmpersand: number): boolean {
  return afterAmpersand === 0x23 || afterAmpersand === 0x54 || afterAmpersand === 0x4e
}

/** Is there anything but white space? Null characters are no characters at all. */
function kindOf(start: number, end: number): number {
  const { html } = here
  let kind = NOTHING
  for (let at = start; at < end; at++) {
    const code = html.charCodeAt(at)
    if (code === 0x26) {
      if (!maybeSpace(html.charCodeAt(at + 1))) return TEXT
      if (/[^\0\t\n\f\r ]/.test(decodeHTML(html.slice(at, Math.min(end, at + 2000))))) return TEXT
      return SPACE
    }
    if (isSpace(code)) kind = SPACE
    else if (code !== 0) return TEXT
  }
  return kind
}

/** What a run of characters means for the elements that are open. */
export function characters(start: number, end: number): void {
  const kind = kindOf(start, end)
  if ((here.state & S_FOREIGN) !== 0) {
    if (kind === TEXT) here.framesetOk = false
    return
  }
  for (;;) {
    const { mode } = here
    if (mode <= M_CAPTION || mode === M_TEMPLATE) break
    if (mode === M_SELECT || mode === M_SELECT_IN_TABLE) return
    if (mode <= M_ROW) {
      const top = here.depth === 0 ? 0 : (stackProps[here.depth - 1] as number)
      if ((top & tag.FOSTERS) !== 0 && kind !== TEXT) return
      break
    }
    if (mode === M_COLUMNS) {
      if (kind === SPACE || !leaveColumns()) return
    } else if (kind === SPACE) return
    else if (mode === M_HEAD_NOSCRIPT) leaveNoscript(true)
    else openBody()
  }
  if (kind === NOTHING) return
  if (here.reopen) {
    here.foster = here.mode >= M_TABLE && here.mode <= M_ROW
    reopenFormatting()
    here.foster = false
  }
  if (kind === TEXT) here.framesetOk = false
}
