import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import SQLite from 'better-sqlite3'
import type { Database } from 'better-sqlite3'
import { AppError } from '#shared/errors.ts'
import { withStoreErrors } from './errors.ts'
import { lockForWriting } from './lock.ts'
import { migrate, refuseNewer } from './migrate.ts'
import type { Migration } from './migrate.ts'
import { rest } from './rest.ts'

declare const holdsPrompts: unique symbol
declare const writesPrompts: unique symbol

/** A connection to the `prompts.db` of a prompt base that may read. */
export type PromptDb = Database & { readonly [holdsPrompts]: true }
/** The one that may write. */
export type PromptWriter = PromptDb & { readonly [writesPrompts]: true }

/** "GLNP". */
const APPLICATION_ID = 0x474c4e50
const FILE = 'prompts.db'

/** Nothing that was added is changed or deleted: a cleaning says of prompts why they are out. */
const migrations: readonly Migration[] = [
  {
    name: '001-prompts',
    sql: `
CREATE TABLE sources (
  id INTEGER PRIMARY KEY,
  path TEXT NOT NULL,
  column_name TEXT,
  sha256 TEXT NOT NULL,
  -- Rows of the file that were read; where the reading goes on.
  rows INTEGER NOT NULL DEFAULT 0,
  added INTEGER NOT NULL DEFAULT 0,
  same INTEGER NOT NULL DEFAULT 0,
  failed INTEGER NOT NULL DEFAULT 0,
  is_done INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE prompts (
  id INTEGER PRIMARY KEY,
  text TEXT NOT NULL UNIQUE,
  source INTEGER NOT NULL REFERENCES sources (id),
  row INTEGER NOT NULL,
  -- Rows of all sources that it stands in.
  times INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE TABLE cleanings (
  id INTEGER PRIMARY KEY,
  at TEXT NOT NULL,
  rules TEXT NOT NULL,
  -- Prompts up to this id were looked at.
  up_to INTEGER NOT NULL,
  steps TEXT NOT NULL,
  -- The job that made it: one that goes on after a kill does not clean twice.
  job TEXT NOT NULL,
  undone_at TEXT
) STRICT;
-- What a cleaning took out, by which step and why.
CREATE TABLE left_out (
  cleaning INTEGER NOT NULL REFERENCES cleanings (id),
  prompt INTEGER NOT NULL REFERENCES prompts (id),
  step TEXT NOT NULL,
  why TEXT NOT NULL,
  PRIMARY KEY (cleaning, prompt)
) STRICT, WITHOUT ROWID;
CREATE INDEX left_out_step ON left_out (cleaning, step, prompt);
CREATE TABLE models (
  id INTEGER PRIMARY KEY,
  side TEXT NOT NULL,
  model TEXT NOT NULL,
  digest TEXT NOT NULL,
  dim INTEGER NOT NULL,
  UNIQUE (side, digest)
) STRICT;
-- Unit rows, float32. They lie together by model, so that all of one are read in one go.
CREATE TABLE vectors (
  model INTEGER NOT NULL REFERENCES models (id),
  prompt INTEGER NOT NULL REFERENCES prompts (id),
  vector BLOB NOT NULL,
  PRIMARY KEY (model, prompt)
) STRICT, WITHOUT ROWID;
-- Whole words of a sentence model's vocabulary, and terms with the word nearest to each.
CREATE TABLE words (
  model INTEGER NOT NULL REFERENCES models (id),
  word TEXT NOT NULL,
  vector BLOB NOT NULL,
  PRIMARY KEY (model, word)
) STRICT, WITHOUT ROWID;
CREATE TABLE terms (
  model INTEGER NOT NULL REFERENCES models (id),
  term TEXT NOT NULL,
  cosine REAL NOT NULL,
  word TEXT NOT NULL,
  PRIMARY KEY (model, term)
) STRICT, WITHOUT ROWID;
`,
  },
]

export function promptBaseFolder(root: string, name: string): string {
  return join(root, `${name}.prompts`)
}

/** Names of the bases that there are. */
export function promptBaseNames(root: string): string[] {
  if (!existsSync(root)) return []
  return readdirSync(root)
    .filter((name) => name.endsWith('.prompts') && existsSync(join(root, name, FILE)))
    .map((name) => name.slice(0, -'.prompts'.length))
    .sort()
}

/** Makes an empty base, which appears under its name when it is whole. @throws AppError `conflict`, `io` */
export function createPromptBase(root: string, name: string): void {
  const folder = promptBaseFolder(root, name)
  withStoreErrors(folder, () => {
    if (existsSync(folder)) {
      throw new AppError('conflict', `There is a prompt base "${name}" already.`, {
        window: 'Choose another name, or add to it.',
        command: 'Choose another name, or add to it with gleaner prompts add.',
      })
    }
    const made = `${folder}.new-${process.pid}-${Date.now()}`
    mkdirSync(made, { recursive: true })
    try {
      const db = new SQLite(join(made, FILE))
      try {
        db.pragma('page_size = 16384')
        db.pragma(`application_id = ${APPLICATION_ID}`)
        migrate(db, migrations, folder)
      } finally {
        db.close()
      }
      renameSync(made, folder)
    } catch (error) {
      rmSync(made, { recursive: true, force: true })
      throw error
    }
  })
}

function existing(root: string, name: string): string {
  const folder = promptBaseFolder(root, name)
  if (existsSync(join(folder, FILE))) return folder
  const names = promptBaseNames(root)
  throw new AppError('not-found', `There is no prompt base "${name}".`, {
    window: names.length > 0 ? `There are ${names.join(', ')}.` : 'Make one first.',
    command:
      names.length > 0
        ? `There are ${names.join(', ')}.`
        : `Make one: gleaner prompts new "${name}" FILE...`,
  })
}

/** @throws AppError `not-found`, `newer-version`, `damaged`, `io` */
export function readPromptBase(root: string, name: string): PromptDb {
  const folder = existing(root, name)
  return withStoreErrors(folder, () => {
    const db = new SQLite(join(folder, FILE), {
      readonly: true,
      fileMustExist: true,
      timeout: 5000,
    })
    try {
      check(db, folder)
      refuseNewer(db, migrations.length, folder)
      db.pragma('cache_size = -65536')
    } catch (error) {
      db.close()
      throw error
    }
    return db as PromptDb
  })
}

export interface OpenPromptBase {
  db: PromptWriter
  folder: string
  close(): void
}

/** Opens a base for writing, which one at a time may. @throws AppError as `readPromptBase`, `busy` */
export function openPromptBase(root: string, name: string): OpenPromptBase {
  const folder = existing(root, name)
  return withStoreErrors(folder, () => {
    let lock
    try {
      lock = lockForWriting(folder)
    } catch (error) {
      if (!(error instanceof AppError) || error.kind !== 'busy') throw error
      throw new AppError(
        'busy',
        `The prompt base "${name}" is being worked on elsewhere.`,
        'Wait for the job that fills or cleans it, then try again.',
        { cause: error },
      )
    }
    let db: Database | null = null
    try {
      db = new SQLite(join(folder, FILE), { fileMustExist: true, timeout: 5000 })
      check(db, folder)
      db.pragma('journal_mode = WAL')
      db.pragma('synchronous = NORMAL')
      db.pragma('foreign_keys = ON')
      db.pragma('cache_size = -65536')
      migrate(db, migrations, folder)
    } catch (error) {
      db?.close()
      lock.release()
      throw error
    }
    const opened = db
    return {
      db: opened as PromptWriter,
      folder,
      close() {
        if (opened.open) {
          rest(opened)
          opened.close()
        }
        lock.release()
      },
    }
  })
}

function check(db: Database, folder: string): void {
  if (Number(db.pragma('application_id', { simple: true })) === APPLICATION_ID) return
  throw new AppError(
    'damaged',
    `${join(folder, FILE)} is no prompt base.`,
    'Remove its folder and make the base anew, or restore it from a copy.',
  )
}

/** @throws AppError `busy` while a job works on it, `not-found` */
export function removePromptBase(root: string, name: string): void {
  openPromptBase(root, name).close()
  rmSync(promptBaseFolder(root, name), { recursive: true, force: true })
}

/** Another text whenever a base was written to. */
export function promptBaseStamp(root: string, name: string): string {
  const file = join(promptBaseFolder(root, name), FILE)
  return [file, `${file}-wal`]
    .map((path) => statSync(path, { throwIfNoEntry: false }))
    .map((found) => `${found?.size ?? 0} ${found?.mtimeMs ?? 0}`)
    .join(' ')
}
