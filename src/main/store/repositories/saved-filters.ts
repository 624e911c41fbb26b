import type { CallOutput } from '#shared/contract/index.ts'
import { readWhere } from '../reads/score-ref.ts'
import type { ReaderDb, WriterDb } from '../open.ts'
import { statement, transaction } from '../statements.ts'

/** Filters that are remembered of those that were used. */
const MOST_USED = 100

/** `filters.list`. */
export function listFilters(db: ReaderDb): CallOutput<'filters.list'> {
  return {
    saved: statement<{ name: string; query: string }>(
      db,
      'SELECT name, query FROM saved_filters ORDER BY name',
    ).all(),
    used: statement<{ query: string; at: string }>(
      db,
      'SELECT query, used_at AS at FROM used_filters ORDER BY used_at DESC',
    ).all(),
  }
}

/** `filters.save`. @throws AppError `invalid-input` (it cannot be read) */
export function saveFilter(db: WriterDb, { name, query }: { name: string; query: string }): void {
  readWhere(query)
  statement(
    db,
    `INSERT INTO saved_filters (name, query, saved_at) VALUES (?, ?, ?)
     ON CONFLICT (name) DO UPDATE SET query = excluded.query, saved_at = excluded.saved_at`,
  ).run(name, query, new Date().toISOString())
}

export function removeFilter(db: WriterDb, name: string): void {
  statement(db, 'DELETE FROM saved_filters WHERE name = ?').run(name)
}

/** `filters.used`: the oldest go when there are too many. */
export function useFilter(db: WriterDb, query: string): void {
  transaction(db, () => {
    const last = statement<{ at: string | null }>(
      db,
      'SELECT max(used_at) AS at FROM used_filters',
    ).get()?.at
    // Strictly later, so that two within a millisecond keep their order.
    const at = Math.max(Date.now(), last ? Date.parse(last) + 1 : 0)
    statement(
      db,
      `INSERT INTO used_filters (query, used_at) VALUES (?, ?)
       ON CONFLICT (query) DO UPDATE SET used_at = excluded.used_at`,
    ).run(query, new Date(at).toISOString())
    statement(
      db,
      `DELETE FROM used_filters WHERE query NOT IN
         (SELECT query FROM used_filters ORDER BY used_at DESC LIMIT ?)`,
    ).run(MOST_USED)
  })
}
