import type { Database } from 'better-sqlite3'

/** What `in_marks` of a connection's SQL answers; set by `mark-state.ts`, which opens no database. */
const tests = new WeakMap<Database, (slot: number, id: number) => boolean>()

export function setMarkTest(db: Database, test: (slot: number, id: number) => boolean): void {
  tests.set(db, test)
}

/** `in_marks` of SQL. */
export function inMarks(db: Database, slot: number, id: number): boolean {
  return tests.get(db)?.(slot, id) ?? false
}
