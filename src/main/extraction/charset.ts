import { Buffer, isAscii, isUtf8 } from 'node:buffer'
import { guessEncoding } from './chardetng.ts'
import { decodeBytes, encodingOfLabel } from './encodings.ts'
import type { CharsetSource, DecodedHtml } from './types.ts'

/** The prescan of the standard sees 1,024 bytes; a browser's parser later obeys a meta after them. */
const PRESCAN_STANDARD = 1024
const PRESCAN_BYTES = 32 * 1024
/** What the detector gets to see. Its answer settles long before. */
const DETECT_BYTES = 256 * 1024

/**
 * Decodes a page as browsers do: byte order mark, then the charset of the HTTP header, then the
 * page's own declaration (WHATWG prescan, both spellings, and an XML declaration), then detection.
 * Labels mean what the Encoding standard says (`iso-8859-1` is windows-1252, `gb2312` is GBK).
 * Undecodable bytes become U+FFFD; nothing throws.
 *
 * @param contentType value of the `Content-Type` header, as it stands there
 * @param pageUrl its top-level domain settles close calls of the detector
 */
export function decodeHtml(
  body: Uint8Array,
  contentType: string | null,
  pageUrl?: string,
): DecodedHtml {
  const [charset, charsetSource] = findCharset(body, contentType, pageUrl)
  return { text: decodeAs(body, charset), charset, charsetSource }
}

function findCharset(
  body: Uint8Array,
  contentType: string | null,
  pageUrl: string | undefined,
): [string, CharsetSource] {
  if (body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf) return ['utf-8', 'bom']
  if (body[0] === 0xfe && body[1] === 0xff) return ['utf-16be', 'bom']
  if (body[0] === 0xff && body[1] === 0xfe) return ['utf-16le', 'bom']
  if (contentType !== null) {
    const label = charsetOfContentType(contentType)
    const name = label === null ? null : encodingOfLabel(label)
    if (name !== null) return [name, 'http']
  }
  const declared = prescan(body)
  if (declared !== null) return [declared, 'meta']
  return detect(body, pageUrl)
}

function detect(body: Uint8Array, pageUrl: string | undefined): [string, CharsetSource] {
  // ISO-2022-JP is all ASCII bytes: only its escape tells.
  const escapes = body.includes(0x1b)
  if (!escapes && isAscii(body)) return ['utf-8', 'default']
  if (!escapes && isUtf8(body)) return ['utf-8', 'detected']
  try {
    const guess = encodingOfLabel(guessEncoding(body.subarray(0, DETECT_BYTES), tldOf(pageUrl)))
    if (guess !== null) return [guess, 'detected']
  } catch {
    // Without the detector: what browsers fell back to before they had one.
  }
  return [isUtf8(body) ? 'utf-8' : 'windows-1252', 'default']
}

function tldOf(pageUrl: string | undefined): string | null {
  const host = pageUrl === undefined ? null : URL.parse(pageUrl)?.hostname
  const last = host?.split('.').at(-1)
  return last === undefined || last === '' || /^[0-9]|:/.test(last) ? null : last
}

function decodeAs(body: Uint8Array, charset: string): string {
  if (body.length === 0) return ''
  const asciiCompatible = !/^(?:utf-16|iso-2022-jp|replacement)/.test(charset)
  if (asciiCompatible && isAscii(body)) {
    return Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('latin1')
  }
  return decodeBytes(body, charset)
}

/** The charset parameter of a media type, quotes allowed, the first one (RFC 9110, lenient). */
function charsetOfContentType(value: string): string | null {
  const match = /(?:^|[;,\s])charset\s*=\s*(?:"([^"]*)"?|'([^']*)'?|([^\s;,"']+))/i.exec(value)
  return match ? (match[1] ?? match[2] ?? match[3] ?? null) : null
}

/** UTF-16 declared inside a page that could be read as ASCII is UTF-8 (WHATWG prescan). */
function declaredEncoding(label: string): string | null {
  const name = encodingOfLabel(label)
  if (name === null) return null
  if (name.startsWith('utf-16')) return 'utf-8'
  return name === 'x-user-defined' ? 'windows-1252' : name
}

/**
 * "Prescan a byte stream to determine its encoding" of the HTML standard, on the head of the page.
 * Beyond the standard's 1,024 bytes scripts and styles are skipped, since there it stands in for
 * the parser, which would not see a meta inside them.
 */
function prescan(body: Uint8Array): string | null {
  if (body[0] === 0x3c && body[1] === 0 && body[2] === 0x3f && body[3] === 0) return 'utf-16le'
  if (body[0] === 0 && body[1] === 0x3c && body[2] === 0 && body[3] === 0x3f) return 'utf-16be'
  const length = Math.min(body.length, PRESCAN_BYTES)
  const head = Buffer.from(body.buffer, body.byteOffset, length).toString('latin1')
  // The word is what every declaration needs; most undeclared pages end here.
  if (!/charset|encoding/i.test(head)) return null
  let at = 0
  let rawEnd = 0
  for (;;) {
    at = head.indexOf('<', at)
    if (at < 0) break
    if (at > PRESCAN_STANDARD && at < rawEnd) {
      at = rawEnd
      continue
    }
    if (head.startsWith('<!--', at)) {
      // The two dashes may be those that open the comment.
      const end = head.indexOf('-->', at + 2)
      if (end < 0) break
      at = end + 3
    } else if (/^<meta[\t\n\f\r /]/i.test(head.slice(at, at + 6))) {
      const [attributes, end] = prescanAttributes(head, at + 5)
      const found = charsetOfMeta(attributes)
      if (found !== null) return found
      at = end
    } else if (/^<\/?[a-z]/i.test(head.slice(at, at + 3))) {
      const nameEnd = skipUntil(head, at + 1, (c) => c <= 0x20 || c === 0x3e)
      const [, end] = prescanAttributes(head, nameEnd)
      const rawText = /^<(script|style|title|textarea|noembed|xmp|iframe)$/i.exec(
        head.slice(at, nameEnd),
      )?.[1]
      at = end
      if (rawText !== undefined && end > rawEnd) {
        const close = head.slice(end).search(new RegExp(`</${rawText}[\\s/>]`, 'i'))
        rawEnd = close < 0 ? head.length : end + close
      }
    } else if (/^<[!/?]/.test(head.slice(at, at + 2))) {
      const end = head.indexOf('>', at)
      if (end < 0) break
      at = end + 1
    } else {
      at++
    }
  }
  const xml = /^<\?xml\s[^>]*?encoding\s*=\s*(?:"([^"<>]*)"|'([^'<>]*)')/.exec(head)
  return xml ? declaredEncoding(xml[1] ?? xml[2] ?? '') : null
}

function charsetOfMeta(attributes: Map<string, string>): string | null {
  const charset = attributes.get('charset')
  if (charset !== undefined) {
    const name = declaredEncoding(charset)
    if (name !== null) return name
  }
  const content = attributes.get('content')
  if (content === undefined) return null
  if (attributes.get('http-equiv')?.toLowerCase() !== 'content-type') return null
  const match = /charset\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s;"']+))/i.exec(content)
  return match ? declaredEncoding(match[1] ?? match[2] ?? match[3] ?? '') : null
}

/** Attributes of a tag, the first of each name, and the place after the tag's `>`. */
function prescanAttributes(head: string, from: number): [Map<string, string>, number] {
  const attributes = new Map<string, string>()
  let at = from
  for (;;) {
    at = skipUntil(head, at, (c) => c > 0x20 && c !== 0x2f)
    if (at >= head.length) return [attributes, at]
    if (head.charCodeAt(at) === 0x3e) return [attributes, at + 1]
    const nameEnd = skipUntil(
      head,
      at + 1,
      (c) => c <= 0x20 || c === 0x2f || c === 0x3e || c === 0x3d,
    )
    const name = head.slice(at, nameEnd).toLowerCase()
    let value = ''
    at = skipUntil(head, nameEnd, (c) => c > 0x20)
    if (head.charCodeAt(at) === 0x3d) {
      at = skipUntil(head, at + 1, (c) => c > 0x20)
      const quote = head[at]
      if (quote === '"' || quote === "'") {
        const end = head.indexOf(quote, at + 1)
        if (end < 0) return [attributes, head.length]
        value = head.slice(at + 1, end)
        at = end + 1
      } else {
        const end = skipUntil(head, at, (c) => c <= 0x20 || c === 0x3e)
        value = head.slice(at, end)
        at = end
      }
    }
    if (!attributes.has(name)) attributes.set(name, value)
  }
}

function skipUntil(text: string, from: number, stop: (code: number) => boolean): number {
  let at = from
  while (at < text.length && !stop(text.charCodeAt(at))) at++
  return at
}
