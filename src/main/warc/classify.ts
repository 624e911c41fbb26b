import { pictureType } from '#shared/picture-type.ts'
import { hasXhtmlRoot, isUnknownType, isXmlType, mediaTypeOf, sniffUnknown } from './media-type.ts'
import type { HttpMessage, LeftOut, WarcRecord } from './types.ts'

type Head = Pick<WarcRecord, 'type' | 'headers'>

/** What was captured; `xml`: by XML's rules. */
export type Captured = { kind: 'page'; xml: boolean } | { kind: 'picture' } | LeftOut

/** `WARC-Target-URI` without the angle brackets that old writers put around it; null if absent. */
export function targetUri(record: Pick<WarcRecord, 'headers'>): string | null {
  const uri = record.headers.get('warc-target-uri')?.trim()
  if (!uri) return null
  return uri.startsWith('<') && uri.endsWith('>') ? uri.slice(1, -1).trim() : uri
}

/**
 * The media type of what was captured, lower case, without parameters: of the HTTP head for a
 * response, of the record itself for a resource. null if none is given.
 */
export function contentType(record: Head, http: HttpMessage | null): string | null {
  const own = record.headers.get('content-type')
  return mediaTypeOf(http && http.status !== 0 ? http.headers.get('content-type') : own)
}

/**
 * What a response or a resource holds, as a browser sees it. A picture is what begins like one,
 * whatever it is called (an `<img>` shows what its bytes are), or is called one. A page is what is
 * called HTML or XHTML, other XML whose root is XHTML's, and what has no type or an unknown one and
 * begins like HTML (MIME Sniffing 7; not where `nosniff` forbids it).
 * `http` as `parseHttpResponse` gave it; for a resource without an HTTP head see there.
 */
export function classify(record: Head, http: HttpMessage): Captured {
  const absent = notWhole(record, http)
  if (absent) return absent
  const { body } = http
  const type = contentType(record, http)
  if (pictureType(body) !== null || type?.startsWith('image/')) return { kind: 'picture' }
  if (type === 'text/html') return { kind: 'page', xml: false }
  if (type === 'application/xhtml+xml') return { kind: 'page', xml: true }
  if (isUnknownType(type)) {
    const nosniff = /^nosniff\s*(?:,|$)/i.test(http.headers.get('x-content-type-options') ?? '')
    const found = sniffUnknown(body)
    if (found === 'text/html' && !nosniff) return { kind: 'page', xml: false }
    if (found === 'text/xml' && hasXhtmlRoot(body) === true) return { kind: 'page', xml: true }
  } else if (isXmlType(type as string) && hasXhtmlRoot(body) === true)
    return { kind: 'page', xml: true }
  return leftOut('other-type', type ?? 'no type')
}

/** Why an answer is none that shows: its status, or nothing or not all of it is there. */
function notWhole(record: Head, http: HttpMessage): LeftOut | null {
  const { status } = http
  if (record.type !== 'response' && record.type !== 'resource') {
    return leftOut('record-type', record.type)
  }
  if (status === 0) {
    if (record.type === 'response') return leftOut('no-http', contentType(record, http) ?? '')
  } else if (status === 206) {
    const range = http.headers.get('content-range') ?? ''
    if (!isWholeRange(range)) return leftOut('part-of-a-body', range || 'no Content-Range')
  } else if (status !== 200 && status !== 203) return leftOut('status', String(status))
  return http.body.length === 0 ? leftOut('empty-body', contentType(record, http) ?? '') : null
}

/** `bytes 0-41/42`: all of it (RFC 9110, 14.4). */
export function isWholeRange(range: string): boolean {
  const match = /^bytes[ \t]+0-(\d+)\/(\d+)$/i.exec(range.trim())
  return match !== null && Number(match[1]) + 1 === Number(match[2])
}

export function leftOut(reason: LeftOut['reason'], detail: string): LeftOut {
  return { kind: 'left-out', reason, detail }
}
