import { pictureType } from '#shared/picture-type.ts'
import { leftOut } from './classify.ts'
import { peek } from './codings.ts'
import { STATUS_LINE } from './http.ts'
import { hasXhtmlRoot, isUnknownType, isXmlType, mediaTypeOf } from './media-type.ts'
import type { LeftOut, WarcRecord } from './types.ts'

const CONTENT_TYPE = /^content-type:[ \t]*([^\r\n]*)/gim
const CONTENT_ENCODING = /^content-encoding:[ \t]*([^\r\n]*)/im
const TRANSFER_ENCODING = /^transfer-encoding:[ \t]*([^\r\n]*)/im
/** Of the stored body: enough for a picture's first bytes behind the tables of a coding. */
const PEEK_BYTES = 768

/**
 * Why a record need not be read, by a look at its head and its first bytes: most of an archive is
 * neither page nor picture, and need not be copied to another thread. null: read it and see
 * (`classify`), also in doubt. The block of a type that is never read may be empty.
 */
export function glance(record: Pick<WarcRecord, 'type' | 'headers' | 'block'>): LeftOut | null {
  const { type, block } = record
  if (type === 'revisit') return null
  if (type !== 'response' && type !== 'resource') return leftOut('record-type', type)
  if (block.length === 0) return leftOut('empty-body', '')
  const bytes = Buffer.from(block.buffer, block.byteOffset, block.length)
  const head = bytes.subarray(0, 4096)
  const end = head.indexOf('\r\n\r\n')
  const text = head.toString('latin1', 0, end < 0 ? head.length : end)
  const status = STATUS_LINE.exec(text)?.[1]
  if (status === undefined) {
    const own = mediaTypeOf(record.headers.get('content-type'))
    if (type === 'response') return leftOut('no-http', own ?? '')
    // A record around HTTP says nothing about what is in it.
    return own === 'application/http' ? null : byTypeAndBytes(own, bytes.subarray(0, PEEK_BYTES))
  }
  if (status.startsWith('1') || /^(?:30[12378]|206)$/.test(status)) return null
  if (status !== '200' && status !== '203') return leftOut('status', status)
  // No plain head: whoever reads it takes it apart with care.
  if (end < 0) return null
  const types = [...text.matchAll(CONTENT_TYPE)]
  if (types.length !== 1) return null
  const stated = mediaTypeOf(types[0]?.[1])
  const part = storedPart(bytes.subarray(end + 4, end + 4 + PEEK_BYTES), text)
  return part && byTypeAndBytes(stated, part)
}

function byTypeAndBytes(type: string | null, start: Uint8Array): LeftOut | null {
  if (type === null || isUnknownType(type)) return null
  if (/^(?:text\/html|application\/xhtml\+xml)$|^image\//.test(type)) return null
  if (isXmlType(type) && hasXhtmlRoot(start) !== false) return null
  return pictureType(start) === null ? leftOut('other-type', type) : null
}

/** The beginning of the decoded body; null where only a full reading tells. */
function storedPart(stored: Buffer, head: string): Buffer | null {
  const transfer = TRANSFER_ENCODING.exec(head)?.[1]?.trim().toLowerCase()
  let part = stored
  if (transfer === 'chunked') {
    const line = /^[0-9a-f]{1,8}[ \t]*(?:;[^\r\n]*)?\r?\n/i.exec(stored.toString('latin1', 0, 64))
    if (line) part = stored.subarray(line[0].length)
  } else if (transfer !== undefined && transfer !== 'identity') return null
  if (pictureType(part) !== null) return part
  const coding = CONTENT_ENCODING.exec(head)?.[1]?.trim().toLowerCase() ?? ''
  return coding.includes(',') ? null : peek(part, coding)
}
