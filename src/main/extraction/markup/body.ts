import { decodeAttribute } from '../attribute-value.ts'
import { listAttributes, listed, passAttributes, selfClosing } from './attributes.ts'
import { addImage, addSource, applyAttributes, enter, indexOf } from './elements.ts'
import {
  addMarker,
  adopt,
  clearToMarker,
  dropFormatting,
  formattingEntry,
  noteFormatting,
  reopenFormatting,
} from './formatting.ts'
import {
  here,
  M_SELECT,
  M_SELECT_IN_TABLE,
  M_CELL,
  M_ROW,
  M_TABLE,
  M_TEMPLATE,
  S_FOREIGN,
  S_NO_WORDS,
  S_TEMPLATE,
} from './here.ts'
import { endOfEscapedScript, endOfRaw } from './raw-text.ts'
import { opensShadowRoot } from './shadow.ts'
import {
  close,
  closeImplied,
  closeOther,
  findInScope,
  forgetGain,
  gain,
  MATHML,
  openCount,
  popTo,
  push,
  pushForeign,
  removeAt,
  resetMode,
  stackProps,
  stackSerial,
  stackTag,
  SVG,
  topIs,
} from './stack.ts'
import { openRow } from './tables.ts'
import { addBreak, addText } from './tape.ts'
import * as tag from './tags.ts'

/*
 * What tags do in the body of a page (the insertion mode "in body" of the HTML standard, and what
 * it shares with "in head").
 */

/** No end of a paragraph looks past these. */
const BUTTONS = tag.SCOPE | tag.BUTTON_SCOPE

/** The tag that is looked at. */
export const token = {
  hash: 0,
  /** Places in the page: of `<`, of the name, after the name, after `>`. */
  start: 0,
  nameStart: 0,
  nameEnd: 0,
  end: 0,
  /** Its attributes are in `listed`. */
  full: false,
}

/** Place of the next `<!--`, where that was looked for; scripts need it. -2 = not yet, -1 = none. */
let nextScriptComment = -2

export function startBody(): void {
  nextScriptComment = -2
}

export function isHiddenInput(): boolean {
  listAttributes(here.html, token.nameEnd)
  return decodeAttribute(listed.get('type') ?? '').toLowerCase() === 'hidden'
}

/** @returns where the page goes on, -1 where it ends within raw text */
export function startInBody(name: number): number {
  if (name === 0) {
    if (here.reopen) reopenFormatting()
    push(token.hash | -0x80000000, token.nameStart)
    applyAttributes(-1)
    return token.end
  }
  const props = tag.TAG_PROPS[name] as number
  // Parts of a table mean nothing outside of one.
  if ((props & tag.TABLE_PART) !== 0) return token.end
  if ((props & tag.NO_FRAMESET) !== 0 && here.framesetOk) {
    if (name !== tag.T_INPUT || !isHiddenInput()) here.framesetOk = false
  }
  if ((props & tag.CLOSES_P) !== 0 && openCount[tag.T_P] !== 0) close(tag.T_P, BUTTONS)
  if (here.reopen && (props & tag.REOPENS) !== 0) reopenFormatting()
  if ((props & tag.BLOCK) !== 0) here.boundary = true
  if ((props & tag.RAW) !== 0) return rawElement(name)
  if ((props & tag.OWN_RULE) !== 0) {
    const after = ownRule(name, props)
    if (after !== 0) return after
  }
  if ((props & tag.VOID) === 0) openElement(name, props)
  return token.end
}

/** Opens the element of the tag where it stands. */
export function openElement(name: number, props: number): void {
  let index = -1
  if ((props & tag.NOTED) !== 0) {
    if (name === tag.T_TR) openRow()
    else index = indexOf(name)
  }
  if ((props & tag.BLOCK) !== 0) here.boundary = true
  push(name, index)
  if ((props & tag.NO_WORDS) !== 0) gain(S_NO_WORDS)
  if ((props & tag.MEANS) !== 0) enter(name, index)
  applyAttributes(name)
  if ((props & tag.FORMATTING) !== 0) noteFormatting(name, token.nameEnd)
  else if ((props & tag.MARKED) !== 0) addMarker()
}

/** An element whose content is text up to its end tag. Returns as `startInBody`. */
function rawElement(name: number): number {
  const { html, length } = here
  const at = token.end
  const text = tag.TAG_NAMES[name] as string
  let end: number
  if (name === tag.T_SCRIPT) {
    end = endOfRaw(html, at, 'script')
    if (nextScriptComment !== -1 && nextScriptComment < at) {
      nextScriptComment = html.indexOf('<!--', at)
    }
    if (nextScriptComment >= 0 && end >= 0 && nextScriptComment < end) {
      end = endOfEscapedScript(html, at)
    }
  } else end = endOfRaw(html, at, text)
  if (name === tag.T_TITLE && here.title === null && (here.state & S_TEMPLATE) === 0) {
    here.title = html.slice(at, end < 0 ? length : end)
  }
  if (end < 0) return -1
  return passAttributes(html, end + 2 + text.length)
}

/** What one kind of element needs before it is opened. Returns 0, or where the page goes on. */
function ownRule(name: number, props: number): number {
  const { end } = token
  switch (name) {
    case tag.T_IMG:
    case tag.T_IMAGE:
      addImage(token.start, end)
      return end
    case tag.T_A: {
      const open = formattingEntry(tag.T_A)
      if (open !== 0) {
        adopt(tag.T_A)
        if (formattingEntry(tag.T_A) === open) dropFormatting(open)
      }
      if (here.reopen) reopenFormatting()
      return 0
    }
    case tag.T_LI:
      closeItem(tag.T_LI, tag.T_LI)
      return 0
    case tag.T_DD:
    case tag.T_DT:
      closeItem(tag.T_DD, tag.T_DT)
      return 0
    case tag.T_BR:
      addBreak()
      return end
    case tag.T_SOURCE:
      addSource()
      return end
    case tag.T_META:
      if ((here.state & S_TEMPLATE) === 0 && here.metas.length < 1000) here.metas.push(listed)
      return end
    case tag.T_BASE:
      if (token.full && here.baseHref === null && (here.state & S_TEMPLATE) === 0) {
        here.baseHref = listed.get('href') ?? null
      }
      return end
    case tag.T_HTML:
      noteHtml()
      return end
    case tag.T_HEAD:
      return end
    case tag.T_BODY:
      if (openCount[tag.T_TEMPLATE] === 0) here.framesetOk = false
      return end
    case tag.T_FRAMESET:
      // From here on the page consists of frames.
      return here.framesetOk ? here.length : end
    case tag.T_INPUT:
    case tag.T_KEYGEN:
      here.space = true
      return end
    case tag.T_PLAINTEXT:
      addText(end, here.length)
      return here.length
    case tag.T_TABLE:
      if (!here.quirks && openCount[tag.T_P] !== 0) close(tag.T_P, BUTTONS)
      openElement(name, props)
      here.mode = M_TABLE
      return end
    case tag.T_FORM:
      return form(props)
    case tag.T_BUTTON:
      close(tag.T_BUTTON, tag.SCOPE)
      if (here.reopen) reopenFormatting()
      return 0
    case tag.T_NOBR:
      if (findInScope(tag.T_NOBR, tag.SCOPE) >= 0) {
        adopt(tag.T_NOBR)
        if (here.reopen) reopenFormatting()
      }
      return 0
    case tag.T_SELECT: {
      const inTable = here.mode >= M_CELL && here.mode <= M_ROW
      openElement(name, props)
      here.mode = inTable ? M_SELECT_IN_TABLE : M_SELECT
      return end
    }
    case tag.T_OPTION:
    case tag.T_OPTGROUP:
      if (topIs(tag.T_OPTION)) popTo(here.depth - 1)
      if (here.reopen) reopenFormatting()
      return 0
    case tag.T_RB:
    case tag.T_RTC:
      if (findInScope(tag.T_RUBY, tag.SCOPE) >= 0) closeImplied(-1)
      return 0
    case tag.T_RT:
    case tag.T_RP:
      if (findInScope(tag.T_RUBY, tag.SCOPE) >= 0) closeImplied(tag.T_RTC)
      return 0
    case tag.T_TEMPLATE:
      openTemplate()
      return end
    case tag.T_SVG:
    case tag.T_MATH:
      openForeign(name)
      return end
  }
  if ((props & tag.HEADING) !== 0 && here.depth > 0) {
    const top = stackTag[here.depth - 1] as number
    if (top > 0 && ((tag.TAG_PROPS[top] as number) & tag.HEADING) !== 0) popTo(here.depth - 1)
  }
  return 0
}

/** The language of the page, from its own tag. */
export function noteHtml(): void {
  if (token.full && here.lang === null && (here.state & S_TEMPLATE) === 0) {
    here.lang = listed.get('lang') ?? listed.get('xml:lang') ?? null
  }
}

function form(props: number): number {
  const inTemplate = openCount[tag.T_TEMPLATE] !== 0
  if (here.form >= 0 && !inTemplate) return token.end
  if (openCount[tag.T_P] !== 0) close(tag.T_P, BUTTONS)
  openElement(tag.T_FORM, props)
  if (!inTemplate) here.form = stackSerial[here.depth - 1] as number
  return token.end
}

function openForeign(name: number): void {
  if (selfClosing) return
  pushForeign(token.hash | -0x80000000, name === tag.T_SVG ? SVG : MATHML, 0)
  gain(name === tag.T_SVG ? S_FOREIGN | S_NO_WORDS : S_FOREIGN)
  applyAttributes(-1)
}

function openTemplate(): void {
  // The tag's attributes were listed, what the others look at was not.
  const shadow = opensShadowRoot(listed.get('shadowrootmode'))
  const index = indexOf(tag.T_TEMPLATE)
  push(tag.T_TEMPLATE, index)
  here.table = here.cell = -1
  if (!shadow) gain(S_TEMPLATE)
  addMarker()
  here.framesetOk = false
  here.mode = M_TEMPLATE
  here.templateModes.push(M_TEMPLATE)
}

function closeTemplate(): void {
  if (openCount[tag.T_TEMPLATE] === 0) return
  for (let i = here.depth - 1; i >= 0; i--) {
    if (stackTag[i] !== tag.T_TEMPLATE) continue
    popTo(i)
    break
  }
  clearToMarker()
  here.templateModes.pop()
  resetMode()
}

/** An item of a list ends the one before. */
function closeItem(name: number, other: number): void {
  if (openCount[name] !== 0 || openCount[other] !== 0) {
    for (let i = here.depth - 1; i >= 0; i--) {
      const open = stackTag[i] as number
      if (open === name || open === other) {
        popTo(i)
        break
      }
      if (
        ((stackProps[i] as number) & tag.SPECIAL) !== 0 &&
        open !== tag.T_ADDRESS &&
        open !== tag.T_DIV &&
        open !== tag.T_P
      ) {
        break
      }
    }
  }
  if (openCount[tag.T_P] !== 0) close(tag.T_P, BUTTONS)
}

export function endInBody(name: number, hash: number): void {
  if (name === 0) {
    closeOther(hash | -0x80000000)
    return
  }
  const props = tag.TAG_PROPS[name] as number
  if ((props & tag.FORMATTING) !== 0) {
    if (openCount[name] !== 0 || formattingEntry(name) !== 0) adopt(name)
    return
  }
  if ((props & tag.END_BLOCK) !== 0) {
    close(name, tag.SCOPE)
    return
  }
  if ((props & tag.OWN_END) !== 0) ownEnd(name)
  else if ((props & tag.HEADING) !== 0) closeHeading()
  else if ((props & tag.MARKED) !== 0) {
    if (close(name, tag.SCOPE)) clearToMarker()
  } else if (openCount[name] !== 0) {
    closeOther(name)
    if (name === tag.T_NOSCRIPT && openCount[name] !== 0) leaveNoscript()
  }
}

function ownEnd(name: number): void {
  switch (name) {
    case tag.T_P:
      here.boundary = true
      close(tag.T_P, BUTTONS)
      return
    case tag.T_LI:
      close(tag.T_LI, tag.SCOPE | tag.LIST_SCOPE)
      return
    case tag.T_DD:
    case tag.T_DT:
      close(name, tag.SCOPE)
      return
    case tag.T_BR:
      if (here.reopen) reopenFormatting()
      here.framesetOk = false
      addBreak()
      return
    case tag.T_FORM:
      closeForm()
      return
    case tag.T_TEMPLATE:
      closeTemplate()
      return
    case tag.T_HTML:
    case tag.T_HEAD:
    case tag.T_BODY:
      return
  }
}

/** Something in it is open, so that it stays open; yet where scripts run, it ends here. */
function leaveNoscript(): void {
  let at = here.depth - 1
  while (stackTag[at] !== tag.T_NOSCRIPT) at--
  forgetGain(at)
}

function closeHeading(): void {
  for (let i = here.depth - 1; i >= 0; i--) {
    const open = stackTag[i] as number
    if (open > 0 && ((tag.TAG_PROPS[open] as number) & tag.HEADING) !== 0) {
      popTo(i)
      return
    }
    if (((stackProps[i] as number) & tag.SCOPE) !== 0) return
  }
}

function closeForm(): void {
  if (openCount[tag.T_TEMPLATE] !== 0) {
    close(tag.T_FORM, tag.SCOPE)
    return
  }
  const serial = here.form
  here.form = -1
  if (serial < 0) return
  for (let i = here.depth - 1; i >= 0; i--) {
    if (stackTag[i] === tag.T_FORM && stackSerial[i] === serial) {
      closeImplied(-1)
      here.boundary = true
      removeAt(i)
      return
    }
    if (((stackProps[i] as number) & tag.SCOPE) !== 0) return
  }
}
