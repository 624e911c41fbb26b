import { Buffer } from 'node:buffer'
import { parse } from 'parse5'

/** As on most pages. */
const PLAIN = /^<!doctype[\t\n\f\r ]+html[\t\n\f\r ]*>$/i
const known = new Map<string, boolean>()

/** Does a page with this doctype (as written, `<!doctype ...>`) show tables within paragraphs? */
export function isQuirky(doctype: string): boolean {
  if (PLAIN.test(doctype)) return false
  let quirky = known.get(doctype)
  if (quirky === undefined) {
    quirky = parse(doctype.slice(0, 2000)).mode === 'quirks'
    if (known.size >= 1000) known.clear()
    known.set(Buffer.from(doctype).toString(), quirky)
  }
  return quirky
}
