import type { ThumbsDb } from '../open.ts'

/** A small picture: longest side at most 320 px, WebP. */
export interface Thumb {
  width: number
  height: number
  mime: string
  bytes: Uint8Array
}

export function getThumb(db: ThumbsDb, sha256: string): Thumb | null {
  const row = db
    .prepare<[string], Thumb>('SELECT width, height, mime, bytes FROM thumbs WHERE sha256 = ?')
    .get(sha256)
  return row ?? null
}

export function hasThumb(db: ThumbsDb, sha256: string): boolean {
  return db.prepare('SELECT 1 FROM thumbs WHERE sha256 = ?').get(sha256) !== undefined
}

export function putThumb(db: ThumbsDb, sha256: string, thumb: Thumb): void {
  db.prepare(
    `INSERT INTO thumbs (sha256, width, height, mime, bytes) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (sha256) DO UPDATE SET
       width = excluded.width, height = excluded.height, mime = excluded.mime, bytes = excluded.bytes`,
  ).run(sha256, thumb.width, thumb.height, thumb.mime, thumb.bytes)
}

/** Several at once, in one transaction. */
export function putThumbs(db: ThumbsDb, thumbs: readonly { sha256: string; thumb: Thumb }[]): void {
  db.transaction(() => {
    for (const { sha256, thumb } of thumbs) putThumb(db, sha256, thumb)
  })()
}
