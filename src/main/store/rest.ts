import type { Database } from 'better-sqlite3'

/**
 * Leaves a database that is about to be closed without a WAL: then it can be read from a CD or a
 * read-only share, where SQLite cannot make the file that WAL mode needs. Where others still read
 * it, or the disk is full, it stays as it is, which loses nothing.
 */
export function rest(db: Database): void {
  if (!db.open || db.readonly || db.memory || db.inTransaction) return
  try {
    // Whoever reads keeps it in WAL mode; there is no point in waiting for them.
    db.pragma('busy_timeout = 0')
    db.pragma('journal_mode = DELETE')
  } catch {
    // It stays in WAL mode.
  }
}
