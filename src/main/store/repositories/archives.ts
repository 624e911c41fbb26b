import { basename, dirname } from 'node:path'
import { AppError } from '#shared/errors.ts'
import type { ReaderDb, WriterDb } from '../open.ts'
import { statement } from '../statements.ts'

/** An input of the corpus. `path` is the archive's name in full, e.g. `/a/b.wacz!archive/data.warc.gz`. */
export interface ArchiveRow {
  id: number
  path: string
  name: string
  bytes: number
  fingerprint: string
  sha256: string | null
  state: 'partial' | 'complete'
  nextOffset: number
  software: string
  ingestedAt: string
}

const COLUMNS = `id, path, name, bytes, fingerprint, sha256, state, next_offset AS nextOffset,
  software, ingested_at AS ingestedAt`

export function archiveByFingerprint(db: ReaderDb, fingerprint: string): ArchiveRow | null {
  return (
    statement<ArchiveRow>(db, `SELECT ${COLUMNS} FROM archives WHERE fingerprint = ?`).get(
      fingerprint,
    ) ?? null
  )
}

function getArchive(db: ReaderDb, id: number): ArchiveRow {
  const row = statement<ArchiveRow>(db, `SELECT ${COLUMNS} FROM archives WHERE id = ?`).get(id)
  if (!row) throw new AppError('not-found', `there is no archive ${id} in this corpus`)
  return row
}

export function listArchives(db: ReaderDb): ArchiveRow[] {
  return statement<ArchiveRow>(db, `SELECT ${COLUMNS} FROM archives ORDER BY id`).all()
}

/** When an archive was last added: ISO; null where there is none. */
export function lastIngestedAt(db: ReaderDb): string | null {
  return (
    statement<{ at: string | null }>(db, 'SELECT max(ingested_at) AS at FROM archives').get()?.at ??
    null
  )
}

/** Adds an archive that is about to be read, as `partial`. */
export function addArchive(
  db: WriterDb,
  archive: Pick<ArchiveRow, 'path' | 'bytes' | 'fingerprint' | 'software'> & { name?: string },
): ArchiveRow {
  const { lastInsertRowid } = statement(
    db,
    `INSERT INTO archives (path, name, bytes, fingerprint, state, software, ingested_at)
     VALUES (?, ?, ?, ?, 'partial', ?, ?)`,
  ).run(
    archive.path,
    archive.name ?? archiveName(archive.path),
    archive.bytes,
    archive.fingerprint,
    archive.software,
    new Date().toISOString(),
  )
  return getArchive(db, Number(lastInsertRowid))
}

/** The file's own name; of an entry of a WACZ, the WACZ's name with the entry behind it. */
function archiveName(path: string): string {
  const bang = path.indexOf('!')
  return bang < 0 ? basename(path) : basename(path.slice(0, bang)) + path.slice(bang)
}

/** Forgets an archive that nothing was taken from. */
export function removeArchive(db: WriterDb, id: number): void {
  statement(db, 'DELETE FROM archives WHERE id = ?').run(id)
}

/** The same archive was given under another name: this is where it is now. */
export function moveArchive(
  db: WriterDb,
  id: number,
  path: string,
  name = archiveName(path),
): void {
  statement(db, 'UPDATE archives SET path = ?, name = ? WHERE id = ?').run(path, name, id)
}

/**
 * `corpora.relocateArchive`: the archive at `from` is now at `to`.
 * @param fingerprint of the file at `to`
 * @throws AppError `not-found`; `conflict` if the file is another one
 */
export function relocateArchive(db: WriterDb, from: string, to: string, fingerprint: string): void {
  const row = statement<ArchiveRow>(
    db,
    `SELECT ${COLUMNS} FROM archives WHERE path = ? OR name = ? ORDER BY path = ? DESC LIMIT 1`,
  ).get(from, from, from)
  if (!row) throw new AppError('not-found', `this corpus has no archive ${from}`)
  if (row.fingerprint !== fingerprint) {
    throw new AppError(
      'conflict',
      `${to} is not the archive that was ingested from ${row.path}: its content differs`,
      'Choose the same file, or ingest this one as a new archive.',
    )
  }
  // A table of a split keeps its folder in its name.
  const hasFolder = row.name.includes('/') && !row.name.includes('!')
  moveArchive(db, row.id, to, hasFolder ? `${basename(dirname(to))}/${basename(to)}` : undefined)
}

/** Reading goes on at `nextOffset`. Call it in the transaction that keeps what was read before it. */
export function advanceArchive(db: WriterDb, id: number, nextOffset: number): void {
  statement(db, 'UPDATE archives SET next_offset = ? WHERE id = ?').run(nextOffset, id)
}

export function completeArchive(
  db: WriterDb,
  id: number,
  result: { sha256: string | null; bytes: number },
): void {
  statement(
    db,
    `UPDATE archives SET state = 'complete', sha256 = coalesce(?, sha256), bytes = ? WHERE id = ?`,
  ).run(result.sha256, result.bytes, id)
}

/**
 * Adds to the counts of records by type, and of pictures not paired by rule: those that are counted
 * with their page, and others.
 */
export function addCounts(
  db: WriterDb,
  archiveId: number,
  counts: {
    records?: Record<string, number>
    notPaired?: Record<string, number>
    notPairedOnPages?: Record<string, number>
  },
): void {
  for (const [type, n] of Object.entries(counts.records ?? {})) {
    statement(
      db,
      `INSERT INTO record_counts (archive_id, type, n) VALUES (?, ?, ?)
       ON CONFLICT (archive_id, type) DO UPDATE SET n = n + excluded.n`,
    ).run(archiveId, type, n)
  }
  const addNotPaired = (rule: string, n: number, elsewhere: number): void =>
    void statement(
      db,
      `INSERT INTO not_paired (archive_id, rule, n, elsewhere) VALUES (?, ?, ?, ?)
       ON CONFLICT (archive_id, rule) DO UPDATE
         SET n = n + excluded.n, elsewhere = elsewhere + excluded.elsewhere`,
    ).run(archiveId, rule, n, elsewhere)
  for (const [rule, n] of Object.entries(counts.notPaired ?? {})) addNotPaired(rule, n, n)
  for (const [rule, n] of Object.entries(counts.notPairedOnPages ?? {})) addNotPaired(rule, n, 0)
}
