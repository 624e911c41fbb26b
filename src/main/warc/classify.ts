import { pictureType } from '#shared/picture-type.ts'
import type { HttpMessage, WarcRecord } from './types.ts'

type Head = Pick<WarcRecord, 'type' | 'headers'>

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
  const stated = http && http.status !== 0 ? http.headers.get('content-type') : own
  const type = stated?.split(/[;,]/, 1)[0]?.trim().toLowerCase()
  return type ? type : null
}

/**
 * A page: response with status 200 or resource, a type that says HTML, a body that is not empty.
 * `http` as `parseHttpResponse` gave it; for a resource without an HTTP head see there.
 */
export function isPage(record: Head, http: HttpMessage): boolean {
  if (!captured(record, http)) return false
  const type = contentType(record, http)
  return type === 'text/html' || type === 'application/xhtml+xml'
}

/**
 * A picture: response with status 200 or resource, a type that says image. Where the type is
 * missing or says nothing (application/octet-stream, binary/octet-stream), the first bytes decide.
 */
export function isImage(record: Head, http: HttpMessage): boolean {
  if (!captured(record, http)) return false
  const type = contentType(record, http)
  if (type?.startsWith('image/')) return true
  const silent =
    type === null || /^(application|binary)\/(octet-stream|unknown|x-unknown)$/.test(type)
  return silent && pictureType(http.body) !== null
}

function captured(record: Head, http: HttpMessage): boolean {
  if (http.body.length === 0) return false
  if (record.type === 'response') return http.status === 200
  return record.type === 'resource' && (http.status === 0 || http.status === 200)
}
