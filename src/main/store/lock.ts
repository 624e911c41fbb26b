import { readFileSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import SQLite from 'better-sqlite3'
import type { Database } from 'better-sqlite3'
import { AppError } from '#shared/errors.ts'
import { isDamage, setDatabaseAside } from './rebuild.ts'

export interface WriterLock {
  release(): void
  /** What had to be made again, null mostly. */
  note: string | null
}

/**
 * Makes this process the only one that writes to a corpus, until it lets go or dies: an exclusive
 * lock of the operating system on `writer.lock`, so that nothing stale is left after a crash.
 * `writer.json` beside it only says who holds it.
 * @throws AppError `busy` that names the holder
 */
export function lockForWriting(corpusPath: string): WriterLock {
  const file = join(corpusPath, 'writer.lock')
  const note = join(corpusPath, 'writer.json')
  let rebuilt: string | null = null
  let lock: Database
  try {
    lock = hold(file)
  } catch (error) {
    if (String((error as { code?: unknown }).code).startsWith('SQLITE_BUSY')) {
      throw new AppError(
        'busy',
        `${corpusPath} is being written to by ${holder(note)}.`,
        'Close the corpus there to change it here; until then it can be read.',
        { cause: error },
      )
    }
    if (!isDamage(error) || setDatabaseAside(file) === null) throw error
    lock = hold(file)
    rebuilt = `${file} was damaged and has been made again; nothing of the corpus was in it.`
  }
  const who = { pid: process.pid, host: hostname(), since: new Date().toISOString() }
  try {
    writeFileSync(note, JSON.stringify(who) + '\n')
  } catch {
    // A full disk: the lock is what counts.
  }
  return { release: () => void (lock.open && lock.close()), note: rebuilt }
}

/** SQLite as a portable file lock: an empty database held in an exclusive transaction. */
function hold(file: string): Database {
  const lock = new SQLite(file, { timeout: 0 })
  try {
    lock.pragma('journal_mode = MEMORY')
    lock.exec('BEGIN EXCLUSIVE')
    return lock
  } catch (error) {
    lock.close()
    throw error
  }
}

function holder(note: string): string {
  try {
    const who: unknown = JSON.parse(readFileSync(note, 'utf8'))
    if (typeof who === 'object' && who !== null && 'pid' in who && 'host' in who) {
      const self = who.pid === process.pid && who.host === hostname()
      const since = 'since' in who ? sinceWhen(String(who.since)) : ''
      return self
        ? `this program (process ${String(who.pid)}${since})`
        : `process ${String(who.pid)} on ${String(who.host)}${since}`
    }
  } catch {
    // Not there or not yet written: the lock is what counts.
  }
  return 'another program'
}

/** By the clock on the wall: `2026-11-30 11:40`, as Swedes write it. */
function sinceWhen(text: string): string {
  const time = new Date(text)
  if (Number.isNaN(time.getTime())) return ''
  const shown = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'short' })
  return ` since ${shown.format(time)}`
}
