import { existsSync } from 'node:fs'
import { join } from 'node:path'
import SQLite from 'better-sqlite3'
import type { Database } from 'better-sqlite3'
import { AppError, systemMessage } from '#shared/errors.ts'
import { isDamage, setDatabaseAside } from './rebuild.ts'

declare const holdsDuplicates: unique symbol

/** A connection to `duplicates.db`. */
export type DuplicatesDb = Database & { readonly [holdsDuplicates]: true }

/** Another number where what is in it means something else: it is then made anew. */
const SCHEMA = 2

const SQL = `
-- Of a picture by the SHA-256 of its bytes. reason: why it has none.
CREATE TABLE fingerprints (
  key BLOB PRIMARY KEY,
  coarse BLOB,
  fine BLOB,
  -- Quantiles of its colours, see search/duplicates/colour.ts.
  colour BLOB,
  reason TEXT
) STRICT;
-- How each kind was looked for last.
CREATE TABLE groupings (
  kind TEXT PRIMARY KEY,
  -- The same where the grouping is.
  uid TEXT NOT NULL,
  made_at TEXT NOT NULL,
  threshold REAL NOT NULL,
  made_by TEXT,
  colours TEXT,
  -- Different pictures or texts that were looked at, and the highest pair there was.
  things INTEGER NOT NULL,
  up_to INTEGER NOT NULL,
  -- JSON: [{reason, n}]
  left_out TEXT NOT NULL
) STRICT, WITHOUT ROWID;
-- Pictures that have copies, their leader among them.
CREATE TABLE picture_members (
  kind TEXT NOT NULL,
  key BLOB NOT NULL,
  leader BLOB NOT NULL,
  distance REAL NOT NULL,
  view TEXT,
  colour REAL,
  PRIMARY KEY (kind, key)
) STRICT, WITHOUT ROWID;
-- Pairs whose text has copies; leader is one of them.
CREATE TABLE text_members (
  pair_id INTEGER PRIMARY KEY,
  leader INTEGER NOT NULL,
  distance REAL NOT NULL
) STRICT;
`

export const duplicatesFile = (corpusPath: string): string => join(corpusPath, 'duplicates.db')

/**
 * Opens what duplicates are found by, for writing; what is damaged or of another version is set
 * aside and made anew. Only for the writer of the corpus.
 * @returns `note`: what was made again, null mostly
 */
export function writeDuplicates(corpusPath: string): { db: DuplicatesDb; note: string | null } {
  const file = duplicatesFile(corpusPath)
  try {
    return { db: openFor(file), note: null }
  } catch (error) {
    if (!isDamage(error)) throw error
    const aside = setDatabaseAside(file)
    if (aside === null) throw error
    return {
      db: openFor(file),
      note: `${file} was damaged and has been made anew; the old one is kept as ${aside}.`,
    }
  }
}

function openFor(file: string): DuplicatesDb {
  let db = connect(file)
  if (Number(db.pragma('user_version', { simple: true })) !== SCHEMA) {
    const isEmpty = db.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined
    if (!isEmpty) {
      db.close()
      setDatabaseAside(file)
      db = connect(file)
    }
    db.transaction(() => {
      db.exec(SQL)
      db.pragma(`user_version = ${SCHEMA}`)
    })()
  }
  return db as DuplicatesDb
}

function connect(file: string): Database {
  const db = new SQLite(file, { timeout: 30_000 })
  try {
    db.pragma('page_size = 16384')
    // No WAL: it is read from a CD, too, and by connections that are opened for a moment.
    db.pragma('journal_mode = DELETE')
    db.pragma('synchronous = NORMAL')
    db.pragma('cache_size = -65536')
    db.prepare('SELECT count(*) FROM sqlite_schema').get()
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

/**
 * Reads what was found, with a connection that is closed at once; null where nothing was looked for.
 * @throws AppError `damaged`
 */
export function readDuplicates<T>(corpusPath: string, work: (db: DuplicatesDb) => T): T | null {
  const file = duplicatesFile(corpusPath)
  if (!existsSync(file)) return null
  let db: Database | null = null
  try {
    db = new SQLite(file, { readonly: true, fileMustExist: true, timeout: 30_000 })
    if (Number(db.pragma('user_version', { simple: true })) !== SCHEMA) return null
    return work(db as DuplicatesDb)
  } catch (error) {
    if (!isDamage(error)) throw error
    throw new AppError(
      'damaged',
      `${file} is damaged; it holds only what duplicates are found by, which can be made again.`,
      'Look for duplicates again: the file is then made anew.',
      { cause: error, details: systemMessage(error) },
    )
  } finally {
    db?.close()
  }
}
