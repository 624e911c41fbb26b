import {
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  rmdirSync,
  statSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import SQLite from 'better-sqlite3'
import type { Database } from 'better-sqlite3'
import { AppError } from '#shared/errors.ts'
import { removeUnfinishedBlobs } from './blobs.ts'
import { toStoreError, withStoreErrors } from './errors.ts'
import { lockForWriting } from './lock.ts'
import { migrate, refuseNewer, schemaVersion } from './migrate.ts'
import { migrations } from './migrations/index.ts'
import { openThumbs } from './open-thumbs.ts'
import type { ThumbsDb } from './open-thumbs.ts'
import { readCopy } from './read-copy.ts'
import { registerFunctions } from './reads/sql-functions.ts'
import { isDamage, mendDatabase, needsCheck } from './rebuild.ts'
import { rest } from './rest.ts'

export type { ThumbsDb } from './open-thumbs.ts'

declare const reads: unique symbol
declare const writes: unique symbol

/** A connection to `corpus.db` that may read. */
export type ReaderDb = Database & { readonly [reads]: true }
/** The one connection that may write. It is good for reading, too; a reader is not good for this. */
export type WriterDb = ReaderDb & { readonly [writes]: true }
export interface Corpus {
  /** The folder, absolute. */
  readonly path: string
  readonly readonly: boolean
  /** Why it could not be opened for writing, where that was asked; null where it was, or was not asked. */
  readonly whyReadonly: AppError | null
  /** What was damaged and has been made again, in sentences. */
  readonly notes: readonly string[]
  /** Throws `refused` when the corpus was opened read-only, with the reason. */
  readonly writer: WriterDb
  readonly reader: ReaderDb
  readonly thumbs: ThumbsDb
  close(): void
}

const folders = new WeakMap<Database, string>()

/** The folder of the corpus that a connection reads, wherever its copy of the database lies. */
export function folderOf(db: ReaderDb): string {
  return folders.get(db) ?? dirname(db.name)
}

/** `PRAGMA application_id` of a corpus: "GLNR". */
export const APPLICATION_ID = 0x474c4e52

/**
 * Makes an empty corpus folder. It appears under its name only when it is whole.
 * @throws AppError `conflict` if there is something at the path (an empty folder is fine), `io`
 */
export function createCorpus(path: string): void {
  const full = resolve(path)
  withStoreErrors(full, () => {
    const taken = statSync(full, { throwIfNoEntry: false })
    if (taken && (!taken.isDirectory() || readdirSync(full).length > 0)) {
      throw new AppError(
        'conflict',
        `${full} exists already`,
        isCorpus(full) ? 'It is a corpus: open it.' : 'Choose another name.',
      )
    }
    mkdirSync(dirname(full), { recursive: true })
    const made = `${full}.new-${process.pid}-${Date.now()}`
    mkdirSync(made)
    try {
      mkdirSync(join(made, 'blobs'))
      const db = new SQLite(join(made, 'corpus.db'))
      try {
        // Before the first table: neither can be changed later.
        db.pragma('page_size = 16384')
        db.pragma(`application_id = ${APPLICATION_ID}`)
        registerFunctions(db)
        migrate(db, migrations, full)
      } finally {
        db.close()
      }
      openThumbs(made, { readonly: false, isSuspect: false }).close()
      if (taken) rmdirSync(full)
      renameSync(made, full)
    } catch (error) {
      rmSync(made, { recursive: true, force: true })
      throw error
    }
  })
}

/** Whether a folder looks like a corpus; opening it can still fail. */
export function isCorpus(path: string): boolean {
  return existsSync(join(path, 'corpus.db'))
}

/**
 * Opens a corpus. Without `readonly` this process becomes its only writer and the database is
 * brought to the newest schema; what can be made again and is damaged is made again.
 * @param options.orReadonly opens for reading what cannot be written to (another program writes,
 *   the disk is full or read-only); `whyReadonly` says why
 * @throws AppError `not-found` (no corpus), `busy` (another program writes), `newer-version`,
 *   `damaged`, `io`
 */
export function openCorpus(
  path: string,
  options: { readonly?: boolean; orReadonly?: boolean } = {},
): Corpus {
  const full = resolve(path)
  if (options.readonly) return openAs(full, true, null)
  try {
    return openAs(full, false, null)
  } catch (error) {
    const isElsewhere = error instanceof AppError && ['busy', 'io'].includes(error.kind)
    if (!options.orReadonly || !isElsewhere) throw error
    try {
      return openAs(full, true, error)
    } catch {
      throw error
    }
  }
}

function openAs(full: string, readonly: boolean, why: AppError | null): Corpus {
  const undo: (() => void)[] = []
  const notes: string[] = []
  const noteAll = (note: string | null): void => void (note !== null && notes.push(note))
  try {
    refuseOther(full)
    const isSuspect = needsCheck(full)
    let writer: WriterDb | null = null
    if (!readonly) {
      const lock = lockForWriting(full)
      undo.push(lock.release)
      noteAll(lock.note)
      if (isSuspect) noteAll(mendDatabase(full))
      writer = openMended(full, noteAll)
      removeUnfinishedBlobs(full)
      const opened = writer
      undo.push(() => closeWriter(opened))
    }
    const reader = openReader(full)
    undo.push(() => reader.close())
    const thumbs = openThumbs(full, { readonly, isSuspect })
    undo.push(thumbs.close)
    noteAll(thumbs.note)
    return {
      path: full,
      readonly,
      whyReadonly: why,
      notes,
      get writer(): WriterDb {
        if (writer) return writer
        throw new AppError(
          'refused',
          why === null ? `${full} is open read-only.` : `${full} is open read-only: ${why.message}`,
          why?.hint ?? 'Open it for writing first.',
        )
      },
      reader,
      thumbs: thumbs.db,
      close(): void {
        for (const step of undo.splice(0).reverse()) step()
      },
    }
  } catch (error) {
    for (const step of undo.reverse()) step()
    throw toStoreError(error, full)
  }
}

/** A database whose first reads find damage is checked at once, not only at the next opening. */
function openMended(path: string, noteAll: (note: string | null) => void): WriterDb {
  try {
    return openWriter(path)
  } catch (error) {
    if (!isDamage(error) || String((error as { code: unknown }).code) === 'SQLITE_NOTADB')
      throw error
    noteAll(mendDatabase(path))
    return openWriter(path)
  }
}

function refuseOther(path: string): void {
  if (isCorpus(path)) return
  throw new AppError(
    'not-found',
    existsSync(path) ? `${path} is no corpus: it holds no corpus.db` : `${path} does not exist`,
    'Choose a folder that Gleaner made, or create a new corpus.',
  )
}

function openWriter(path: string): WriterDb {
  const db = new SQLite(join(path, 'corpus.db'), { fileMustExist: true, timeout: 5000 })
  try {
    checkIdentity(db, path)
    db.pragma('journal_mode = WAL')
    // With WAL a killed process loses nothing that was committed; only a power cut may.
    db.pragma('synchronous = NORMAL')
    db.pragma('foreign_keys = ON')
    db.pragma('cache_size = -32768')
    // Rarely: 4000 pages of 16 KB.
    db.pragma('wal_autocheckpoint = 4000')
    db.pragma('journal_size_limit = 134217728')
    db.pragma('temp_store = MEMORY')
    // A migration may need them.
    registerFunctions(db)
    migrate(db, migrations, path)
  } catch (error) {
    db.close()
    throw error
  }
  return db as WriterDb
}

function closeWriter(db: WriterDb): void {
  if (!db.open) return
  if (db.inTransaction) db.exec('ROLLBACK')
  rest(db)
  db.close()
}

/**
 * A connection that cannot write; for another thread of the program, too.
 * @param options.anySchema reads what no version of the program has changed: how many rows there are
 * @throws AppError `not-found`, `newer-version`, `unsupported` (an older schema), `invalid-input`
 */
export function openReader(
  path: string,
  options: { cacheMB?: number; anySchema?: boolean } = {},
): ReaderDb {
  refuseOther(path)
  const file = join(path, 'corpus.db')
  let db = new SQLite(file, { readonly: true, fileMustExist: true, timeout: 5000 })
  try {
    checkIdentity(db, path)
  } catch (error) {
    db.close()
    const code = String((error as { code?: unknown }).code)
    // Left in WAL mode (copied while in use, or by an older version) where nothing can be written.
    if (!/^SQLITE_(CANTOPEN|READONLY|IOERR_SHM|FULL)/.test(code)) throw error
    db = new SQLite(readCopy(file), { readonly: true, fileMustExist: true })
    try {
      checkIdentity(db, path)
    } catch (again) {
      db.close()
      throw again
    }
  }
  try {
    if (!options.anySchema) refuseNewer(db, migrations.length, path)
    if (!options.anySchema && schemaVersion(db) < migrations.length) {
      throw new AppError(
        'unsupported',
        `${path} has an older schema and cannot be brought up to date read-only`,
        'Open it once for writing.',
      )
    }
    db.pragma('query_only = ON')
    db.pragma(`cache_size = ${-(options.cacheMB ?? 32) * 1024}`)
    db.pragma('temp_store = MEMORY')
    registerFunctions(db)
  } catch (error) {
    db.close()
    throw error
  }
  folders.set(db, resolve(path))
  return db as ReaderDb
}

function checkIdentity(db: Database, path: string): void {
  if (Number(db.pragma('application_id', { simple: true })) !== APPLICATION_ID) {
    throw new AppError(
      'invalid-input',
      `${path} is no corpus: its corpus.db is a database of another program`,
      'Choose a folder that Gleaner made.',
    )
  }
}
