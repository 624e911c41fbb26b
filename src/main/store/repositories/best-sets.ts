import { createHash } from 'node:crypto'
import type { BestReport, BestSet } from '#shared/contract/scores.ts'
import type { TextSource } from '#shared/domain.ts'
import { AppError } from '#shared/errors.ts'
import { CERTAINLY_VISIBLE, isBlank } from '#shared/export-needs.ts'
import { quantile } from '#shared/statistics.ts'
import type { ReaderDb, WriterDb } from '../open.ts'
import { statement, transaction } from '../statements.ts'
import { listModels } from './models.ts'
import type { TextKey } from './models.ts'
import { BEST_SET, currentBestSet } from './best-set-in-use.ts'

/** Puts a set in use. @throws AppError `not-found` (none of this id is whole) */
export function useBestSet(db: WriterDb, id: number): void {
  if (!listBestSets(db).some((set) => set.id === id)) {
    throw new AppError('not-found', `there is no set of best texts ${id} in this corpus`)
  }
  statement(
    db,
    'INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
  ).run(BEST_SET, String(id))
}

/** Whole sets, the newest first. */
export function listBestSets(db: ReaderDb): BestSet[] {
  const current = currentBestSet(db)
  const models = new Map(listModels(db).map((model) => [model.id, model]))
  return statement<{
    id: number
    modelId: number
    sources: string
    report: string
    createdAt: string
  }>(
    db,
    `SELECT id, model_id AS modelId, sources, report, created_at AS createdAt FROM best_sets
     WHERE report IS NOT NULL ORDER BY id DESC`,
  )
    .all()
    .map(({ id, modelId, sources, report, createdAt }) => ({
      id,
      model: models.get(modelId)?.publicId ?? '',
      modelDigest: models.get(modelId)?.digest ?? '',
      texts: (JSON.parse(sources) as TextKey[]).map(sourceOfKey),
      ...(JSON.parse(report) as BestReport),
      createdAt,
      current: id === current,
    }))
}

/** `span@3` is a span. */
function sourceOfKey(key: string): TextSource {
  return key.replace(/@.*$/, '') as TextSource
}

/** A function that gives the best text of a pair by the set in use; null = it has none. */
export function bestReader(db: ReaderDb): (pairId: number) => string | null {
  const set = currentBestSet(db)
  if (set === null) return () => null
  const winner = statement<{ source: string }>(
    db,
    'SELECT source FROM best_texts WHERE set_id = ? AND pair_id = ?',
  )
  const own = statement<Record<string, string | null>>(
    db,
    `SELECT p.alt, p.title, p.caption, c.before, c.after
     FROM pairs p LEFT JOIN contexts c ON c.pair_id = p.id WHERE p.id = ?`,
  )
  const span = statement<{ quote: string | null }>(
    db,
    'SELECT quote FROM spans WHERE set_id = ? AND pair_id = ? AND rank = 0',
  )
  return (pairId) => {
    const source = winner.get(set, pairId)?.source
    if (source === undefined) return null
    if (source.startsWith('span@')) {
      return span.get(Number(source.slice('span@'.length)), pairId)?.quote ?? null
    }
    return own.get(pairId)?.[source] ?? null
  }
}

/** Pairs that are looked at in one transaction. */
const BATCH = 4_000

/**
 * Works out for each pair with a score of any of the texts which of them has the highest cosine, and
 * keeps that cosine as the score of `best`. Equal cosines: the first of `texts` wins; a text that shows
 * nothing never does. A set that would
 * be as one that is there is not kept twice.
 * @param texts keys of scores, two or more
 * @param step is told how far it is and awaited between batches; false ends it, nothing is kept then
 * @returns id of the set, which is not put in use; null = ended
 */
export async function makeBestSet(
  db: WriterDb,
  args: { modelId: number; texts: readonly TextKey[]; software: string },
  step: (done: number, total: number) => Promise<boolean>,
): Promise<number | null> {
  const { modelId, texts } = args
  const recipe = JSON.stringify(texts)
  dropUnfinished(db)
  const set = Number(
    statement(
      db,
      'INSERT INTO best_sets (model_id, sources, software, created_at) VALUES (?, ?, ?, ?)',
    ).run(modelId, recipe, args.software, new Date().toISOString()).lastInsertRowid,
  )
  const key: TextKey = `best@${set}`
  const scores = statement<{ pairId: number; cosine: number }>(
    db,
    `SELECT pair_id AS pairId, cosine FROM scores
     WHERE model_id = ? AND text_source = ? AND pair_id > ? AND pair_id <= ?`,
  )
  const putText = statement(
    db,
    'INSERT INTO best_texts (set_id, pair_id, source, margin) VALUES (?, ?, ?, ?)',
  )
  const putScore = statement(
    db,
    'INSERT INTO scores (model_id, text_source, pair_id, cosine) VALUES (?, ?, ?, ?)',
  )
  const last =
    statement<{ id: number | null }>(db, 'SELECT max(id) AS id FROM pairs').get()?.id ?? 0
  const chosen = new Map<TextKey, number>(texts.map((text) => [text, 0]))
  const margins: number[] = []
  const content = createHash('sha256')
  let ties = 0
  let single = 0
  let blank = 0
  for (let from = 0; from < last; from += BATCH) {
    if (!(await step(from, last))) {
      dropUnfinished(db)
      return null
    }
    transaction(db, () => {
      const found = new Map<number, { text: TextKey; cosine: number; next: number | null }>()
      for (const text of texts) {
        const blanks = blankIds(db, text, from, from + BATCH)
        for (const { pairId, cosine } of scores.iterate(modelId, text, from, from + BATCH)) {
          if (blanks.has(pairId)) {
            blank++
            continue
          }
          const best = found.get(pairId)
          if (!best) found.set(pairId, { text, cosine, next: null })
          else if (cosine > best.cosine) found.set(pairId, { text, cosine, next: best.cosine })
          else if (best.next === null || cosine > best.next) best.next = cosine
        }
      }
      for (const pairId of [...found.keys()].sort((a, b) => a - b)) {
        const { text, cosine, next } = found.get(pairId)!
        const margin = next === null ? null : cosine - next
        putText.run(set, pairId, text, margin)
        putScore.run(modelId, key, pairId, cosine)
        chosen.set(text, (chosen.get(text) ?? 0) + 1)
        content.update(`${pairId} ${text} ${cosine} ${margin}\n`)
        if (margin === null) single++
        else margins.push(margin)
        if (margin === 0) ties++
      }
    })
  }
  margins.sort((a, b) => a - b)
  const report: BestReport = {
    pairs: margins.length + single,
    chosen: texts.map((text) => ({ text: sourceOfKey(text), n: chosen.get(text) ?? 0 })),
    single,
    blank,
    ties,
    marginMedian: margins.length > 0 ? quantile(margins, 0.5) : null,
    marginTenth: margins.length > 0 ? quantile(margins, 0.1) : null,
    content: content.digest('hex'),
  }
  return transaction(db, () => {
    const same = statement<{ id: number; report: string }>(
      db,
      `SELECT id, report FROM best_sets
       WHERE model_id = ? AND sources = ? AND report IS NOT NULL ORDER BY id DESC`,
    )
      .all(modelId, recipe)
      .find((one) => (JSON.parse(one.report) as BestReport).content === report.content)
    if (same) {
      dropUnfinished(db)
      return same.id
    }
    statement(db, 'UPDATE best_sets SET report = ? WHERE id = ?').run(JSON.stringify(report), set)
    return set
  })
}

const OWN: Record<string, string> = {
  alt: `SELECT id, alt AS words FROM pairs WHERE id > @from AND id <= @to
    AND (alt IS NULL OR alt NOT GLOB @visible)`,
  title: `SELECT id, title AS words FROM pairs WHERE id > @from AND id <= @to
    AND (title IS NULL OR title NOT GLOB @visible)`,
  caption: `SELECT id, caption AS words FROM pairs WHERE id > @from AND id <= @to
    AND (caption IS NULL OR caption NOT GLOB @visible)`,
  before: `SELECT p.id, c.before AS words FROM pairs p LEFT JOIN contexts c ON c.pair_id = p.id
    WHERE p.id > @from AND p.id <= @to AND (c.before IS NULL OR c.before NOT GLOB @visible)`,
  after: `SELECT p.id, c.after AS words FROM pairs p LEFT JOIN contexts c ON c.pair_id = p.id
    WHERE p.id > @from AND p.id <= @to AND (c.after IS NULL OR c.after NOT GLOB @visible)`,
}
const OF_SPANS = `SELECT pair_id AS id, quote AS words FROM spans WHERE set_id = @set AND rank = 0
  AND pair_id > @from AND pair_id <= @to AND (quote IS NULL OR quote NOT GLOB @visible)`

/** Pairs of a range whose text shows nothing: no caption, whatever its score. */
function blankIds(db: ReaderDb, text: TextKey, from: number, to: number): Set<number> {
  const own = OWN[text]
  const set = text.startsWith('span@') ? Number(text.slice('span@'.length)) : 0
  const rows = statement<{ id: number; words: string | null }>(db, own ?? OF_SPANS).all({
    from,
    to,
    visible: CERTAINLY_VISIBLE,
    ...(own === undefined ? { set } : {}),
  })
  return new Set(rows.flatMap(({ id, words }) => (isBlank(words ?? '') ? id : [])))
}

/** Sets that a kill or a cancel left half made. */
function dropUnfinished(db: WriterDb): void {
  transaction(db, () => {
    const open = statement<{ id: number; modelId: number }>(
      db,
      'SELECT id, model_id AS modelId FROM best_sets WHERE report IS NULL',
    ).all()
    for (const { id, modelId } of open) {
      statement(db, 'DELETE FROM best_texts WHERE set_id = ?').run(id)
      statement(db, 'DELETE FROM scores WHERE model_id = ? AND text_source = ?').run(
        modelId,
        `best@${id}`,
      )
      statement(db, 'DELETE FROM best_sets WHERE id = ?').run(id)
    }
  })
}
