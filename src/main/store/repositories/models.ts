import { AppError } from '#shared/errors.ts'
import { TextSource } from '#shared/domain.ts'
import type { OwnText } from '#shared/domain.ts'
import type { ReaderDb, WriterDb } from '../open.ts'
import { statement } from '../statements.ts'
import { currentBestSet } from './best-set-in-use.ts'
import { currentSpanSet } from './span-sets.ts'

/** How the table of scores names a text: spans and best texts are kept apart by their sets. */
export type TextKey = Exclude<OwnText, 'span'> | `span@${number}` | `best@${number}`

/**
 * The key of a text; `span` and `best` are those of the sets in use. `span@0`: none is chosen,
 * nothing has it.
 */
export function textKey(db: ReaderDb, text: TextSource): TextKey {
  if (text === 'span') return `span@${currentSpanSet(db) ?? 0}`
  return text === 'best' ? `best@${currentBestSet(db) ?? 0}` : text
}

/** A kind of score as the database knows it. */
export interface ScoreKind {
  modelId: number
  text: TextSource
  key: TextKey
}

/** A model that has made scores or embeddings here. */
export interface ModelRow {
  id: number
  digest: string
  name: string
  title: string
  /** JSON. */
  manifest: string
}

/** The row of a model, added if its digest is new. */
export function ensureModel(db: WriterDb, model: Omit<ModelRow, 'id'>): number {
  statement(
    db,
    `INSERT INTO models (digest, name, title, manifest) VALUES (?, ?, ?, ?)
     ON CONFLICT (digest) DO NOTHING`,
  ).run(model.digest, model.name, model.title, model.manifest)
  const row = statement<{ id: number }>(db, 'SELECT id FROM models WHERE digest = ?').get(
    model.digest,
  )
  if (!row) throw new AppError('internal', `model ${model.name} was not kept`)
  return row.id
}

/**
 * Every model with the id by which people name it: its name; where models of one name differ in
 * content, the older ones carry the beginning of their digest behind it: `name@1a2b3c4d`.
 */
export function listModels(db: ReaderDb): (ModelRow & { publicId: string })[] {
  const rows = statement<ModelRow>(
    db,
    'SELECT id, digest, name, title, manifest FROM models ORDER BY id',
  ).all()
  const newest = new Map(rows.map((row) => [row.name, row.id]))
  return rows.map((row) => ({
    ...row,
    publicId: newest.get(row.name) === row.id ? row.name : `${row.name}@${row.digest.slice(0, 8)}`,
  }))
}

/**
 * Finds a model by id, digest or the beginning of its digest (8 digits or more).
 * @throws AppError `not-found` that lists what there is
 */
export function findModel(db: ReaderDb, wanted: string): ModelRow & { publicId: string } {
  const all = listModels(db)
  const found =
    all.find((model) => model.publicId === wanted) ??
    all.find((model) => model.digest === wanted) ??
    (wanted.length >= 8 ? all.find((model) => model.digest.startsWith(wanted)) : undefined)
  if (found) return found
  throw new AppError(
    'not-found',
    `no scores of a model "${wanted}" in this corpus`,
    all.length > 0
      ? `There are scores of ${all.map((model) => model.publicId).join(', ')}.`
      : 'Score the corpus first.',
  )
}

/**
 * The kinds of score that there are, found by jumping through the key, not by a scan. Of spans only
 * those of the current set.
 */
export function scoreKinds(db: ReaderDb): ScoreKind[] {
  // One comparison of two columns at once would walk over every row of the kind before.
  const columns = 'model_id AS modelId, text_source AS key'
  const sameModel = statement<{ modelId: number; key: string }>(
    db,
    `SELECT ${columns} FROM scores WHERE model_id = ? AND text_source > ?
     ORDER BY text_source LIMIT 1`,
  )
  const nextModel = statement<{ modelId: number; key: string }>(
    db,
    `SELECT ${columns} FROM scores WHERE model_id > ? ORDER BY model_id, text_source LIMIT 1`,
  )
  const sets = new Map<string, TextSource>([
    [textKey(db, 'span'), 'span'],
    [textKey(db, 'best'), 'best'],
  ])
  const kinds: ScoreKind[] = []
  for (
    let at = nextModel.get(-1);
    at;
    at = sameModel.get(at.modelId, at.key) ?? nextModel.get(at.modelId)
  ) {
    const { modelId, key } = at
    const { data: text } = TextSource.safeParse(sets.get(key) ?? key)
    // Scores of other sets stay where they are.
    if (text && textKey(db, text) === key) kinds.push({ modelId, text, key: key as TextKey })
  }
  return kinds
}
