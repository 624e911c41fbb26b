import type { Database, Statement } from 'better-sqlite3'
import type { ReaderDb } from './open.ts'

const kept = new WeakMap<Database, Map<string, Statement<unknown[], unknown>>>()

/**
 * A prepared statement that is kept with its connection. Only for SQL that is written in the
 * source: what is made at run time would pile up.
 */
export function statement<Row = unknown>(db: Database, sql: string): Statement<unknown[], Row> {
  let all = kept.get(db)
  if (!all) {
    all = new Map()
    kept.set(db, all)
  }
  let found = all.get(sql)
  if (!found) {
    found = db.prepare<unknown[], unknown>(sql)
    all.set(sql, found)
  }
  return found as Statement<unknown[], Row>
}

/** From the next read on, a reader sees one state until it is closed, whatever is written meanwhile. */
export function beginSnapshot(db: ReaderDb): void {
  statement(db, 'BEGIN').run()
}

/** Runs `work` in one transaction; what it throws undoes all of it. */
export function transaction<T>(db: Database, work: () => T): T {
  if (db.inTransaction) return work()
  statement(db, 'BEGIN IMMEDIATE').run()
  try {
    const result = work()
    statement(db, 'COMMIT').run()
    return result
  } catch (error) {
    if (db.inTransaction) statement(db, 'ROLLBACK').run()
    throw error
  }
}
