import { createHash } from 'node:crypto'
import { join } from 'node:path'
import SQLite from 'better-sqlite3'
import type { Database } from 'better-sqlite3'
import type { ReaderDb } from '../open.ts'
import { statement } from '../statements.ts'

declare const holdsTexts: unique symbol

/** A connection to `texts.db`, the index of a corpus's texts. */
export type TextsDb = Database & { readonly [holdsTexts]: true }

/** `PRAGMA application_id`: "GLTX". */
const APPLICATION_ID = 0x474c5458
/** `PRAGMA user_version`: another is made anew. Raise it where words or letters are cut otherwise. */
const FORMAT = 1

/**
 * No text itself is in it, only where it stands: `words` for whole words with their order, the
 * others for any three letters in a row, without places (candidates are looked at in the corpus).
 * What is put in are words that `searchWords` cut, with spaces between them, so that the tokenizer
 * has nothing to decide.
 */
const SCHEMA = `
CREATE TABLE state (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE VIRTUAL TABLE words USING fts5(alt, caption, title, before, after, page,
  content='', tokenize='ascii');
CREATE VIRTUAL TABLE near_letters USING fts5(text,
  content='', detail='none', columnsize=0, tokenize='trigram case_sensitive 1');
CREATE VIRTUAL TABLE far_letters USING fts5(text,
  content='', detail='none', columnsize=0, tokenize='trigram case_sensitive 1');
CREATE VIRTUAL TABLE spans USING fts5(quote, content='', tokenize='ascii');
PRAGMA user_version = ${FORMAT};
`
const TABLES = ['state', 'words', 'near_letters', 'far_letters', 'spans']

export function textsFile(corpusPath: string): string {
  return join(corpusPath, 'texts.db')
}

/** How far the index is. */
export interface TextsState {
  /** All pairs up to this id are in it. */
  upTo: number
  /** How many these are. */
  pairs: number
  /** The set of spans that is in it, up to the pair `upTo`. */
  spans: { set: number; upTo: number }
  /** What the last pairs that were put in say, to see that it belongs to the corpus. */
  check: { after: number; digest: string } | null
}

const EMPTY: TextsState = { upTo: 0, pairs: 0, spans: { set: 0, upTo: 0 }, check: null }

/** Opens the index for writing, made where there is none or one of another format. */
export function openTextsForWriting(corpusPath: string): TextsDb {
  const db = new SQLite(textsFile(corpusPath), { timeout: 5000 })
  try {
    db.pragma('page_size = 16384')
    db.pragma(`application_id = ${APPLICATION_ID}`)
    db.pragma('journal_mode = WAL')
    // Lost rows are put in again.
    db.pragma('synchronous = NORMAL')
    db.pragma('cache_size = -65536')
    db.pragma('temp_store = MEMORY')
    db.pragma('journal_size_limit = 67108864')
    if (Number(db.pragma('user_version', { simple: true })) !== FORMAT) emptyTexts(db as TextsDb)
    readTextsState(db as TextsDb)
  } catch (error) {
    db.close()
    throw error
  }
  return db as TextsDb
}

/** Opens it for reading; null where it is of another format. @throws where it cannot be read */
export function openTextsForReading(corpusPath: string): TextsDb | null {
  const db = new SQLite(textsFile(corpusPath), {
    readonly: true,
    fileMustExist: true,
    timeout: 1000,
  })
  try {
    const isOurs = Number(db.pragma('application_id', { simple: true })) === APPLICATION_ID
    if (isOurs && Number(db.pragma('user_version', { simple: true })) === FORMAT) {
      db.pragma('query_only = ON')
      db.pragma('cache_size = -32768')
      return db as TextsDb
    }
    db.close()
    return null
  } catch (error) {
    db.close()
    throw error
  }
}

/** Takes everything out. */
export function emptyTexts(db: TextsDb): void {
  db.transaction(() => {
    for (const table of TABLES) db.exec(`DROP TABLE IF EXISTS ${table}`)
    db.exec(SCHEMA)
  })()
}

export function readTextsState(db: TextsDb): TextsState {
  const row = db.prepare<[], { value: string }>("SELECT value FROM state WHERE key = 'state'").get()
  return row ? (JSON.parse(row.value) as TextsState) : EMPTY
}

export function writeTextsState(db: TextsDb, state: TextsState): void {
  statement(db, "INSERT OR REPLACE INTO state (key, value) VALUES ('state', ?)").run(
    JSON.stringify(state),
  )
}

/** Texts of a pair, as they are put in. */
export interface IndexedRow {
  id: number
  alt: string | null
  caption: string | null
  title: string | null
  before: string | null
  after: string | null
  page: string | null
}

/** The next pairs after an id, in order of id. */
export function textRows(corpus: ReaderDb, after: number, limit: number): IndexedRow[] {
  return statement<IndexedRow>(
    corpus,
    `SELECT p.id, p.alt, p.caption, p.title, c.before, c.after, g.title AS page
     FROM pairs p CROSS JOIN pages g ON g.id = p.page_id LEFT JOIN contexts c ON c.pair_id = p.id
     WHERE p.id > ? ORDER BY p.id LIMIT ?`,
  ).all(after, limit)
}

export function digestOf(rows: readonly IndexedRow[]): string {
  return createHash('sha256').update(JSON.stringify(rows)).digest('hex')
}

/**
 * Whether the index is one of this corpus as it is: pairs never change once they are written, so that
 * it is enough to look at the last ones. Another does not fit where a folder was put together from
 * two copies.
 */
export function belongsTo(state: TextsState, corpus: ReaderDb): boolean {
  if (state.check === null) return state.upTo === 0
  const rows = textRows(corpus, state.check.after, CHECKED).filter(({ id }) => id <= state.upTo)
  return rows.at(-1)?.id === state.upTo && digestOf(rows) === state.check.digest
}

/** Pairs whose texts the check looks at. */
export const CHECKED = 200
