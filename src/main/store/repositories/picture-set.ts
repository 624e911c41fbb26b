import type { ReaderDb } from '../open.ts'
import { statement } from '../statements.ts'

/** A picture whose bytes are kept. */
export interface KeptPicture {
  sha256: string
  /** By its bytes. */
  mime: string
}

/**
 * Every different picture whose bytes are kept, by its SHA-256: the same order whatever the archive.
 * @param ids only those of these pairs
 */
export function keptPictures(db: ReaderDb, ids?: ReadonlySet<number>): KeptPicture[] {
  if (!ids) {
    return statement<KeptPicture>(
      db,
      `SELECT sha256, min(coalesce(mime, '')) AS mime FROM images
       WHERE status = 'ok' AND sha256 IS NOT NULL GROUP BY sha256 ORDER BY sha256`,
    ).all()
  }
  const found = new Map<string, KeptPicture>()
  const rows = statement<KeptPicture & { id: number }>(
    db,
    `SELECT p.id AS id, i.sha256 AS sha256, coalesce(i.mime, '') AS mime
     FROM pairs p JOIN images i ON i.id = p.image_id
     WHERE i.status = 'ok' AND i.sha256 IS NOT NULL`,
  ).iterate()
  for (const { id, sha256, mime } of rows) if (ids.has(id)) found.set(sha256, { sha256, mime })
  return [...found.values()].sort((a, b) => (a.sha256 < b.sha256 ? -1 : 1))
}
