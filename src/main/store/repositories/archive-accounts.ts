import type { ReaderDb } from '../open.ts'
import { statement } from '../statements.ts'

/** What became of an archive, over all the runs that read it. */
export interface ArchiveAccount {
  name: string
  records: Record<string, number>
  pages: number
  captures: number
  /** Records that are left out, the most frequent first. */
  leftOut: { reason: string; detail: string; n: number }[]
  /** Of reading it and its pages; `detail` of the first of its reason. */
  failures: { reason: string; n: number; detail: string | null }[]
}

export function archiveAccount(db: ReaderDb, id: number): ArchiveAccount {
  const count = (table: 'pages' | 'captures'): number =>
    statement<{ n: number }>(db, `SELECT count(*) AS n FROM ${table} WHERE archive_id = ?`).get(id)
      ?.n ?? 0
  const records = statement<{ type: string; n: number }>(
    db,
    'SELECT type, n FROM record_counts WHERE archive_id = ? ORDER BY type',
  ).all(id)
  return {
    name:
      statement<{ name: string }>(db, 'SELECT name FROM archives WHERE id = ?').get(id)?.name ?? '',
    records: Object.fromEntries(records.map(({ type, n }) => [type, n])),
    pages: count('pages'),
    captures: count('captures'),
    leftOut: statement<ArchiveAccount['leftOut'][number]>(
      db,
      `SELECT reason, detail, n FROM left_out WHERE archive_id = ? ORDER BY n DESC, reason, detail`,
    ).all(id),
    // min() says which row the bare column is of.
    failures: statement<ArchiveAccount['failures'][number] & { first: number }>(
      db,
      `SELECT reason, count(*) AS n, min(id) AS first, detail FROM failures
       WHERE archive_id = ? AND stage IN ('archive', 'record', 'page')
       GROUP BY reason ORDER BY first`,
    )
      .all(id)
      .map(({ reason, n, detail }) => ({ reason, n, detail })),
  }
}

/** Where the records of an archive are. Each is in one place: `records` is the sum of the others. */
export interface RecordAccount {
  name: string
  records: number
  pages: number
  captures: number
  failed: number
  leftOut: number
}

/** Of every web archive of a corpus; one look at each page and capture. */
export function recordAccounts(db: ReaderDb): RecordAccount[] {
  return statement<RecordAccount>(
    db,
    `SELECT a.name, r.records,
       (SELECT count(*) FROM pages WHERE archive_id = a.id) AS pages,
       (SELECT count(*) FROM captures WHERE archive_id = a.id) AS captures,
       (SELECT count(*) FROM failures WHERE archive_id = a.id AND stage = 'page') AS failed,
       coalesce((SELECT sum(n) FROM left_out WHERE archive_id = a.id), 0) AS leftOut
     FROM archives a JOIN (
       SELECT archive_id, sum(n) AS records FROM record_counts
       WHERE type NOT IN ('row', 'embedding') GROUP BY archive_id
     ) r ON r.archive_id = a.id ORDER BY a.id`,
  ).all()
}
