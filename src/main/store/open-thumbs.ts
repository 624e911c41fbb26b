import { existsSync } from 'node:fs'
import { join } from 'node:path'
import SQLite from 'better-sqlite3'
import type { Database } from 'better-sqlite3'
import { isDamage, setDatabaseAside } from './rebuild.ts'
import { rest } from './rest.ts'

declare const holdsThumbs: unique symbol

/** A connection to `thumbs.db`. */
export type ThumbsDb = Database & { readonly [holdsThumbs]: true }

const THUMBS_SCHEMA = `
CREATE TABLE IF NOT EXISTS thumbs (
  sha256 TEXT PRIMARY KEY,
  width INTEGER NOT NULL,
  height INTEGER NOT NULL,
  mime TEXT NOT NULL,
  bytes BLOB NOT NULL
) STRICT`

export interface OpenedThumbs {
  db: ThumbsDb
  /** What had to be made again, null mostly. */
  note: string | null
  close(): void
}

/**
 * Thumbnails can be made again: a `thumbs.db` that is gone, damaged or cannot be read closes no
 * corpus. For writing a new one takes its place; for reading there are none, and the pictures
 * themselves are shown.
 * @param isSuspect damage was found before: every page is looked at
 */
export function openThumbs(
  corpusPath: string,
  { readonly, isSuspect }: { readonly: boolean; isSuspect: boolean },
): OpenedThumbs {
  const file = join(corpusPath, 'thumbs.db')
  if (readonly) {
    try {
      return existsSync(file) ? opened(readThumbs(file), null) : opened(noThumbs(), null)
    } catch {
      return opened(noThumbs(), `${file} cannot be read; pictures are shown without thumbnails.`)
    }
  }
  try {
    return opened(writeThumbs(file, isSuspect), null)
  } catch (error) {
    if (!isDamage(error)) throw error
    const aside = setDatabaseAside(file)
    if (aside === null) throw error
    return opened(
      writeThumbs(file, false),
      `${file} was damaged and has been made anew, empty; the old one is kept as ${aside}. Look for the pictures again to fill it.`,
    )
  }
}

function opened(db: Database, note: string | null): OpenedThumbs {
  return {
    db: db as ThumbsDb,
    note,
    close() {
      rest(db)
      db.close()
    },
  }
}

function noThumbs(): Database {
  const empty = new SQLite(':memory:')
  empty.exec(THUMBS_SCHEMA)
  return empty
}

function readThumbs(file: string): Database {
  const db = new SQLite(file, { readonly: true, timeout: 5000 })
  return checked(db)
}

function writeThumbs(file: string, isSuspect: boolean): Database {
  const db = new SQLite(file, { timeout: 5000 })
  try {
    db.pragma('page_size = 16384')
    db.pragma('journal_mode = WAL')
    db.pragma('synchronous = NORMAL')
    db.pragma('cache_size = -16384')
    db.exec(THUMBS_SCHEMA)
    if (isSuspect && db.pragma('quick_check(1)', { simple: true }) !== 'ok') {
      throw Object.assign(new Error('the check found damage'), { code: 'SQLITE_CORRUPT' })
    }
  } catch (error) {
    db.close()
    throw error
  }
  return checked(db)
}

function checked(db: Database): Database {
  try {
    db.prepare('SELECT sha256, width, height, mime, bytes FROM thumbs LIMIT 1').get()
    return db
  } catch (error) {
    db.close()
    throw error
  }
}
