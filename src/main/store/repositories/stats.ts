import { basename } from 'node:path'
import type { CorpusInfo, CorpusStats } from '#shared/contract/corpora.ts'
import { WHITE_SPACE } from '../reads/compile-query.ts'
import { fetchedTotals, IS_FETCHED } from './fetched.ts'
import type { ReaderDb } from '../open.ts'
import { statement } from '../statements.ts'
import { marksOf } from '../reads/mark-state.ts'
import { countAltKinds } from './alt-kinds.ts'
import { listColumns } from './columns.ts'
import { imageCounts } from './images.ts'
import { scoreSources } from './scores.ts'
import { currentSpanSet, spanSet } from './span-sets.ts'

/** What of the counts costs a pass over a table, and may be known from before. */
export interface Counted {
  texts: { alt: number; caption: number }
  /** Pages and pairs by archive. */
  archives: ReadonlyMap<number, { pages: number; pairs: number }>
  captures: CorpusStats['captures']
  images: CorpusStats['images']
  scores: CorpusStats['scores']
}

/** Pairs with words in their alt and in their caption. One pass over all pairs. */
export function countTexts(db: ReaderDb): Counted['texts'] {
  const found = statement<{ alt: number | null; caption: number | null }>(
    db,
    `SELECT sum(alt IS NOT NULL AND trim(alt, ?) <> '') AS alt,
       sum(caption IS NOT NULL AND trim(caption, ?) <> '') AS caption FROM pairs`,
  ).get(WHITE_SPACE, WHITE_SPACE)
  return { alt: found?.alt ?? 0, caption: found?.caption ?? 0 }
}

/** One look at each page. */
export function countByArchive(db: ReaderDb): Counted['archives'] {
  const rows = statement<{ archive: number; pages: number; pairs: number }>(
    db,
    `SELECT g.archive_id AS archive, count(*) AS pages,
       sum((SELECT count(*) FROM pairs p WHERE p.page_id = g.id)) AS pairs
     FROM pages g GROUP BY g.archive_id`,
  ).all()
  return new Map(rows.map(({ archive, pages, pairs }) => [archive, { pages, pairs }]))
}

/** One look at each capture. */
export function countCaptures(db: ReaderDb): Counted['captures'] {
  return sumsOf(db, 'SELECT kind AS name, count(*) AS n FROM captures GROUP BY kind ORDER BY kind')
}

function sumsOf(db: ReaderDb, sql: string): Record<string, number> {
  const rows = statement<{ name: string; n: number }>(db, sql).all()
  return Object.fromEntries(rows.map(({ name, n }) => [name, n]))
}

function countAll(db: ReaderDb): Counted {
  return {
    texts: countTexts(db),
    archives: countByArchive(db),
    captures: countCaptures(db),
    images: imageCounts(db),
    scores: scoreSources(db).map(({ model, text, n, mean }) => ({ model, text, n, mean })),
  }
}

/** `corpora.stats`. @param counted what is known from before; otherwise it is counted here */
export function corpusStats(db: ReaderDb, counted: Counted = countAll(db)): CorpusStats {
  const { texts, archives: byArchive, captures, images, scores } = counted
  const sums = (sql: string): Record<string, number> => sumsOf(db, sql)
  const set = currentSpanSet(db)
  const archives = statement<
    { id: number } & Omit<CorpusStats['archives'][number], 'pages' | 'pairs'>
  >(
    db,
    `SELECT a.id, a.path, a.bytes, a.sha256, a.state,
       coalesce((SELECT sum(n) FROM record_counts WHERE archive_id = a.id), 0) AS records
     FROM archives a WHERE NOT (${IS_FETCHED}) ORDER BY a.id`,
  ).all()
  return {
    records: sums(
      'SELECT type AS name, sum(n) AS n FROM record_counts GROUP BY type ORDER BY type',
    ),
    pages: countRows(db, 'pages'),
    captures,
    leftOut: sums(
      'SELECT reason AS name, sum(n) AS n FROM left_out GROUP BY reason ORDER BY n DESC, reason',
    ),
    pairs: countRows(db, 'pairs'),
    withAlt: texts.alt,
    withCaption: texts.caption,
    withSpan: set === null ? null : spanSet(db, set).described,
    images,
    notPaired: sums('SELECT rule AS name, sum(n) AS n FROM not_paired GROUP BY rule ORDER BY rule'),
    failures: sums(
      'SELECT reason AS name, count(*) AS n FROM failures GROUP BY reason ORDER BY n DESC, reason',
    ),
    scores,
    archives: archives.map(({ id, ...archive }) => ({
      ...archive,
      ...(byArchive.get(id) ?? { pages: 0, pairs: 0 }),
    })),
    fetched: fetchedTotals(db),
    marks: marksOf(db).summary(),
    altKinds: countAltKinds(db),
    columns: listColumns(db).map(({ name }) => name),
  }
}

/** What `corpora.open` and `corpora.recent` say about a corpus that is open. */
export function corpusInfo(
  db: ReaderDb,
  path: string,
  openedAt: string,
): Omit<CorpusInfo, 'readonly'> {
  return {
    path,
    name: basename(path).replace(/\.gleaner$/i, ''),
    pairs: countRows(db, 'pairs'),
    pages: countRows(db, 'pages'),
    archives:
      statement<{ n: number }>(
        db,
        `SELECT count(*) AS n FROM archives a WHERE NOT (${IS_FETCHED})`,
      ).get()?.n ?? 0,
    openedAt,
    missing: false,
  }
}

/** How much there is of what an export is made of. Pictures are those whose bytes are held. */
export function countState(db: ReaderDb): {
  pairs: number
  pictures: number
  scores: number
  labelEvents: number
  markEvents: number
} {
  const count = (from: string): number =>
    statement<{ n: number }>(db, `SELECT count(*) AS n FROM ${from}`).get()?.n ?? 0
  return {
    pairs: countRows(db, 'pairs'),
    pictures: count("images WHERE status = 'ok'"),
    scores: count('scores'),
    labelEvents: count('label_events'),
    markEvents: count('mark_events'),
  }
}

export function countRows(db: ReaderDb, table: 'pairs' | 'pages' | 'images'): number {
  return statement<{ n: number }>(db, `SELECT count(*) AS n FROM ${table}`).get()?.n ?? 0
}
