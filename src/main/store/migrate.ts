import type { Database } from 'better-sqlite3'
import { AppError, systemMessage } from '#shared/errors.ts'

export interface Migration {
  name: string
  sql: string
}

/** The number of migrations that a database has seen. */
export function schemaVersion(db: Database): number {
  return Number(db.pragma('user_version', { simple: true }))
}

/**
 * Refuses a database that a newer program has written: what it holds is not known here.
 * @throws AppError `newer-version`
 */
export function refuseNewer(db: Database, known: number, what: string): void {
  const version = schemaVersion(db)
  if (version > known) {
    throw new AppError(
      'newer-version',
      `${what} was written by a newer version of Gleaner (schema ${version}, this one knows ${known})`,
      'Update Gleaner to open it. Nothing was changed.',
    )
  }
}

/**
 * Brings a database to the newest schema: forward only, each step in a transaction of its own, so
 * that a step that fails leaves everything as it was.
 * @throws AppError `newer-version`, or `internal` with the name of the step that failed
 */
export function migrate(db: Database, migrations: readonly Migration[], what: string): void {
  refuseNewer(db, migrations.length, what)
  for (let version = schemaVersion(db); version < migrations.length; version++) {
    const step = migrations[version] as Migration
    db.exec('BEGIN IMMEDIATE')
    try {
      db.exec(step.sql)
      if (db.prepare('PRAGMA foreign_key_check').get() !== undefined) {
        throw new Error('it leaves rows that refer to nothing')
      }
      db.pragma(`user_version = ${version + 1}`)
      db.exec('COMMIT')
    } catch (error) {
      if (db.inTransaction) db.exec('ROLLBACK')
      throw new AppError(
        'internal',
        `The migration ${step.name} of ${what} failed.`,
        'Nothing was changed. Please report this with the details.',
        { cause: error, details: systemMessage(error) },
      )
    }
  }
}
