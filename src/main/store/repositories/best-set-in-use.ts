import type { ReaderDb } from '../open.ts'
import { statement } from '../statements.ts'

/** Key of `meta` under which its id stands. */
export const BEST_SET = 'best-set'

/** Id of the set that the text source `best` means. */
export function currentBestSet(db: ReaderDb): number | null {
  const row = statement<{ value: string }>(db, 'SELECT value FROM meta WHERE key = ?').get(BEST_SET)
  // A corpus may come from somebody else.
  return row && /^[1-9]\d{0,14}$/.test(row.value) ? Number(row.value) : null
}
