import type { ReaderDb } from '../open.ts'
import { statement } from '../statements.ts'

/** A picture whose bytes are kept. */
export interface KeptPicture {
  sha256: string
  /** By its bytes. */
  mime: string
  width: number | null
  height: number | null
  bytes: number | null
}

/**
 * Every different picture whose bytes are kept, by its SHA-256: the same order whatever the archive.
 * @param ids only those of these pairs
 */
export function keptPictures(db: ReaderDb, ids?: ReadonlySet<number>): KeptPicture[] {
  if (!ids) {
    return statement<KeptPicture>(
      db,
      `SELECT sha256, min(coalesce(mime, '')) AS mime, max(width) AS width, max(height) AS height,
         max(bytes) AS bytes FROM images
       WHERE status = 'ok' AND sha256 IS NOT NULL GROUP BY sha256 ORDER BY sha256`,
    ).all()
  }
  const found = new Map<string, KeptPicture>()
  const rows = statement<KeptPicture & { id: number }>(
    db,
    `SELECT p.id AS id, i.sha256 AS sha256, coalesce(i.mime, '') AS mime, i.width, i.height, i.bytes
     FROM pairs p JOIN images i ON i.id = p.image_id
     WHERE i.status = 'ok' AND i.sha256 IS NOT NULL`,
  ).iterate()
  for (const { id, ...kept } of rows) if (ids.has(id)) found.set(kept.sha256, kept)
  return [...found.values()].sort((a, b) => (a.sha256 < b.sha256 ? -1 : 1))
}

/** The pictures that pairs show, by SHA-256: one of their addresses and the pairs, ascending. */
export function pairsOfPictures(
  db: ReaderDb,
  ids: Int32Array,
): Map<string, { url: string; pairs: number[] }> {
  const find = statement<{ sha256: string; url: string }>(
    db,
    `SELECT i.sha256, i.url FROM pairs p JOIN images i ON i.id = p.image_id
     WHERE p.id = ? AND i.status = 'ok' AND i.sha256 IS NOT NULL`,
  )
  const found = new Map<string, { url: string; pairs: number[] }>()
  for (const id of ids) {
    const row = find.get(id)
    if (!row) continue
    const known = found.get(row.sha256)
    if (known) known.pairs.push(id)
    else found.set(row.sha256, { url: row.url, pairs: [id] })
  }
  return found
}
