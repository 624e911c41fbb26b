import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import SQLite from 'better-sqlite3'
import type { Database } from 'better-sqlite3'
import { AppError, systemMessage } from '#shared/errors.ts'
import { setAside } from '../files/set-aside.ts'

/** A file beside the database: something in it was found damaged, look before it is used again. */
const CHECK_NEEDED = 'check-needed'
const MOST_FAULTS = 20

/** Has the database of a corpus checked when it is next opened for writing. */
export function askForCheck(corpusPath: string): void {
  if (!existsSync(join(corpusPath, 'corpus.db'))) return
  try {
    writeFileSync(join(corpusPath, CHECK_NEEDED), '')
  } catch {
    // Read-only, or full: it is found again.
  }
}

export function needsCheck(corpusPath: string): boolean {
  return existsSync(join(corpusPath, CHECK_NEEDED))
}

export function isDamage(error: unknown): boolean {
  const code = String((error as { code?: unknown } | null)?.code)
  return code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB'
}

/** Takes a database with its journals out of the way. @returns its new name, null where that fails */
export function setDatabaseAside(file: string): string | null {
  for (const end of ['-wal', '-shm', '-journal']) rmSync(file + end, { force: true })
  return setAside(file)
}

/**
 * Checks the database of a corpus and makes again what can be: indexes. Only for its one writer.
 * Where an index cannot be made again in place, all rows go to a new file, and the old one is kept
 * as `corpus.db.broken-DATE`.
 * @returns what was done, null when it was sound
 * @throws AppError `damaged` where rows themselves are lost; nothing is changed then
 */
export function mendDatabase(corpusPath: string): string | null {
  const file = join(corpusPath, 'corpus.db')
  const faults = faultsOf(file)
  let done: string | null = null
  if (faults.length > 0) {
    done = reindexed(file)
      ? `Indexes of ${file} were damaged and have been rebuilt; no row was lost.`
      : `${file} was damaged; all rows were moved to a new one, and the old file is kept as ${moveRows(file, faults)}.`
  }
  rmSync(join(corpusPath, CHECK_NEEDED), { force: true })
  return done
}

function faultsOf(file: string): string[] {
  const db = new SQLite(file, { fileMustExist: true })
  try {
    const found = db.pragma(`integrity_check(${MOST_FAULTS})`) as { integrity_check: string }[]
    const faults = found.map((row) => row.integrity_check)
    return faults.length === 1 && faults[0] === 'ok' ? [] : faults
  } catch (error) {
    return [systemMessage(error)]
  } finally {
    db.close()
  }
}

function reindexed(file: string): boolean {
  const db = new SQLite(file)
  try {
    db.exec('REINDEX')
  } catch {
    return false
  } finally {
    db.close()
  }
  return faultsOf(file).length === 0
}

/** @returns where the old file is */
function moveRows(file: string, faults: string[]): string {
  const made = `${file}.new`
  rmSync(made, { force: true })
  try {
    const db = new SQLite(made)
    try {
      copyRows(db, file)
    } finally {
      db.close()
    }
  } catch (error) {
    rmSync(made, { force: true })
    if (!isDamage(error)) throw error
    throw new AppError(
      'damaged',
      `${file} is damaged, and rows of it cannot be read.`,
      'Restore the folder from a copy, or ingest its archives into a new corpus.',
      { cause: error, details: faults.join('\n') },
    )
  }
  const old = setDatabaseAside(file)
  if (old === null)
    throw new AppError('io', `${file} cannot be replaced.`, 'Check its permissions.')
  renameSync(made, file)
  return old
}

interface Thing {
  type: string
  name: string
  sql: string
}

/** Every row by its table alone: no index is read. */
function copyRows(db: Database, from: string): void {
  db.exec(`ATTACH '${from.replaceAll("'", "''")}' AS old`)
  const number = (name: string): number => Number(db.pragma(`old.${name}`, { simple: true }))
  db.pragma(`page_size = ${number('page_size')}`)
  db.pragma('foreign_keys = OFF')
  const things = db
    .prepare<[], Thing>(
      `SELECT type, name, sql FROM old.sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'`,
    )
    .all()
  db.transaction(() => {
    for (const { sql } of things.filter(({ type }) => type === 'table')) db.exec(sql)
    for (const { name } of things.filter(({ type }) => type === 'table')) {
      // The condition keeps SQLite from copying the indexes page by page.
      db.exec(`INSERT INTO main."${name}" SELECT * FROM old."${name}" NOT INDEXED WHERE 1`)
    }
    for (const { sql } of things.filter(({ type }) => type !== 'table')) db.exec(sql)
    for (const name of ['application_id', 'user_version']) db.pragma(`${name} = ${number(name)}`)
  })()
  db.exec('DETACH old')
}
