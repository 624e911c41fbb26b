import { join } from 'node:path'
import type { ReaderDb } from '../open.ts'
import { statement } from '../statements.ts'

/** Folder of a corpus for the archives of what it fetched; their paths are relative to it. */
export const FETCHED = 'fetched'
const MARK = `${FETCHED}:`
/** Rows of `archives a` that the corpus wrote itself; no fingerprint of an input begins so. */
export const IS_FETCHED = `a.fingerprint >= '${MARK}' AND a.fingerprint < '${FETCHED};'`

/** Path and fingerprint of an archive of what was fetched, by the name of its file. */
export function fetchedArchive(name: string): { path: string; fingerprint: string } {
  return { path: `${FETCHED}/${name}`, fingerprint: MARK + name }
}

/** Whether an archive, by its path as it is kept, is one of the corpus. */
export function isFetchedPath(path: string): boolean {
  return path.startsWith(`${FETCHED}/`)
}

/** Where an archive lies: one of the corpus moves with it. @param path as it is kept */
export function archiveFile(corpusPath: string, path: string): string {
  return isFetchedPath(path) ? join(corpusPath, path) : path
}

/** Archives that were being written when the program ended. */
export function openFetched(db: ReaderDb): { id: number; path: string }[] {
  return statement<{ id: number; path: string }>(
    db,
    `SELECT a.id, a.path FROM archives a WHERE ${IS_FETCHED} AND a.state = 'partial' ORDER BY a.id`,
  ).all()
}

/** A record of what was fetched that holds this payload. */
export function fetchedPayload(
  db: ReaderDb,
  payloadDigest: string,
): { url: string; date: string } | null {
  return (
    statement<{ url: string; date: string }>(
      db,
      `SELECT c.url, c.date FROM captures c CROSS JOIN archives a ON a.id = c.archive_id
       WHERE c.payload_digest = ? AND c.kind = 'picture' AND c.date IS NOT NULL
         AND ${IS_FETCHED} LIMIT 1`,
    ).get(payloadDigest) ?? null
  )
}

/** How much the archives of what was fetched hold. */
export function fetchedTotals(db: ReaderDb): { archives: number; bytes: number; captures: number } {
  return statement<{ archives: number; bytes: number; captures: number }>(
    db,
    `SELECT count(*) AS archives, ifnull(sum(a.bytes), 0) AS bytes,
       ifnull(sum((SELECT count(*) FROM captures c WHERE c.archive_id = a.id)), 0) AS captures
     FROM archives a WHERE ${IS_FETCHED}`,
  ).get() as { archives: number; bytes: number; captures: number }
}
