import { normalAddress } from '#shared/address.ts'
import type { WriterDb } from '../open.ts'
import { statement } from '../statements.ts'

/** What a record is to the address it was captured under. */
export type CaptureKind = 'picture' | 'revisit' | 'redirect'

/** A picture in an archive, or what points to one (`sha256` null). */
export interface NewCapture {
  kind: CaptureKind
  archiveId: number
  offset: number
  url: string
  date: string | null
  mime: string | null
  sha256: string | null
  bytes: number
  payloadDigest: string | null
  refersToUrl: string | null
  refersToDate: string | null
}

/** @returns false where there is one at its place already, which stays */
export function insertCapture(db: WriterDb, capture: NewCapture): boolean {
  const key = normalAddress(capture.url)
  const { changes } = statement(
    db,
    `INSERT INTO captures (kind, archive_id, offset, url, key, date, mime, sha256, bytes, payload_digest,
       refers_to_url, refers_to_date)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (archive_id, offset) DO NOTHING`,
  ).run(
    capture.kind,
    capture.archiveId,
    capture.offset,
    capture.url,
    key === capture.url ? null : key,
    capture.date,
    capture.mime,
    capture.sha256,
    capture.bytes,
    capture.payloadDigest,
    capture.refersToUrl,
    capture.refersToDate,
  )
  return changes === 1
}
