import type { ReaderDb, WriterDb } from '../open.ts'
import { statement, transaction } from '../statements.ts'
import type { TextKey } from './models.ts'
import { fromTextOf } from './score-queue.ts'

/** Scores of one kind: a model and a text. */
export interface ScoredText {
  modelId: number
  text: TextKey
}

/** A score whose tokens are not counted, with the words that were scored. */
export interface Uncounted {
  pairId: number
  text: string
}

/** The next scores after a pair that have no count, in the order of their pairs; of a text that pairs have of their own. */
export function uncounted(
  db: ReaderDb,
  { modelId, text, afterId, limit }: ScoredText & { afterId: number; limit: number },
): Uncounted[] {
  const { column, joins, set } = fromTextOf(text)
  return statement<Uncounted>(
    db,
    `SELECT s.pair_id AS pairId, ${column} AS text
     FROM scores s CROSS JOIN pairs p ON p.id = s.pair_id ${joins}
     WHERE s.model_id = @modelId AND s.text_source = @text AND s.pair_id > @afterId
       AND s.tokens IS NULL AND ${column} IS NOT NULL
     ORDER BY s.pair_id LIMIT @limit`,
  ).all({ modelId, text, afterId, limit, set })
}

export function countUncounted(db: ReaderDb, { modelId, text }: ScoredText): number {
  return (
    statement<{ n: number }>(
      db,
      `SELECT count(*) AS n FROM scores
       WHERE model_id = ? AND text_source = ? AND tokens IS NULL`,
    ).get(modelId, text)?.n ?? 0
  )
}

export function hasUncounted(db: ReaderDb, { modelId, text }: ScoredText): boolean {
  return (
    statement<unknown>(
      db,
      `SELECT 1 FROM scores WHERE model_id = ? AND text_source = ? AND tokens IS NULL LIMIT 1`,
    ).get(modelId, text) !== undefined
  )
}

export function putTokens(
  db: WriterDb,
  { modelId, text }: ScoredText,
  counts: readonly { pairId: number; tokens: number }[],
): void {
  const put = statement(
    db,
    'UPDATE scores SET tokens = ? WHERE model_id = ? AND text_source = ? AND pair_id = ?',
  )
  transaction(db, () => {
    for (const { pairId, tokens } of counts) put.run(tokens, modelId, text, pairId)
  })
}

/** A best text is one of the others, whose count it takes; in every set that a model chose. */
export function copyBestTokens(db: WriterDb, modelId: number): void {
  statement(
    db,
    `UPDATE scores SET tokens = (
       SELECT t.tokens FROM best_texts b CROSS JOIN scores t
         ON t.model_id = scores.model_id AND t.text_source = b.source AND t.pair_id = b.pair_id
       WHERE b.set_id = CAST(substr(scores.text_source, 6) AS INTEGER)
         AND b.pair_id = scores.pair_id)
     WHERE model_id = ? AND text_source > 'best@' AND text_source < 'best@~' AND tokens IS NULL`,
  ).run(modelId)
}

/** Scores with a count, and those of more tokens than a limit. */
export function tokenSummary(
  db: ReaderDb,
  { modelId, text, limit }: ScoredText & { limit: number },
): { counted: number; cut: number } {
  return (
    statement<{ counted: number; cut: number }>(
      db,
      `SELECT count(tokens) AS counted, ifnull(sum(tokens > ?), 0) AS cut
       FROM scores WHERE model_id = ? AND text_source = ?`,
    ).get(limit, modelId, text) ?? { counted: 0, cut: 0 }
  )
}

/** A function that gives the tokens of a scored text; null = not scored or not counted. */
export function tokensReader(
  db: ReaderDb,
): (modelId: number, text: TextKey, pairId: number) => number | null {
  const get = statement<{ tokens: number | null }>(
    db,
    'SELECT tokens FROM scores WHERE model_id = ? AND text_source = ? AND pair_id = ?',
  )
  return (modelId, text, pairId) => get.get(modelId, text, pairId)?.tokens ?? null
}
