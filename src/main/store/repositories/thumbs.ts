import { dirname } from 'node:path'
import { AppError, systemMessage } from '#shared/errors.ts'
import type { ThumbsDb } from '../open.ts'
import { askForCheck, isDamage } from '../rebuild.ts'

/** A small picture: longest side at most 320 px, WebP. */
export interface Thumb {
  width: number
  height: number
  mime: string
  bytes: Uint8Array
}

/** @throws AppError `damaged`, as all of these */
export function getThumb(db: ThumbsDb, sha256: string): Thumb | null {
  const row = named(db, () =>
    db
      .prepare<[string], Thumb>('SELECT width, height, mime, bytes FROM thumbs WHERE sha256 = ?')
      .get(sha256),
  )
  return row ?? null
}

export function hasThumb(db: ThumbsDb, sha256: string): boolean {
  return (
    named(db, () => db.prepare('SELECT 1 FROM thumbs WHERE sha256 = ?').get(sha256)) !== undefined
  )
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
  named(db, () =>
    db.transaction(() => {
      for (const { sha256, thumb } of thumbs) putThumb(db, sha256, thumb)
    })(),
  )
}

/** Damage is said of this file, not of the corpus, and made good at the next opening. */
function named<T>(db: ThumbsDb, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!isDamage(error)) throw error
    askForCheck(dirname(db.name))
    throw new AppError(
      'damaged',
      `${db.name} is damaged; it holds only thumbnails, which can be made again.`,
      'Open the corpus again: the file is then made anew. Looking for pictures fills it.',
      { cause: error, details: systemMessage(error) },
    )
  }
}
