import { decodeAttribute } from '../attribute-value.ts'
import { here } from './here.ts'

// What the last call of `passAttributes` saw, as places in the page; -1 = not there.
export let classStart = -1
export let classEnd = -1
export let idStart = -1
export let idEnd = -1
export let styleStart = -1
export let styleEnd = -1
export let roleStart = -1
export let roleEnd = -1
export let spanStart = -1
export let spanEnd = -1
export let seenAttributes = 0
export let selfClosing = false
export const A_HIDDEN = 1
export const A_HREF = 2
export const A_OPEN = 4
export const A_ARIA_HIDDEN = 8
export const A_FONT = 16

/**
 * Walks over the attributes of a tag, noting the few that matter to every element.
 * @returns the place after `>`, or -1 where the page ends inside the tag
 */
export function passAttributes(html: string, from: number): number {
  let at = from
  const length = here.length
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

export function nameIs(html: string, at: number, name: string): boolean {
  for (let i = 0; i < name.length; i++) {
    const code = html.charCodeAt(at + i)
    if ((code === 0x2d ? code : code | 0x20) !== name.charCodeAt(i)) return false
  }
  return true
}

export let listed: Map<string, string> = new Map()

/** All attributes of a tag into `listed`. Returns as `passAttributes`. */
export function listAttributes(html: string, from: number): number {
  let at = from
  const length = here.length
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

/** As after a tag without attributes. */
export function noAttributes(): void {
  seenAttributes = 0
  classStart = idStart = styleStart = roleStart = spanStart = -1
  selfClosing = false
}

/** What a void element without attributes has. */
export function listNone(): void {
  listed = new Map()
}

/** Names and values of a tag's attributes, the same for tags that differ in spelling only. */
export function attributeKey(html: string, from: number): string {
  if (html.charCodeAt(from) === 0x3e) return ''
  listAttributes(html, from)
  const parts = [...listed].map(
    ([name, value]) => `${name.replaceAll('\0', '\ufffd')}\0${decodeAttribute(value)}`,
  )
  return parts.sort().join('\0\0')
}
