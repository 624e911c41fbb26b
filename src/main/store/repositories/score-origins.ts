import { AppError } from '#shared/errors.ts'
import type { ReaderDb, WriterDb } from '../open.ts'
import { statement } from '../statements.ts'
import { findModel } from './models.ts'

const KEY = 'score-origin '

/** Whether scores came with a table, made elsewhere. */
export function isImported(manifest: string): boolean {
  try {
    return (JSON.parse(manifest) as { family?: unknown } | null)?.family === 'imported'
  } catch {
    // A corpus may come from somebody else.
    return false
  }
}

/** The model that somebody said imported scores are from, by the digest they stand under. */
export function scoreOrigin(db: ReaderDb, digest: string): string | null {
  const row = statement<{ value: string }>(db, 'SELECT value FROM meta WHERE key = ?').get(
    KEY + digest,
  )
  return row?.value ?? null
}

/**
 * Says which model imported scores are from; null takes it back.
 * @param model as people name the scores
 * @throws AppError `not-found`; `invalid-input` for scores that were made here, which name their model
 */
export function putScoreOrigin(db: WriterDb, model: string, origin: string | null): void {
  const { digest, manifest, publicId } = findModel(db, model)
  if (!isImported(manifest)) {
    throw new AppError(
      'invalid-input',
      `The scores of ${publicId} were made here, by that model.`,
      'Name scores that were imported.',
    )
  }
  if (origin === null) {
    statement(db, 'DELETE FROM meta WHERE key = ?').run(KEY + digest)
    return
  }
  statement(
    db,
    'INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
  ).run(KEY + digest, origin)
}
