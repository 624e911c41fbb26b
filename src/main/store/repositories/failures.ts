import type { Failure } from '#shared/contract/corpora.ts'
import type { WriterDb } from '../open.ts'
import { statement, transaction } from '../statements.ts'

export interface NewFailure {
  stage: Failure['stage']
  /** Short and stable, for counting. */
  reason: string
  archiveId?: number | null
  offset?: number | null
  url?: string | null
  detail?: string | null
}

/** Longer details add nothing that one could read. */
const MAX_DETAIL = 2000

export function insertFailure(db: WriterDb, failure: NewFailure): void {
  statement(
    db,
    `INSERT INTO failures (stage, reason, archive_id, offset, url, detail) VALUES (?, ?, ?, ?, ?, ?)`,
  ).run(
    failure.stage,
    failure.reason,
    failure.archiveId ?? null,
    failure.offset ?? null,
    failure.url ?? null,
    failure.detail?.slice(0, MAX_DETAIL) ?? null,
  )
}

/** Forgets failures of a stage, before it is tried again. `url`: only that one. */
export function clearFailures(db: WriterDb, stage: Failure['stage'], url?: string): void {
  if (url === undefined) statement(db, 'DELETE FROM failures WHERE stage = ?').run(stage)
  else statement(db, 'DELETE FROM failures WHERE stage = ? AND url = ?').run(stage, url)
}

/** Notes what an archive as a whole failed by, once however often it is tried. */
export function putArchiveFailure(
  db: WriterDb,
  archiveId: number,
  failure: { reason: string; detail: string },
): void {
  transaction(db, () => {
    statement(
      db,
      `DELETE FROM failures WHERE archive_id = ? AND stage = 'archive' AND reason = ?`,
    ).run(archiveId, failure.reason)
    insertFailure(db, { stage: 'archive', archiveId, ...failure })
  })
}

/** Notes that an input could not be read, once for each reason however often it is tried. */
export function putInputFailure(
  db: WriterDb,
  failure: { name: string; reason: string; detail: string },
): void {
  const { name, reason, detail } = failure
  transaction(db, () => {
    statement(
      db,
      `DELETE FROM failures WHERE stage = 'archive' AND archive_id IS NULL AND reason = ? AND url = ?`,
    ).run(reason, name)
    insertFailure(db, { stage: 'archive', reason, url: name, detail })
  })
}

/** Forgets that an input could not be read, before it is tried again. */
export function clearInputFailures(db: WriterDb, name: string): void {
  statement(
    db,
    `DELETE FROM failures WHERE stage = 'archive' AND archive_id IS NULL AND url = ?`,
  ).run(name)
}
