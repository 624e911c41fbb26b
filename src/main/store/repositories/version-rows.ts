import { createHash } from 'node:crypto'
import type { TextSource } from '#shared/domain.ts'
import type { ReaderDb } from '../open.ts'
import { statement } from '../statements.ts'
import { bestReader } from './best-sets.ts'
import type { TextKey } from './models.ts'
import { currentSpanSet } from './span-sets.ts'

/** What a version keeps of a pair, as it lies in the tables. */
export interface VersionRow {
  id: number
  page: string
  host: string
  date: string | null
  /** Place on the page; of a table the number of its row. */
  place: number
  image: string
  sha256: string | null
  texts: Record<TextSource, string | null>
}

type Columns = [
  number,
  string,
  string,
  string | null,
  number,
  string,
  string | null,
  ...(string | null)[],
]

/** Ids that are read at once where they stand close together. */
const RANGE = 2048
/** So many rows are read for one that is wanted, at most. */
const SPARSE = 4

/** Reads by id; ids that rise are read ahead, range by range. */
function rangeReader<T>(
  ids: Int32Array,
  one: (id: number) => T | undefined,
  range: (from: number, to: number) => Map<number, T>,
): (id: number) => T | undefined {
  let ahead = new Map<number, T>()
  let from = 0
  let to = 0
  let at = 0
  return (id) => {
    if (id >= from && id <= to) return ahead.get(id)
    while (at < ids.length && (ids[at] as number) < id) at++
    if (ids[at] !== id) {
      // Back at the beginning, or an id that was not announced.
      at = 0
      while (at < ids.length && (ids[at] as number) < id) at++
      if (ids[at] !== id) return one(id)
    }
    const end = Math.min(ids.length, at + RANGE)
    const last = ids[end - 1] as number
    if (last - id > SPARSE * (end - at)) return one(id)
    from = id
    to = last
    ahead = range(from, to)
    return ahead.get(id)
  }
}

/**
 * Reads pairs for a version.
 * @param ids those that will be asked for, rising: they are read ahead
 * @param texts the sources that are needed; others stay null
 */
export function versionRows(
  db: ReaderDb,
  ids: Int32Array,
  texts: readonly TextSource[],
): (id: number) => VersionRow | undefined {
  const needsContext = texts.some((text) => text === 'before' || text === 'after')
  const needsSpan = texts.includes('span')
  const set = Math.trunc(currentSpanSet(db) ?? 0)
  const sql = `SELECT p.id, g.url, g.host, g.date,
       CASE g.record_type WHEN 'table-row' THEN g.offset + p.position ELSE p.position END,
       i.url, CASE i.status WHEN 'ok' THEN i.sha256 END, p.alt, p.caption, p.title,
       ${needsContext ? 'c.before, c.after' : 'NULL, NULL'}, ${needsSpan ? 'sp.quote' : 'NULL'}
     FROM pairs p CROSS JOIN pages g ON g.id = p.page_id CROSS JOIN images i ON i.id = p.image_id
       ${needsContext ? 'LEFT JOIN contexts c ON c.pair_id = p.id' : ''}
       ${needsSpan ? `LEFT JOIN spans sp ON sp.set_id = ${set} AND sp.pair_id = p.id AND sp.rank = 0` : ''}
     WHERE p.id`
  const best = texts.includes('best') ? bestReader(db) : () => null
  const toRow = (row: Columns): VersionRow => rowOf(row, best(row[0]))
  const one = db.prepare<[number], Columns>(`${sql} = ?`).raw()
  const range = db.prepare<[number, number], Columns>(`${sql} BETWEEN ? AND ?`).raw()
  return rangeReader(
    ids,
    (id) => {
      const row = one.get(id)
      return row && toRow(row)
    },
    (from, to) => new Map(range.all(from, to).map((row) => [row[0], toRow(row)])),
  )
}

function rowOf(row: Columns, best: string | null): VersionRow {
  const [id, page, host, date, place, image, sha256, alt, caption, title, before, after, span] = row
  return {
    ...{ id, page, host, date, place, image, sha256 },
    texts: {
      alt: alt ?? null,
      caption: caption ?? null,
      title: title ?? null,
      before: before ?? null,
      after: after ?? null,
      span: span ?? null,
      best,
    },
  }
}

/**
 * Cosines of one model for one text.
 * @param ids those that will be asked for, rising: they are read ahead
 */
export function cosineReader(
  db: ReaderDb,
  ids: Int32Array,
  modelId: number,
  text: TextKey,
): (pairId: number) => number | null {
  const sql =
    'SELECT pair_id, cosine FROM scores WHERE model_id = ? AND text_source = ? AND pair_id'
  const one = db.prepare<[number, string, number], [number, number]>(`${sql} = ?`).raw()
  const range = db
    .prepare<[number, string, number, number], [number, number]>(`${sql} BETWEEN ? AND ?`)
    .raw()
  const read = rangeReader(
    ids,
    (id) => one.get(modelId, text, id)?.[1],
    (from, to) => new Map(range.all(modelId, text, from, to)),
  )
  return (id) => read(id) ?? null
}

/** All that people labeled up to now: how many events, and SHA-256 over them. */
export function labelsSaid(db: ReaderDb): { events: number; digest: string } {
  const hash = createHash('sha256')
  let events = 0
  const rows = statement<{ uid: string; state: string; kind: string; target: string | null }>(
    db,
    'SELECT uid, kind, target, state FROM label_events ORDER BY uid',
  ).iterate()
  for (const { uid, kind, target, state } of rows) {
    hash.update(`${JSON.stringify([uid, kind, target, state])}\n`)
    events++
  }
  return { events, digest: hash.digest('hex') }
}

/** All marks, tags and notes up to now: how many events, and SHA-256 over them. */
export function marksSaid(db: ReaderDb): { events: number; digest: string } {
  const hash = createHash('sha256')
  let events = 0
  const rows = statement<{ uid: string; kind: string; target: string | null; change: string }>(
    db,
    'SELECT uid, kind, target, change FROM mark_events ORDER BY uid',
  ).iterate()
  for (const { uid, kind, target, change } of rows) {
    hash.update(`${JSON.stringify([uid, kind, target, change])}\n`)
    events++
  }
  return { events, digest: hash.digest('hex') }
}

/** The last pair that there is; 0 = none. */
export function lastPair(db: ReaderDb): number {
  return statement<{ id: number }>(db, 'SELECT ifnull(max(id), 0) AS id FROM pairs').get()?.id ?? 0
}
