import { readFileSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import SQLite from 'better-sqlite3'
import { AppError } from '#shared/errors.ts'

/**
 * Makes this process the only one that writes to a corpus, until it lets go or dies: an exclusive
 * lock of the operating system on `writer.lock`, so that nothing stale is left after a crash.
 * `writer.json` beside it only says who holds it.
 * @throws AppError `busy` that names the holder
 */
export function lockForWriting(corpusPath: string): () => void {
  // SQLite as a portable file lock: an empty database held in an exclusive transaction.
  const lock = new SQLite(join(corpusPath, 'writer.lock'), { timeout: 0 })
  const note = join(corpusPath, 'writer.json')
  try {
    lock.pragma('journal_mode = MEMORY')
    lock.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    lock.close()
    if (!String((error as { code?: unknown }).code).startsWith('SQLITE_BUSY')) throw error
    throw new AppError(
      'busy',
      `${corpusPath} is being written to by ${holder(note)}`,
      'Close the corpus there, or open it read-only here.',
      { cause: error },
    )
  }
  const who = { pid: process.pid, host: hostname(), since: new Date().toISOString() }
  writeFileSync(note, JSON.stringify(who) + '\n')
  return () => {
    if (lock.open) lock.close()
  }
}

function holder(note: string): string {
  try {
    const who: unknown = JSON.parse(readFileSync(note, 'utf8'))
    if (typeof who === 'object' && who !== null && 'pid' in who && 'host' in who) {
      const self = who.pid === process.pid && who.host === hostname()
      const since = 'since' in who ? ` since ${String(who.since)}` : ''
      return self
        ? `this program (process ${String(who.pid)}${since})`
        : `process ${String(who.pid)} on ${String(who.host)}${since}`
    }
  } catch {
    // Not there or not yet written: the lock is what counts.
  }
  return 'another program'
}
