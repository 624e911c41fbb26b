import type { ReaderDb } from '../open.ts'
import { statement } from '../statements.ts'

/**
 * Pictures with a text that belongs to them, each picture once, the first by their SHA-256: a
 * sample that no order of the archive shapes and that is the same every time.
 */
export function checkSample(
  db: ReaderDb,
  args: { limit: number },
): { sha256: string; text: string }[] {
  return statement<{ sha256: string; text: string }>(
    db,
    `SELECT i.sha256 AS sha256, min(coalesce(nullif(p.alt, ''), nullif(p.caption, ''), '')) AS text
     FROM images i JOIN pairs p ON p.image_id = i.id
     WHERE i.status = 'ok' AND i.sha256 IS NOT NULL
     GROUP BY i.sha256 ORDER BY i.sha256 LIMIT @limit`,
  ).all(args)
}
