import { pictureType } from '#shared/picture-type.ts'

const TOKEN = /^[!#$%&'*+\-.^_`|~\w]+\/[!#$%&'*+\-.^_`|~\w]+$/

/**
 * The media type that a `Content-Type` means, lower case, without parameters: of several values the
 * last that is one ("extract a MIME type" of the Fetch standard). null: none is given, or what is
 * given is no media type (`jpg`, `image`) or says any (`*` for both).
 */
export function mediaTypeOf(value: string | undefined): string | null {
  if (value === undefined) return null
  if (!value.includes(',')) return typeIn(value)
  let type: string | null = null
  for (const part of value.match(/(?:"(?:[^"\\]|\\.)*"?|[^,"])+/g) ?? []) {
    type = typeIn(part) ?? type
  }
  return type
}

function typeIn(value: string): string | null {
  const end = value.indexOf(';')
  const essence = (end < 0 ? value : value.slice(0, end)).trim().toLowerCase()
  return TOKEN.test(essence) && essence !== '*/*' ? essence : null
}

/** Types by which a server says that it does not know. */
export function isUnknownType(type: string | null): boolean {
  return type === null || type === 'unknown/unknown' || type === 'application/unknown'
}

export function isXmlType(type: string): boolean {
  return type === 'text/xml' || type === 'application/xml' || type.endsWith('+xml')
}

const HTML_TAGS =
  /^[\t\n\f\r ]*<(?:!doctype html|html|head|script|iframe|h1|div|font|table|a|style|title|b|body|br|p)[ >]/i
const HTML_COMMENT = /^[\t\n\f\r ]*<!--/

/** "Resource header" of the MIME Sniffing standard: no more than this is looked at. */
export const HEADER_BYTES = 1445

/**
 * The type that bytes of an unknown type have ("identifying a resource with an unknown MIME type",
 * MIME Sniffing 7.1), as far as it matters here; null where they show none of these.
 */
export function sniffUnknown(bytes: Uint8Array): 'text/html' | 'text/xml' | 'picture' | null {
  const head = Buffer.from(
    bytes.buffer,
    bytes.byteOffset,
    Math.min(bytes.length, HEADER_BYTES),
  ).toString('latin1')
  if (HTML_TAGS.test(head) || HTML_COMMENT.test(head)) return 'text/html'
  if (/^[\t\n\f\r ]*<\?xml/.test(head)) return 'text/xml'
  return pictureType(bytes) === null ? null : 'picture'
}

/**
 * Whether the root of an XML document is XHTML's: browsers show it as a page whatever kind of XML it
 * is called. null: the root is not within the bytes that are looked at.
 */
export function hasXhtmlRoot(bytes: Uint8Array): boolean | null {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 4096))
  const text = head.includes(0) ? head.toString('utf16le') : head.toString('latin1')
  let at = text.indexOf('<')
  for (;;) {
    if (at < 0) return null
    let end: number
    if (text.startsWith('<!--', at)) end = text.indexOf('-->', at + 4)
    else if (text.startsWith('<?', at)) end = text.indexOf('?>', at)
    else if (text.startsWith('<!', at)) {
      const subset = text.indexOf('[', at)
      end = text.indexOf('>', at)
      if (subset >= 0 && subset < end)
        end = text.indexOf('>', text.indexOf(']', subset) + 1 || text.length)
    } else break
    if (end < 0) return null
    at = text.indexOf('<', end)
  }
  const end = text.indexOf('>', at)
  if (end < 0) return null
  const tag = text.slice(at, end)
  return (
    /^<(?:[\w.-]+:)?html(?=[\s/]|$)/.test(tag) &&
    /\sxmlns(?::[\w.-]+)?\s*=\s*["']http:\/\/www\.w3\.org\/1999\/xhtml["']/.test(tag)
  )
}
