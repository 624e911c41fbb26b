import type { SortColumn } from '#shared/contract/pairs.ts'
import { Int32List, argsort } from './arrays.ts'
import { lru } from './lru.ts'
import type { ReaderDb } from '../open.ts'
import { currentSpanSet } from '../repositories/span-sets.ts'
import type { Changed, Versions } from './versions.ts'

/** Pairs in the order of a column. */
export interface Orders {
  /** Ids of the pairs that have a value, ascending by it, then by id. Not to be changed. */
  idsBy(column: SortColumn): Int32Array
  /** What the order of a column depends on, as a key of the caches. */
  stamp(column: SortColumn): string
}

interface Column {
  /** What is compared; NULL has no place. Whole numbers below 2^32 where `number`. */
  key: string
  join?: 'images' | 'pages' | 'archives' | 'contexts' | 'spans'
  number?: true
  /** What changes it beside the pairs. */
  of?: Changed
}

const JOINS: Record<NonNullable<Column['join']>, string> = {
  images: 'CROSS JOIN images i ON i.id = p.image_id',
  pages: 'CROSS JOIN pages g ON g.id = p.page_id',
  archives: 'CROSS JOIN pages g ON g.id = p.page_id CROSS JOIN archives a ON a.id = g.archive_id',
  contexts: 'CROSS JOIN contexts c ON c.pair_id = p.id',
  spans: 'CROSS JOIN spans sp ON sp.set_id = ? AND sp.pair_id = p.id AND sp.rank = 0',
}

const ofImage = (key: string, more: Partial<Column> = {}): Column => ({
  key,
  join: 'images',
  of: 'images',
  ...more,
})
const ofPage = (key: string): Column => ({ key, join: 'pages' })

/** `id` needs no look: it is the order of the rows. */
const COLUMNS: Record<Exclude<SortColumn, 'id'>, Column> = {
  alt: { key: 'sort_key(p.alt)' },
  caption: { key: 'sort_key(p.caption)' },
  title: { key: 'sort_key(p.title)' },
  before: { key: 'sort_key(c.before)', join: 'contexts' },
  after: { key: 'sort_key(c.after)', join: 'contexts' },
  span: { key: 'sort_key(sp.quote)', join: 'spans', of: 'spans' },
  size: ofImage('min(i.width * i.height, 4294967295)', { number: true }),
  width: ofImage('i.width', { number: true }),
  height: ofImage('i.height', { number: true }),
  bytes: ofImage('min(i.bytes, 4294967295)', { number: true }),
  mime: ofImage('i.mime'),
  status: ofImage('i.status'),
  error: ofImage("nullif(i.error, '')"),
  url: ofImage('i.url'),
  host: ofPage("nullif(g.host, '')"),
  page: ofPage("nullif(g.url, '')"),
  'page-title': ofPage('sort_key(g.title)'),
  lang: ofPage("nullif(lower(g.language), '')"),
  date: ofPage("nullif(g.date, '')"),
  archive: { key: 'a.name', join: 'archives' },
  position: { key: 'p.position', number: true },
}

/** Orders that are held: 4 MB each at a million pairs. */
const MAX_ORDERS = 4

/** Numbers are sorted in memory, all else by SQLite. */
export function createOrders({ db, version }: { db: ReaderDb; version: Versions }): Orders {
  const orders = lru<Int32Array>(MAX_ORDERS)

  const setOf = (column: SortColumn): number => (column === 'span' ? (currentSpanSet(db) ?? 0) : 0)

  function stamp(column: SortColumn): string {
    if (column === 'id') return String(version.pairs)
    const { of } = COLUMNS[column]
    return [version.pairs, of ? version[of] : 0, setOf(column)].join('.')
  }

  function idsBy(column: SortColumn): Int32Array {
    return orders.get(`${column} ${stamp(column)}`, () => read(column))
  }

  function read(column: SortColumn): Int32Array {
    if (column === 'id') return listOf('SELECT p.id FROM pairs p ORDER BY p.id', [])
    const { key, join, number } = COLUMNS[column]
    const from = `pairs p ${join ? JOINS[join] : ''}`
    const params = join === 'spans' ? [setOf(column)] : []
    return number
      ? byNumber(`SELECT p.id, ${key} AS sorted FROM ${from} WHERE sorted >= 0`, params)
      : listOf(
          `SELECT id FROM (SELECT p.id AS id, ${key} AS sorted FROM ${from})
           WHERE sorted IS NOT NULL ORDER BY sorted, id`,
          params,
        )
  }

  function listOf(sql: string, params: number[]): Int32Array {
    const list = new Int32List()
    const ids = db
      .prepare<number[], number>(sql)
      .pluck()
      .iterate(...params)
    for (const id of ids) list.push(id)
    return list.take()
  }

  function byNumber(sql: string, params: number[]): Int32Array {
    const ids = new Int32List()
    const values = new Int32List()
    const rows = db
      .prepare<number[], [number, number]>(sql)
      .raw()
      .iterate(...params)
    for (const [id, value] of rows) {
      ids.push(id)
      values.push(value | 0)
    }
    const [known, keys] = [ids.take(), values.take()]
    const order = argsort(new Uint32Array(keys.buffer, keys.byteOffset, keys.length))
    const sorted = new Int32Array(known.length)
    for (let i = 0; i < sorted.length; i++) sorted[i] = known[order[i] as number] as number
    return sorted
  }

  return { idsBy, stamp }
}
