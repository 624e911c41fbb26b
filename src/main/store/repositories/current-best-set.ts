import type { ReaderDb, WriterDb } from '../open.ts'
import { statement } from '../statements.ts'

const KEY = 'best-set'

/** Id of the set that the text source `best` means. */
export function currentBestSet(db: ReaderDb): number | null {
  const row = statement<{ value: string }>(db, 'SELECT value FROM meta WHERE key = ?').get(KEY)
  // A corpus may come from somebody else.
  return row && /^[1-9]\d{0,14}$/.test(row.value) ? Number(row.value) : null
}

export function putCurrentBestSet(db: WriterDb, id: number): void {
  statement(
    db,
    'INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
  ).run(KEY, String(id))
}
