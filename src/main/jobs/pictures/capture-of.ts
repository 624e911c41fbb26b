import { sha256Of } from '../../files/digest.ts'
import type { NewCapture } from '../../store/repositories/captures.ts'
import { classify, contentType, parseHttpResponse } from '../../warc/index.ts'

/** A record of what was fetched, as its header names it. */
export interface FetchedRecord {
  type: 'response' | 'revisit'
  archiveId: number
  offset: number
  url: string
  date: string
  payloadDigest: string | null
  refersTo: { url: string | null; date: string | null } | null
}

const REDIRECTS = new Set([301, 302, 303, 307, 308])

/** What an answer is to the address that was asked; null where it leads to no picture. */
export function captureOf(record: FetchedRecord, block: Uint8Array): NewCapture | null {
  const { type, refersTo, ...place } = record
  const http = parseHttpResponse(block)
  const head = { type, headers: new Map<string, string>() }
  const capture = { ...place, mime: contentType(head, http), sha256: null, bytes: 0 }
  const refers = { refersToUrl: refersTo?.url ?? null, refersToDate: refersTo?.date ?? null }
  if (REDIRECTS.has(http.status)) {
    const to = http.headers.get('location')
    if (to === undefined || !URL.canParse(to, record.url)) return null
    const refersToUrl = new URL(to, record.url).href
    return { ...capture, kind: 'redirect', mime: null, refersToUrl, refersToDate: null }
  }
  if (type === 'revisit') return { ...capture, kind: 'revisit', ...refers }
  if (classify(head, http).kind !== 'picture') return null
  return {
    ...{ ...capture, ...refers, kind: 'picture' },
    ...{ sha256: sha256Of(http.body), bytes: http.body.length },
  }
}
