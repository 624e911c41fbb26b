import { AppError } from '#shared/errors.ts'
import { listAttributes, listNone, noAttributes, passAttributes } from './markup/attributes.ts'
import { token } from './markup/body.ts'
import type { Scan } from './markup/found.ts'
import { here, I_LITERAL, M_CAPTION, M_HEAD, S_FOREIGN, S_PRE } from './markup/here.ts'
import { isQuirky } from './markup/quirks.ts'
import { endOfComment } from './markup/raw-text.ts'
import { endScan, startScan } from './markup/start.ts'
import * as tag from './markup/tags.ts'
import { addText } from './markup/tape.ts'
import { characters, endTag, startTag } from './markup/tree.ts'
import type { ExtractLimits } from './types.ts'

/*
 * One pass over the markup, in the manner of the HTML standard's tokenizer, with a stack of open
 * elements in place of a tree.
 */

export type { Cells, FoundCaption, FoundImage, Scan } from './markup/found.ts'

const SENTINEL = '>'.repeat(16)
const TIME_CHECK_TAGS = 4096

function endsInTag(page: string): boolean {
  let last = page.length - 1
  while (last >= 0 && page.charCodeAt(last) <= 0x20) last--
  return last >= 0 && page.charCodeAt(last) === 0x3e
}

/** All attributes of these are wanted. */
function isListed(name: number): boolean {
  return (
    name === tag.T_IMG ||
    name === tag.T_IMAGE ||
    name === tag.T_SOURCE ||
    name === tag.T_META ||
    name === tag.T_BASE ||
    name === tag.T_HTML ||
    name === tag.T_TEMPLATE
  )
}

function text(from: number, to: number, kind = 0): void {
  if (here.reopen || here.framesetOk || here.mode > M_CAPTION) characters(from, to)
  addText(from, to, kind)
}

/** A doctype that comes before everything else decides how tables nest. */
function doctype(markup: string): void {
  if (/^<!doctype/i.test(markup)) here.quirks = isQuirky(markup)
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
  startScan(page, html, limits, wantedIds)
  let tags = 0
  let initial = true
  let at = 0
  let textStart = 0
  for (;;) {
    // Most tags follow each other with nothing or a little white space between.
    let lt = at
    let next = at < length ? html.charCodeAt(lt) : 0x3e
    if (next !== 0x3c) {
      while (next <= 0x20 && lt < length - 1) next = html.charCodeAt(++lt)
      if (next !== 0x3c) lt = html.indexOf('<', lt)
      else if (textStart === at && (here.state & S_PRE) === 0) {
        if (here.reopen || here.mode >= M_HEAD) characters(at, lt)
        here.space = true
        textStart = lt
      }
    }
    if (lt < 0) {
      if (textStart < length) text(textStart, length)
      break
    }
    let code = html.charCodeAt(lt + 1)
    const lower = code | 0x20
    if (lower >= 0x61 && lower <= 0x7a) {
      // A start tag.
      if (textStart < lt) text(textStart, lt)
      const nameStart = lt + 1
      let hash = 0
      at = nameStart
      while (code > 0x3e || (code > 0x20 && code !== 0x2f && code !== 0x3e)) {
        hash = (Math.imul(hash, 31) + (code | 0x20)) | 0
        code = html.charCodeAt(++at)
      }
      const nameEnd = at
      const name = tag.tagId(hash, nameEnd - nameStart)
      if ((++tags & (TIME_CHECK_TAGS - 1)) === 0 && performance.now() > deadline) {
        throw new AppError('damaged', 'time-budget: parsing the page takes too long')
      }
      let full = false
      if (code === 0x3e) {
        at++
        noAttributes()
        if (isListed(name)) listNone()
      } else if (isListed(name)) {
        full = true
        noAttributes()
        at = listAttributes(html, nameEnd)
      } else at = passAttributes(html, nameEnd)
      // The page ends within a tag: browsers drop it.
      if (at < 0 || at > length) break
      token.hash = hash
      token.start = lt
      token.nameStart = nameStart
      token.nameEnd = nameEnd
      token.end = textStart = at
      token.full = full
      const after = startTag(name)
      if (after !== at) {
        if (after < 0) break
        at = textStart = after
      }
      continue
    }
    if (code === 0x2f) {
      const first = html.charCodeAt(lt + 2) | 0x20
      if (first >= 0x61 && first <= 0x7a) {
        if (textStart < lt) text(textStart, lt)
        const nameStart = lt + 2
        let hash = 0
        at = nameStart
        code = html.charCodeAt(at)
        while (code > 0x3e || (code > 0x20 && code !== 0x2f && code !== 0x3e)) {
          hash = (Math.imul(hash, 31) + (code | 0x20)) | 0
          code = html.charCodeAt(++at)
        }
        const name = tag.tagId(hash, at - nameStart)
        if (code === 0x3e) at++
        else at = passAttributes(html, at)
        if (at < 0 || at > length) break
        textStart = at
        initial = false
        token.hash = hash
        endTag(name)
        continue
      }
      if (lt + 2 >= length) {
        at = length
        continue
      }
      if (textStart < lt) text(textStart, lt)
      const gt = html.indexOf('>', lt + 2)
      if (gt >= length) break
      at = textStart = gt + 1
      continue
    }
    if (code === 0x21 || code === 0x3f) {
      if (textStart < lt) text(textStart, lt)
      if (html.startsWith('<!--', lt)) at = endOfComment(html, lt + 4)
      else if ((here.state & S_FOREIGN) !== 0 && html.startsWith('<![CDATA[', lt)) {
        const end = html.indexOf(']]>', lt + 9)
        if (lt + 9 < (end < 0 ? length : end)) text(lt + 9, end < 0 ? length : end, I_LITERAL)
        at = end < 0 ? -1 : end + 3
      } else {
        const gt = html.indexOf('>', lt + 2)
        at = gt < 0 ? -1 : gt + 1
        if (initial && code === 0x21 && at > 0 && tags === 0 && here.mode === M_HEAD) {
          doctype(html.slice(lt, at))
          initial = false
        }
      }
      if (at < 0 || at > length) break
      textStart = at
      continue
    }
    // A less-than sign in the text.
    at = lt + 1
  }
  return endScan()
}
