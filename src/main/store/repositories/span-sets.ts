import type { SpanPlace, SpanSet } from '#shared/contract/spans.ts'
import { AppError } from '#shared/errors.ts'
import { contextSources } from '#shared/text/context.ts'
import type { ContextSource, ContextTexts } from '#shared/text/context.ts'
import { checkSpan } from '#shared/text/spans.ts'
import type { ReaderDb, WriterDb } from '../open.ts'
import { statement, transaction } from '../statements.ts'
import { canonicalJson } from '#shared/canonical-json.ts'

export interface NewSpanSet {
  kind: SpanSet['kind']
  title: string
  /** Whose predictions they are; null for found alts and labels. */
  model: { id: string; digest: string } | null
  /** How it is made: rules, thresholds, decoding, filter. Any JSON. */
  config: unknown
  software: string
}

/** A set with what a pass needs to go on. */
export interface SpanSetRow extends SpanSet {
  /** The pass goes on after this pair. */
  nextPair: number
  config: unknown
  /** null while there is none. */
  report: unknown
}

/** A span of a pair, or (place null) "nothing describes it". */
export interface FoundSpan {
  /** Code points of one of the pair's texts. */
  place: SpanPlace | null
  /** Kind of the match (exact, normalised, near) or description type; null for a model's. */
  kind: string | null
  /** Confidence of a model or similarity of an alt, 0..1; null where nobody measured it. */
  score: number | null
}

/** The words around a picture and where they are from. */
export interface PairContextRow extends ContextTexts {
  pairId: number
  alt: string | null
  title: string | null
  /** BCP 47 where the page says it. */
  language: string | null
  pageUrl: string
  /** Of the page, lower case; '' if it has none. */
  host: string
}

interface SetRow {
  id: number
  kind: SpanSet['kind']
  title: string
  model: string | null
  model_digest: string | null
  config: string
  report: string | null
  next_pair: number
  pairs: number
  described: number
  complete: number
  created_at: string
}

const CURRENT = 'span-set'
const SET = `SELECT id, kind, title, model, model_digest, config, report, next_pair, pairs, described,
  complete, created_at FROM span_sets`

/** Begins an empty set. */
export function createSpanSet(db: WriterDb, set: NewSpanSet): SpanSetRow {
  const { lastInsertRowid } = statement(
    db,
    `INSERT INTO span_sets (kind, title, model, model_digest, config, software, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  ).run(
    set.kind,
    set.title,
    set.model?.id ?? null,
    set.model?.digest ?? null,
    canonicalJson(set.config),
    set.software,
    new Date().toISOString(),
  )
  return spanSet(db, Number(lastInsertRowid))
}

/** The newest unfinished set of the same kind, model (by digest) and config, to go on with. */
export function resumableSpanSet(
  db: ReaderDb,
  args: Pick<NewSpanSet, 'kind' | 'model' | 'config'>,
): SpanSetRow | null {
  const row = statement<SetRow>(
    db,
    `${SET} WHERE complete = 0 AND kind = ? AND model_digest IS ? AND config = ?
     ORDER BY id DESC LIMIT 1`,
  ).get(args.kind, args.model?.digest ?? null, canonicalJson(args.config))
  return row ? toSet(row, currentSpanSet(db)) : null
}

/** @throws AppError `not-found` */
export function spanSet(db: ReaderDb, id: number): SpanSetRow {
  const row = statement<SetRow>(db, `${SET} WHERE id = ?`).get(id)
  if (!row) throw new AppError('not-found', `there is no set of spans ${id} in this corpus`)
  return toSet(row, currentSpanSet(db))
}

/** Pairs of a set that have words to look at, whether or not these describe the picture. */
export function countWithWords(db: ReaderDb, set: number): number {
  return (
    statement<{ n: number }>(
      db,
      'SELECT count(*) AS n FROM spans WHERE set_id = ? AND rank = 0',
    ).get(set)?.n ?? 0
  )
}

/** Newest first: `spans.sets`. */
export function listSpanSets(db: ReaderDb): SpanSet[] {
  const current = currentSpanSet(db)
  return statement<SetRow>(db, `${SET} ORDER BY id DESC`)
    .all()
    .map((row) => toSummary(row, current))
}

/** The newest complete set of a kind, or null. */
export function latestSpanSet(db: ReaderDb, kind: SpanSet['kind']): SpanSetRow | null {
  const row = statement<SetRow>(
    db,
    `${SET} WHERE complete = 1 AND kind = ? ORDER BY id DESC LIMIT 1`,
  ).get(kind)
  return row ? toSet(row, currentSpanSet(db)) : null
}

/**
 * Keeps the spans of pairs, the counts and the place where the pass goes on, in one transaction. The
 * first span of a pair is the one that counts; no span at all = looked at, nothing to say. A pair
 * enters a set once.
 * @throws AppError `invalid-input` (a quote is not what stands there, a score is outside of 0..1),
 *   `conflict` (the pair is in the set already), `not-found`; nothing is kept then
 */
export function putSpans(
  db: WriterDb,
  args: {
    set: number
    pairs: readonly { pairId: number; spans: readonly FoundSpan[] }[]
    /** The last pair of this batch; never moves back. */
    nextPair: number
  },
): void {
  const put = statement(
    db,
    `INSERT INTO spans (set_id, pair_id, rank, source, start, "end", quote, kind, score)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (set_id, pair_id, rank) DO NOTHING`,
  )
  transaction(db, () => {
    let described = 0
    for (const { pairId, spans } of args.pairs) {
      if (spans.length === 0) continue
      checkPlaces(
        db,
        pairId,
        spans.flatMap(({ place }) => place ?? []),
      )
      for (const [rank, { place, kind, score }] of spans.entries()) {
        if (score !== null && !(score >= 0 && score <= 1)) {
          throw new AppError('invalid-input', `${score} is no confidence: it is not within 0..1`)
        }
        const { changes } = put.run(
          args.set,
          pairId,
          rank,
          place?.source ?? null,
          place?.start ?? null,
          place?.end ?? null,
          place?.quote ?? null,
          kind,
          score,
        )
        if (changes === 0) {
          throw new AppError('conflict', `pair ${pairId} has spans in set ${args.set} already`)
        }
      }
      if (spans[0]?.place) described++
    }
    const { changes } = statement(
      db,
      `UPDATE span_sets SET pairs = pairs + ?, described = described + ?,
         next_pair = max(next_pair, ?) WHERE id = ?`,
    ).run(args.pairs.length, described, args.nextPair, args.set)
    if (changes === 0) {
      throw new AppError('not-found', `there is no set of spans ${args.set} in this corpus`)
    }
  })
}

/** Says that the pass reached the end. The report, any JSON, is kept where one is given. */
export function finishSpanSet(db: WriterDb, args: { set: number; report?: unknown }): void {
  statement(db, 'UPDATE span_sets SET complete = 1, report = coalesce(?, report) WHERE id = ?').run(
    args.report === undefined ? null : JSON.stringify(args.report),
    args.set,
  )
}

/** Keeps the report of a pass that is still on its way; with the spans of the batch it covers. */
export function keepSpanReport(db: WriterDb, args: { set: number; report: unknown }): void {
  statement(db, 'UPDATE span_sets SET report = ? WHERE id = ?').run(
    JSON.stringify(args.report),
    args.set,
  )
}

/**
 * Chooses what the text source `span` means; null = nothing.
 * @throws AppError `not-found`
 */
export function useSpanSet(db: WriterDb, set: number | null): void {
  if (set === null) {
    statement(db, 'DELETE FROM meta WHERE key = ?').run(CURRENT)
    return
  }
  spanSet(db, set)
  statement(
    db,
    'INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
  ).run(CURRENT, String(set))
}

/** Id of the set that the text source `span` means. */
export function currentSpanSet(db: ReaderDb): number | null {
  const row = statement<{ value: string }>(db, 'SELECT value FROM meta WHERE key = ?').get(CURRENT)
  // A corpus may come from somebody else.
  return row && /^[1-9]\d{0,14}$/.test(row.value) ? Number(row.value) : null
}

/** The same where nothing comes to it any more; else null. */
export function wholeSpanSet(db: ReaderDb): number | null {
  const set = currentSpanSet(db)
  if (set === null) return null
  const whole = statement(db, 'SELECT 1 FROM span_sets WHERE id = ? AND complete = 1').get(set)
  return whole === undefined ? null : set
}

/** The texts that can hold a description of a pair, or null if there is no such pair. */
export function contextOf(db: ReaderDb, pairId: number): ContextTexts | null {
  return (
    statement<ContextTexts>(
      db,
      `SELECT p.alt, p.title, c.before, p.caption, c.after FROM pairs p LEFT JOIN contexts c ON c.pair_id = p.id
       WHERE p.id = ?`,
    ).get(pairId) ?? null
  )
}

const CONTEXT = `SELECT p.id AS pairId, p.alt, p.title, c.before, p.caption, c.after, g.language,
    g.url AS pageUrl, g.host
  FROM pairs p CROSS JOIN pages g ON g.id = p.page_id LEFT JOIN contexts c ON c.pair_id = p.id`

/**
 * The next pairs after an id, in the order of their ids: for passes over millions. Fewer than
 * `limit` = the end.
 * @param args.ids only these, ascending (see `pairIdsWhere`)
 */
export function contextsAfter(
  db: ReaderDb,
  args: { afterId: number; limit: number; ids?: Int32Array },
): PairContextRow[] {
  const { ids } = args
  if (!ids) {
    return statement<PairContextRow>(db, `${CONTEXT} WHERE p.id > ? ORDER BY p.id LIMIT ?`).all(
      args.afterId,
      args.limit,
    )
  }
  const get = statement<PairContextRow>(db, `${CONTEXT} WHERE p.id = ?`)
  const rows: PairContextRow[] = []
  let at = 0
  for (let high = ids.length; at < high;) {
    const middle = (at + high) >>> 1
    if ((ids[middle] as number) <= args.afterId) at = middle + 1
    else high = middle
  }
  for (; at < ids.length && rows.length < args.limit; at++) {
    const row = get.get(ids[at] as number)
    if (row) rows.push(row)
  }
  return rows
}

interface SpanRow {
  pair_id: number
  source: ContextSource | null
  start: number | null
  end: number | null
  quote: string | null
  kind: string | null
  score: number | null
}

/** Spans of pairs in a set, best first; a pair without one is not in the map. */
export function spansOf(
  db: ReaderDb,
  set: number,
  pairIds: Iterable<number>,
): Map<number, FoundSpan[]> {
  const all = statement<SpanRow>(
    db,
    `SELECT pair_id, source, start, "end", quote, kind, score FROM spans
     WHERE set_id = ? AND pair_id = ? ORDER BY rank`,
  )
  const found = new Map<number, FoundSpan[]>()
  for (const pairId of pairIds) {
    const rows = all.all(set, pairId)
    if (rows.length > 0) found.set(pairId, rows.map(toFound))
  }
  return found
}

/** All pairs of a set with their spans, by id of the pair; for reports and exports. */
export function* eachInSet(
  db: ReaderDb,
  set: number,
): Generator<{ pairId: number; spans: FoundSpan[] }, void, void> {
  // In pages: a cursor that stays open would keep the connection from anything else.
  const page = statement<number>(
    db,
    'SELECT pair_id FROM spans WHERE set_id = ? AND rank = 0 AND pair_id > ? ORDER BY pair_id LIMIT 1000',
  ).pluck()
  for (let after = 0; ;) {
    const ids = page.all(set, after)
    for (const [pairId, spans] of spansOf(db, set, ids)) yield { pairId, spans }
    const last = ids.at(-1)
    if (last === undefined) return
    after = last
  }
}

/**
 * Holds places against the texts of a pair.
 * @throws AppError `not-found` (the pair), `invalid-input` (empty, or not what stands there)
 */
export function checkPlaces(db: ReaderDb, pairId: number, places: readonly SpanPlace[]): void {
  const texts = contextOf(db, pairId)
  if (!texts) throw new AppError('not-found', `there is no pair ${pairId} in this corpus`)
  for (const place of places) {
    const text = texts[place.source]
    if (typeof text !== 'string' || !contextSources(texts).includes(place.source)) {
      throw new AppError('invalid-input', `pair ${pairId} has no text "${place.source}"`)
    }
    if (place.end <= place.start) {
      throw new AppError('invalid-input', `${place.start}-${place.end} is an empty span`)
    }
    checkSpan(text, place)
  }
}

function toSummary(row: SetRow, current: number | null): SpanSet {
  return {
    id: row.id,
    kind: row.kind,
    title: row.title,
    model: row.model,
    digest: row.model_digest,
    pairs: row.pairs,
    described: row.described,
    createdAt: row.created_at,
    complete: row.complete === 1,
    current: row.id === current,
  }
}

function toSet(row: SetRow, current: number | null): SpanSetRow {
  return {
    ...toSummary(row, current),
    nextPair: row.next_pair,
    config: JSON.parse(row.config) as unknown,
    report: row.report === null ? null : (JSON.parse(row.report) as unknown),
  }
}

function toFound(row: SpanRow): FoundSpan {
  const { source, start, end, quote } = row
  return {
    place:
      source === null || start === null || end === null || quote === null
        ? null
        : { source, start, end, quote },
    kind: row.kind,
    score: row.score,
  }
}
