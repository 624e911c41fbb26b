import { cpSync, mkdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import SQLite from 'better-sqlite3'
import type { Database } from 'better-sqlite3'

const FROZEN = resolve(import.meta.dirname, '../fixtures/corpora')

const sqlOf = (schema: number, name: 'corpus' | 'thumbs'): string =>
  readFileSync(join(FROZEN, `schema-${schema}`, `${name}.sql`), 'utf8')

/** Makes the corpus that a program of this schema wrote (by `freeze-corpora.ts`) at a path. */
export function thawCorpus(schema: number, path: string): void {
  mkdirSync(path, { recursive: true })
  cpSync(join(FROZEN, `schema-${schema}`, 'blobs'), join(path, 'blobs'), { recursive: true })
  for (const name of ['corpus', 'thumbs'] as const) {
    const db = new SQLite(join(path, `${name}.db`))
    db.pragma('page_size = 16384')
    db.pragma('journal_mode = WAL')
    db.exec(sqlOf(schema, name))
    db.close()
  }
}

/** The rows of every table of a frozen corpus, by table. */
export function frozenRows(schema: number): Record<string, unknown[]> {
  const db = new SQLite(':memory:')
  db.exec(sqlOf(schema, 'corpus'))
  const tables = db
    .prepare<[], string>(`SELECT name FROM sqlite_master WHERE type = 'table'`)
    .pluck()
    .all()
  const rows = rowsOf(db, tables)
  db.close()
  return rows
}

export function rowsOf(db: Database, tables: string[]): Record<string, unknown[]> {
  return Object.fromEntries(
    tables.map((table) => [table, db.prepare(`SELECT * FROM ${table}`).all()]),
  )
}
