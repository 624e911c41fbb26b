import type { ScoreSource } from '#shared/contract/pairs.ts'
import type { Pair, PairDetail, PairRow, TextSource } from '#shared/domain.ts'
import type { ImageStatus } from '#shared/domain.ts'
import { AppError } from '#shared/errors.ts'
import { compileWhere } from '../reads/score-ref.ts'
import type { ReaderDb } from '../open.ts'
import { statement } from '../statements.ts'
import { marksOf } from '../reads/mark-state.ts'
import { altKindOf } from './alt-kinds.ts'
import { blurReader, columnsReader } from './columns.ts'
import { pictureTextReader } from './picture-texts.ts'
import type { TextKey } from './models.ts'
import { scoresReader } from './scores.ts'
import { bestReader } from './best-sets.ts'
import { currentSpanSet, spanSet, spansOf } from './span-sets.ts'

interface CellRow {
  id: number
  url: string
  status: ImageStatus
  sha256: string | null
  width: number | null
  height: number | null
  alt: string | null
  caption: string | null
  title: string | null
}

const SHOWN: readonly ('alt' | 'caption' | 'title')[] = ['alt', 'caption', 'title']

/**
 * Cells of the grid for ids, in their order; an id that is not there is left out.
 * @param prefer the text that is shown if it is there; else the first of alt, caption, title, and
 *   of before and after
 * @param cosine of the score that is shown
 */
export function pairRows(
  db: ReaderDb,
  args: {
    ids: ArrayLike<number>
    prefer: TextSource | null
    score: { modelId: number; key: TextKey } | null
  },
): PairRow[] {
  const cell = statement<CellRow>(
    db,
    `SELECT p.id, i.url, i.status, i.sha256, i.width, i.height, p.alt, p.caption, p.title
     FROM pairs p JOIN images i ON i.id = p.image_id WHERE p.id = ?`,
  )
  const context = statement<{ before: string | null; after: string | null }>(
    db,
    'SELECT before, after FROM contexts WHERE pair_id = ?',
  )
  const cosine = statement<{ cosine: number }>(
    db,
    'SELECT cosine FROM scores WHERE model_id = ? AND text_source = ? AND pair_id = ?',
  )
  const span = args.prefer === 'span' ? spanReader(db) : null
  const best = args.prefer === 'best' ? bestReader(db) : null
  const marks = marksOf(db)
  const isBlurred = blurReader(db)
  const rows: PairRow[] = []
  for (let i = 0; i < args.ids.length; i++) {
    const row = cell.get(args.ids[i] as number)
    if (!row) continue
    const texts: Partial<Record<TextSource, string | null>> = {
      alt: row.alt,
      caption: row.caption,
      title: row.title,
      span: span ? span(row.id) : null,
      best: best ? best(row.id) : null,
    }
    const order: TextSource[] = args.prefer ? [args.prefer, ...SHOWN] : [...SHOWN]
    const filled = (source: TextSource): boolean => (texts[source] ?? '').trim() !== ''
    const needsContext = args.prefer === 'before' || args.prefer === 'after' || !order.some(filled)
    if (needsContext) {
      Object.assign(texts, context.get(row.id))
      order.push('before', 'after')
    }
    const source = order.find(filled) ?? null
    const said = marks.of(row.id)
    rows.push({
      id: row.id,
      imageUrl: row.url,
      status: row.status,
      sha256: row.sha256,
      width: row.width,
      height: row.height,
      text: source === null ? null : (texts[source] ?? null),
      textSource: source,
      cosine: args.score
        ? (cosine.get(args.score.modelId, args.score.key, row.id)?.cosine ?? null)
        : null,
      found: null,
      mark: said.mark,
      tags: said.tags,
      noted: said.note !== null,
      blurred: isBlurred(row.id),
    })
  }
  return rows
}

interface FullRow {
  id: number
  position: number
  page_url: string
  archive: string
  archive_path: string
  archive_sha256: string | null
  software: string
  ingested_at: string
  offset: number
  record_id: string | null
  record_type: string
  date: string | null
  language: string | null
  page_title: string | null
  og_image: string | null
  charset: string | null
  charset_source: string | null
  image_url: string
  status: ImageStatus
  sha256: string | null
  width: number | null
  height: number | null
  mime: string | null
  bytes: number | null
  error: string | null
  source: string | null
  alt: string | null
  title: string | null
  caption: string | null
  before: string | null
  after: string | null
  image_rule: string
  caption_rule: string | null
  before_distance: number | null
  after_distance: number | null
  declared_width: number | null
  declared_height: number | null
}

const FULL = `SELECT p.id, p.position, g.url AS page_url, a.name AS archive, a.path AS archive_path,
    a.sha256 AS archive_sha256, a.software, a.ingested_at, g.offset, g.record_id, g.record_type,
    g.date, g.language, g.title AS page_title, g.og_image, g.charset, g.charset_source,
    i.url AS image_url, i.status, i.sha256, i.width, i.height, i.mime, i.bytes, i.error, i.source,
    p.alt, p.title, p.caption, c.before, c.after, p.image_rule, p.caption_rule,
    p.before_distance, p.after_distance, p.declared_width, p.declared_height
  FROM pairs p CROSS JOIN pages g ON g.id = p.page_id CROSS JOIN archives a ON a.id = g.archive_id
    CROSS JOIN images i ON i.id = p.image_id LEFT JOIN contexts c ON c.pair_id = p.id`

/** A function that gives the words of a pair's span in the current set. */
function spanReader(db: ReaderDb): (pairId: number) => string | null {
  const set = currentSpanSet(db)
  if (set === null) return () => null
  const get = statement<{ quote: string | null }>(
    db,
    'SELECT quote FROM spans WHERE set_id = ? AND pair_id = ? AND rank = 0',
  )
  return (pairId) => get.get(set, pairId)?.quote ?? null
}

function toPair(
  row: FullRow,
  { span, best }: { span: string | null; best: string | null },
  rest: Pick<Pair, 'scores' | 'mark' | 'tags' | 'note' | 'columns'>,
): Pair {
  return {
    id: row.id,
    page: {
      url: row.page_url,
      archive: row.archive,
      offset: row.offset,
      recordId: row.record_id,
      date: row.date,
      language: row.language,
      title: row.page_title,
    },
    image: {
      url: row.image_url,
      status: row.status,
      sha256: row.sha256,
      width: row.width,
      height: row.height,
      mime: row.mime,
      error: row.error,
    },
    text: {
      alt: row.alt,
      title: row.title,
      caption: row.caption,
      before: row.before,
      after: row.after,
      span,
      best,
    },
    ...rest,
  }
}

/** A function that gives what is not in a pair's own rows. */
function restReader(
  db: ReaderDb,
): (pairId: number) => Pick<Pair, 'scores' | 'mark' | 'tags' | 'note' | 'columns'> {
  const scores = scoresReader(db)
  const marks = marksOf(db)
  const columns = columnsReader(db)
  return (pairId) => ({ scores: scores(pairId), ...marks.of(pairId), columns: columns(pairId) })
}

/**
 * `pairs.get`.
 * @throws AppError `not-found`
 */
export function pairDetail(db: ReaderDb, id: number): PairDetail {
  const row = statement<FullRow>(db, `${FULL} WHERE p.id = ?`).get(id)
  if (!row) throw new AppError('not-found', `there is no pair ${id} in this corpus`)
  const set = currentSpanSet(db)
  const first = set === null ? undefined : spansOf(db, set, [id]).get(id)?.[0]
  return {
    ...toPair(
      row,
      { span: first?.place?.quote ?? null, best: bestReader(db)(id) },
      restReader(db)(id),
    ),
    position: row.position,
    rules: {
      image: row.image_rule,
      caption: row.caption_rule,
      beforeDistance: row.before_distance,
      afterDistance: row.after_distance,
      declaredWidth: row.declared_width,
      declaredHeight: row.declared_height,
    },
    provenance: {
      archivePath: row.archive_path,
      archiveSha256: row.archive_sha256,
      recordType: row.record_type,
      charset: row.charset,
      charsetSource: row.charset_source,
      softwareVersion: row.software,
      ingestedAt: row.ingested_at,
      imageSource: row.source,
    },
    ogImage: row.og_image,
    span:
      set === null || !first
        ? null
        : {
            set,
            title: spanSet(db, set).title,
            place: first.place && {
              source: first.place.source,
              start: first.place.start,
              end: first.place.end,
            },
            kind: first.kind,
            confidence: first.score,
          },
    said: marksOf(db).byPerson(id),
    altKind: altKindOf(db, id),
    pictureText: pictureTextReader(db)(row.status === 'ok' ? row.sha256 : null, {
      ...{ alt: row.alt, title: row.title, caption: row.caption },
      ...{ before: row.before, after: row.after, span: first?.place?.quote ?? null },
    }),
    blurred: blurReader(db)(id),
    bytes: row.bytes,
  }
}

/**
 * Full pairs that a filter keeps, in order of id after `afterId`: `pairs.list`.
 * @throws AppError as `compileWhere`
 */
export function listPairs(
  db: ReaderDb,
  args: { where: string; score?: ScoreSource | null; afterId: number; limit: number },
): Pair[] {
  const { from, where, params } = compileWhere(db, args.where, args.score ?? null)
  const ids = db
    .prepare<unknown[], number>(
      `SELECT p.id FROM ${from} WHERE p.id > ? AND ${where} ORDER BY p.id LIMIT ?`,
    )
    .pluck()
    .all(args.afterId, ...params, args.limit)
  return pairsByIds(db, ids)
}

/** How many pairs a filter keeps. */
export function countPairs(
  db: ReaderDb,
  args: { where: string; score?: ScoreSource | null },
): number {
  const { from, where, params } = compileWhere(db, args.where, args.score ?? null)
  return (
    db
      .prepare<unknown[], number>(`SELECT count(*) FROM ${from} WHERE ${where}`)
      .pluck()
      .get(...params) ?? 0
  )
}

/** Each spelling of an alternative text and how many pairs have it, the most frequent first. */
export function eachAlt(db: ReaderDb): IterableIterator<{ alt: string; n: number }> {
  return statement<{ alt: string; n: number }>(
    db,
    'SELECT alt, count(*) AS n FROM pairs WHERE alt IS NOT NULL GROUP BY alt ORDER BY n DESC, alt',
  ).iterate()
}

/** Full pairs in the order of their ids; one that is not there is left out. */
export function pairsByIds(db: ReaderDb, ids: ArrayLike<number>): Pair[] {
  const get = statement<FullRow>(db, `${FULL} WHERE p.id = ?`)
  const rest = restReader(db)
  const span = spanReader(db)
  const best = bestReader(db)
  const pairs: Pair[] = []
  for (let i = 0; i < ids.length; i++) {
    const row = get.get(ids[i] as number)
    if (row) pairs.push(toPair(row, { span: span(row.id), best: best(row.id) }, rest(row.id)))
  }
  return pairs
}

/** What is needed to show a pair's page (`pairs.source`). */
export interface PairSource {
  archivePath: string
  archiveName: string
  offset: number
  /** `response`, `resource`, ...; of a table's row `table-row`, and there is no page. */
  recordType: string
  /** Place on the page, from 0; for a table the row is `offset + position`. */
  position: number
  pageUrl: string
  /** zstd of the page, for input that cannot be read again. */
  keptHtml: Uint8Array | null
  /** As it was read the first time, so that the tag's place fits. */
  charset: string | null
  /** UTF-16 units in the decoded page. */
  tagStart: number
  tagEnd: number
  texts: {
    alt: string | null
    title: string | null
    caption: string | null
    before: string | null
    after: string | null
  }
}

/** @throws AppError `not-found` */
export function pairSource(db: ReaderDb, id: number): PairSource {
  const row = statement<{
    archive_path: string
    archive: string
    offset: number
    record_type: string
    position: number
    url: string
    kept_html: Uint8Array | null
    charset: string | null
    tag_start: number
    tag_end: number
    alt: string | null
    title: string | null
    caption: string | null
    before: string | null
    after: string | null
  }>(
    db,
    `SELECT a.path AS archive_path, a.name AS archive, g.offset, g.record_type, p.position, g.url, g.kept_html, g.charset,
       p.tag_start, p.tag_end, p.alt, p.title, p.caption, c.before, c.after
     FROM pairs p JOIN pages g ON g.id = p.page_id JOIN archives a ON a.id = g.archive_id
       LEFT JOIN contexts c ON c.pair_id = p.id WHERE p.id = ?`,
  ).get(id)
  if (!row) throw new AppError('not-found', `there is no pair ${id} in this corpus`)
  const { alt, title, caption, before, after } = row
  return {
    archivePath: row.archive_path,
    archiveName: row.archive,
    offset: row.offset,
    recordType: row.record_type,
    position: row.position,
    pageUrl: row.url,
    keptHtml: row.kept_html,
    charset: row.charset,
    tagStart: row.tag_start,
    tagEnd: row.tag_end,
    texts: { alt, title, caption, before, after },
  }
}

/** The picture and page of a pair by their addresses, for pictures inside the inert page. */
export function imagesOfPage(
  db: ReaderDb,
  pairId: number,
): { url: string; alternates: string[]; sha256: string | null; status: ImageStatus }[] {
  return statement<{
    url: string
    alternates: string | null
    sha256: string | null
    status: ImageStatus
  }>(
    db,
    `SELECT DISTINCT i.url, i.alternates, i.sha256, i.status
     FROM pairs p JOIN images i ON i.id = p.image_id
     WHERE p.page_id = (SELECT page_id FROM pairs WHERE id = ?)`,
  )
    .all(pairId)
    .map((row) => ({
      ...row,
      alternates: row.alternates === null ? [] : (JSON.parse(row.alternates) as string[]),
    }))
}
