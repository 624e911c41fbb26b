import { argsort, floatKeys, Int32List } from './arrays.ts'
import { lru } from './lru.ts'
import type { ReaderDb } from '../open.ts'
import { measuredSql } from '../repositories/measured-columns.ts'

/** Numbers of a column in ascending order, equal ones by pair. Not to be changed. */
export interface SortedColumn {
  values: Float64Array
  ids: Int32Array
}

/** Columns that are held. */
const MAX_COLUMNS = 6

/** Keeps the columns that were asked for last. */
export function columnArrays(db: ReaderDb): {
  get(column: number, version: string): SortedColumn
} {
  const held = lru<SortedColumn>(MAX_COLUMNS)
  return {
    get: (column, version) =>
      held.get(`${column} ${version}`, () => {
        const ids = new Int32List()
        const values: number[] = []
        const rows = db
          .prepare<[number], [number, number]>(rowsOf(db, column))
          .raw()
          .iterate(column) as IterableIterator<[number, number]>
        for (const [id, value] of rows) {
          ids.push(id)
          values.push(value)
        }
        return sorted(ids.take(), Float64Array.from(values))
      }),
  }
}

/** Pairs with their number, by id. */
function rowsOf(db: ReaderDb, column: number): string {
  if (column >= 0) {
    return 'SELECT pair_id, value FROM column_values WHERE column_id = ? ORDER BY pair_id'
  }
  return `SELECT id, value FROM (SELECT p.id AS id, ${measuredSql(db, column)} AS value FROM pairs p)
    WHERE value IS NOT NULL AND ? < 0 ORDER BY id`
}

/** @param ids ascending */
function sorted(ids: Int32Array, values: Float64Array): SortedColumn {
  const keys = floatKeys(Float32Array.from(values, (value) => Math.fround(value) + 0))
  const order = argsort(keys)
  // Single precision orders nearly all; where it cannot tell values apart they are sorted by themselves.
  for (let from = 0; from < order.length;) {
    let to = from + 1
    const key = keys[order[from] as number]
    while (to < order.length && keys[order[to] as number] === key) to++
    if (to - from > 1) {
      const part = [...order.subarray(from, to)]
      const first = values[part[0] as number]
      if (part.some((place) => values[place] !== first)) {
        part.sort((a, b) => (values[a] as number) - (values[b] as number) || a - b)
        order.set(part, from)
      }
    }
    from = to
  }
  const out = { values: new Float64Array(order.length), ids: new Int32Array(order.length) }
  for (let i = 0; i < order.length; i++) {
    out.values[i] = values[order[i] as number] as number
    out.ids[i] = ids[order[i] as number] as number
  }
  return out
}
