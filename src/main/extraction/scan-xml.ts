import { AppError } from '#shared/errors.ts'
import { listAttributes, listed, passAttributes, selfClosing } from './markup/attributes.ts'
import { noteHtml, openElement, token } from './markup/body.ts'
import { addImage, addSource } from './markup/elements.ts'
import type { Scan } from './markup/found.ts'
import { here, I_LITERAL, M_BODY, S_NO_WORDS, S_TEMPLATE } from './markup/here.ts'
import { popTo, pushForeign, setEntry, SVG } from './markup/stack.ts'
import { endScan, startScan } from './markup/start.ts'
import * as tag from './markup/tags.ts'
import { addBreak, addText } from './markup/tape.ts'
import type { ExtractLimits } from './types.ts'

/*
 * A page sent as XML: every element ends itself or has its end tag, nothing is implied, nothing is
 * raw text. Elements count as HTML in its namespace, under any prefix; a document that uses no
 * namespace at all is taken for HTML too.
 */

/** Says what a browser's parser would stop at. */
export class NotWellFormed extends Error {}

const XHTML = 'http://www.w3.org/1999/xhtml'
const SENTINEL = '>'.repeat(16)
const TIME_CHECK_TAGS = 4096
const NAME = /[^\s/>="'<]+/y
const BARE_AMPERSAND = /&(?!(?:#\d+|#x[\da-fA-F]+|[A-Za-z_:][\w.:-]*);)/
const DOCTYPE = /<!DOCTYPE(?:[^[<>"']|"[^"]*"|'[^']*')*(?:\[(?:[^\]"']|"[^"]*"|'[^']*')*\]\s*)?>/y
/** One attribute, quoted, as XML wants it. */
const ATTRIBUTES = /^(?:\s+[^\s/>="'<]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*\s*\/?$/

/** Namespaces in scope: prefix to address, '' for the default. */
type Namespaces = ReadonlyMap<string, string>

interface Open {
  name: string
  depth: number
  namespaces: Namespaces
  /** The title's text begins there. */
  titleFrom: number
}

function fail(what: string, at: number): never {
  throw new NotWellFormed(`${what} at character ${at}`)
}

/**
 * Scans a page by XML's rules; the same as `scan` otherwise.
 *
 * @throws NotWellFormed where the page is no XML
 * @throws AppError `damaged` where a limit is exceeded
 */
export function scanXml(
  page: string,
  limits: ExtractLimits,
  deadline: number,
  wantedIds?: ReadonlySet<string>,
): Scan {
  // As in `scan`: no loop over a tag looks past the last `>`.
  startScan(page, page + SENTINEL, limits, wantedIds)
  here.mode = M_BODY
  here.bodyOpen = true
  here.framesetOk = false
  const open: Open[] = []
  let rootSeen = false
  let tags = 0
  let at = 0
  for (;;) {
    const lt = page.indexOf('<', at)
    const textEnd = lt < 0 ? page.length : lt
    if (at < textEnd) text(page, at, textEnd, open.length > 0)
    if (lt < 0) break
    if (page.startsWith('<!--', lt)) at = after(page, '-->', lt + 4, 'an open comment')
    else if (page.startsWith('<![CDATA[', lt)) {
      at = after(page, ']]>', lt + 9, 'an open CDATA section')
      if (open.length === 0) fail('text outside of the document', lt)
      if (lt + 9 < at - 3) addText(lt + 9, at - 3, I_LITERAL)
    } else if (page.startsWith('<?', lt)) at = after(page, '?>', lt + 2, 'an open instruction')
    else if (page.startsWith('<!DOCTYPE', lt) && !rootSeen) {
      DOCTYPE.lastIndex = lt
      if (!DOCTYPE.test(page)) fail('a doctype that does not parse', lt)
      at = DOCTYPE.lastIndex
    } else if (page.charCodeAt(lt + 1) === 0x2f) at = endTag(page, lt, open)
    else {
      if ((++tags & (TIME_CHECK_TAGS - 1)) === 0 && performance.now() > deadline) {
        throw new AppError('damaged', 'time-budget: parsing the page takes too long')
      }
      if (open.length === 0 && rootSeen) fail('a second root element', lt)
      rootSeen = true
      at = startTag(page, lt, open)
    }
  }
  const last = open.at(-1)
  if (last) fail(`<${last.name}> without its end tag`, page.length)
  if (!rootSeen) fail('no element', page.length)
  return endScan()
}

function after(page: string, mark: string, from: number, what: string): number {
  const end = page.indexOf(mark, from)
  return end < 0 ? fail(what, from) : end + mark.length
}

function text(page: string, from: number, to: number, inside: boolean): void {
  const raw = page.slice(from, to)
  if (!inside) {
    if (/[^\s\ufeff]/.test(raw)) fail('text outside of the document', from)
    return
  }
  const bare = raw.search(BARE_AMPERSAND)
  if (bare >= 0) fail('an & that begins no reference', from + bare)
  addText(from, to)
}

function endTag(page: string, lt: number, open: Open[]): number {
  const end = after(page, '>', lt, 'an open tag')
  const name = page.slice(lt + 2, end - 1).trimEnd()
  const last = open.pop()
  if (!last || last.name !== name) fail(`</${name.slice(0, 40)}> without its start tag`, lt)
  if (last.titleFrom >= 0 && here.title === null) here.title = page.slice(last.titleFrom, lt)
  popTo(last.depth)
  return end
}

function startTag(page: string, lt: number, open: Open[]): number {
  NAME.lastIndex = lt + 1
  const name = NAME.exec(page)?.[0]
  if (name === undefined || !/^[\p{L}_:]/u.test(name)) fail('a < that begins no tag', lt)
  const nameEnd = lt + 1 + name.length
  // A `>` may stand in a value: the end is where the attributes end.
  const end = passAttributes(here.html, nameEnd)
  if (end < 0 || end > page.length) fail('an open tag', lt)
  const inner = page.slice(nameEnd, end - 1)
  if (!ATTRIBUTES.test(inner)) fail(`attributes that do not parse in <${name}>`, lt)
  if (BARE_AMPERSAND.test(inner)) fail('an & that begins no reference', lt)
  const closed = selfClosing
  const namespaces = inner.includes('xmlns')
    ? namespacesOf(page, nameEnd, open.at(-1)?.namespaces)
    : (open.at(-1)?.namespaces ?? new Map<string, string>())
  const colon = name.indexOf(':')
  const address = namespaces.get(colon < 0 ? '' : name.slice(0, colon))
  const isHtml = address === XHTML || (namespaces.size === 0 && colon < 0)
  const local = colon < 0 ? name : name.slice(colon + 1)
  const depth = here.depth
  let titleFrom = -1
  if (isHtml) {
    const id = tag.TAG_IDS.get(local) ?? 0
    token.start = lt
    token.nameStart = nameEnd - local.length
    token.nameEnd = nameEnd
    token.end = end
    token.full = true
    if (id === tag.T_TITLE) titleFrom = end
    openHtml(page, id)
  } else {
    pushForeign(-1, SVG, 0)
    here.state |= S_NO_WORDS
  }
  if (closed) {
    popTo(depth)
    if (titleFrom >= 0) here.title ??= ''
  } else open.push({ name, depth, namespaces, titleFrom })
  return end
}

function namespacesOf(page: string, from: number, outer: Namespaces | undefined): Namespaces {
  listAttributes(page, from)
  const namespaces = new Map(outer)
  for (const [name, value] of listed) {
    if (name === 'xmlns') namespaces.set('', value)
    else if (name.startsWith('xmlns:')) namespaces.set(name.slice(6), value)
  }
  return namespaces
}

/** An element of HTML: what it means is the same, where it ends is not. */
function openHtml(page: string, name: number): void {
  const props = tag.TAG_PROPS[name] as number
  switch (name) {
    case tag.T_HTML:
      listAttributes(page, token.nameEnd)
      noteHtml()
      return
    case tag.T_HEAD:
    case tag.T_BODY:
      return
    case tag.T_BR:
      addBreak()
      return
    case tag.T_META:
    case tag.T_BASE:
    case tag.T_SOURCE:
    case tag.T_IMG:
      listAttributes(page, token.nameEnd)
      if (name === tag.T_IMG) addImage(token.start, token.end)
      else if (name === tag.T_SOURCE) addSource()
      else if ((here.state & S_TEMPLATE) !== 0) return
      else if (name === tag.T_META) here.metas.push(listed)
      else here.baseHref ??= listed.get('href') ?? null
      return
  }
  openElement(name, props & ~(tag.FORMATTING | tag.MARKED))
  if ((props & tag.FORMATTING) !== 0) setEntry(here.depth - 1, 0)
  if ((props & tag.RAW) !== 0 || name === tag.T_SVG || name === tag.T_MATH) {
    here.state |= S_NO_WORDS
  }
  if (name === tag.T_TEMPLATE) here.state |= S_TEMPLATE
}
