import type { CleanedStep, CleanRules, CleanStep } from '#shared/contract/prompt-rules.ts'
import type { PromptBaseInfo, PromptCleaning } from '#shared/contract/prompt-bases.ts'
import { AppError } from '#shared/errors.ts'
import type { PromptDb, PromptWriter } from '../open-prompt-base.ts'
import { statement, transaction } from '../statements.ts'
import { bytesOf, readRow } from './prompt-vectors.ts'

/** The cleaning in force. */
const IN_FORCE = `(SELECT max(id) FROM cleanings WHERE undone_at IS NULL)`
const IS_KEPT = `NOT EXISTS (SELECT 1 FROM left_out l WHERE l.cleaning = ${IN_FORCE} AND l.prompt = p.id)`

export interface PromptSource {
  id: number
  path: string
  column: string | null
  sha256: string
  rows: number
  added: number
  same: number
  failed: number
  isDone: boolean
}

const SOURCE = `SELECT id, path, column_name AS "column", sha256, rows, added, same, failed, is_done AS isDone FROM sources`
type SourceRow = Omit<PromptSource, 'isDone'> & { isDone: number }
const sourceOf = (row: SourceRow): PromptSource => ({ ...row, isDone: row.isDone === 1 })

export function promptSources(db: PromptDb): PromptSource[] {
  return statement<SourceRow>(db, `${SOURCE} ORDER BY id`).all().map(sourceOf)
}

/** The source of a file as it was, made where there is none. */
export function promptSource(
  db: PromptWriter,
  { path, column, sha256 }: Pick<PromptSource, 'path' | 'column' | 'sha256'>,
): PromptSource {
  const find = statement<SourceRow>(db, `${SOURCE} WHERE sha256 = ? AND column_name IS ?`)
  const found = find.get(sha256, column)
  if (found) return sourceOf(found)
  statement(db, 'INSERT INTO sources (path, column_name, sha256) VALUES (?, ?, ?)').run(
    path,
    column,
    sha256,
  )
  return sourceOf(find.get(sha256, column) as SourceRow)
}

/** A row of a source; null = it could not be read. */
export type PromptRow = string | null

/** The next rows of a source, with the place where the reading goes on: all of it or nothing. */
export function addPrompts(db: PromptWriter, source: number, rows: readonly PromptRow[]): void {
  const again = statement(db, 'UPDATE prompts SET times = times + 1 WHERE text = ?')
  const add = statement(db, 'INSERT INTO prompts (text, source, row) VALUES (?, ?, ?)')
  transaction(db, () => {
    const from = statement<{ rows: number }>(db, 'SELECT rows FROM sources WHERE id = ?').get(
      source,
    )
    const counts = { added: 0, same: 0, failed: 0 }
    for (const [i, text] of rows.entries()) {
      if (text === null) counts.failed++
      else if (again.run(text).changes > 0) counts.same++
      else {
        add.run(text, source, (from?.rows ?? 0) + i)
        counts.added++
      }
    }
    statement(
      db,
      `UPDATE sources SET rows = rows + ?, added = added + ?, same = same + ?, failed = failed + ? WHERE id = ?`,
    ).run(rows.length, counts.added, counts.same, counts.failed, source)
  })
}

export function endPromptSource(db: PromptWriter, source: number): void {
  statement(db, 'UPDATE sources SET is_done = 1 WHERE id = ?').run(source)
}

const number = (db: PromptDb, sql: string, ...args: unknown[]): number =>
  statement<{ n: number | null }>(db, sql).get(...args)?.n ?? 0

export function lastPrompt(db: PromptDb): number {
  return number(db, 'SELECT max(id) AS n FROM prompts')
}

export interface Prompt {
  id: number
  text: string
  times: number
}

/** Prompts up to an id, ascending. */
export function eachPrompt(db: PromptDb, upTo: number): IterableIterator<Prompt> {
  return statement<Prompt>(
    db,
    'SELECT id, text, times FROM prompts WHERE id <= ? ORDER BY id',
  ).iterate(upTo)
}

export function promptTextsAt(db: PromptDb, ids: ArrayLike<number>): string[] {
  const read = statement<{ text: string }>(db, 'SELECT text FROM prompts WHERE id = ?')
  return Array.from(ids, (id) => read.get(id)?.text ?? '')
}

/** Ids of the prompts in use, ascending. */
export function keptPrompts(db: PromptDb): Int32Array {
  const ids: number[] = []
  const all = statement<{ id: number }>(db, `SELECT id FROM prompts p WHERE ${IS_KEPT} ORDER BY id`)
  for (const { id } of all.iterate()) ids.push(id)
  return Int32Array.from(ids)
}

/** Prompts that a source brought, with the rows that they stand in. */
export function promptsOfSource(db: PromptDb, source: number): { id: number; row: number }[] {
  return statement<{ id: number; row: number }>(
    db,
    'SELECT id, row FROM prompts WHERE source = ? ORDER BY row',
  ).all(source)
}

export function promptModels(db: PromptDb): PromptModel[] {
  return statement<PromptModel>(
    db,
    'SELECT id, side, model, digest, dim FROM models ORDER BY id',
  ).all()
}

export interface PromptModel {
  id: number
  side: 'picture-text' | 'sentence'
  model: string
  digest: string
  dim: number
}

export function promptModel(db: PromptWriter, model: Omit<PromptModel, 'id'>): PromptModel {
  const { side, digest, dim } = model
  statement(
    db,
    `INSERT INTO models (side, model, digest, dim) VALUES (?, ?, ?, ?)
     ON CONFLICT (side, digest) DO UPDATE SET model = excluded.model`,
  ).run(side, model.model, digest, dim)
  return statement<PromptModel>(
    db,
    'SELECT id, side, model, digest, dim FROM models WHERE side = ? AND digest = ?',
  ).get(side, digest) as PromptModel
}

export function wordCount(db: PromptDb, model: number): number {
  return number(db, 'SELECT count(*) AS n FROM words WHERE model = ?', model)
}

/** The words of a vocabulary, all at once, so that what is there is whole. */
export function putWords(
  db: PromptWriter,
  model: number,
  words: readonly string[],
  vectors: Float32Array,
): void {
  const dim = vectors.length / words.length
  const put = statement(db, 'INSERT OR REPLACE INTO words (model, word, vector) VALUES (?, ?, ?)')
  transaction(db, () => {
    for (const [i, word] of words.entries()) {
      put.run(model, word, bytesOf(vectors.subarray(i * dim, (i + 1) * dim)))
    }
  })
}

export function allWords(
  db: PromptDb,
  model: number,
  dim: number,
): { words: string[]; vectors: Float32Array } {
  const words: string[] = []
  const vectors = new Float32Array(wordCount(db, model) * dim)
  const all = statement<{ word: string; vector: Uint8Array }>(
    db,
    'SELECT word, vector FROM words WHERE model = ? ORDER BY word',
  )
  for (const { word, vector } of all.iterate(model)) {
    readRow(vector, vectors, words.length * dim)
    words.push(word)
  }
  return { words, vectors }
}

export interface JudgedTerm {
  term: string
  cosine: number
  word: string
}

export function judgedTerms(db: PromptDb, model: number): Map<string, JudgedTerm> {
  const all = statement<JudgedTerm>(db, 'SELECT term, cosine, word FROM terms WHERE model = ?')
  return new Map([...all.iterate(model)].map((one) => [one.term, one]))
}

export function putTerms(db: PromptWriter, model: number, terms: readonly JudgedTerm[]): void {
  const put = statement(
    db,
    'INSERT OR REPLACE INTO terms (model, term, cosine, word) VALUES (?, ?, ?, ?)',
  )
  transaction(db, () => {
    for (const { term, cosine, word } of terms) put.run(model, term, cosine, word)
  })
}

export interface LeftOut {
  id: number
  step: CleanStep
  why: string
}

/** A whole cleaning, which is in force from now on. */
export function putCleaning(
  db: PromptWriter,
  cleaning: { rules: CleanRules; upTo: number; steps: readonly CleanedStep[]; job: string },
  left: Iterable<LeftOut>,
): number {
  return transaction(db, () => {
    const { lastInsertRowid } = statement(
      db,
      'INSERT INTO cleanings (at, rules, up_to, steps, job) VALUES (?, ?, ?, ?, ?)',
    ).run(
      new Date().toISOString(),
      JSON.stringify(cleaning.rules),
      cleaning.upTo,
      JSON.stringify(cleaning.steps),
      cleaning.job,
    )
    const put = statement(
      db,
      'INSERT INTO left_out (cleaning, prompt, step, why) VALUES (?, ?, ?, ?)',
    )
    for (const { id, step, why } of left) put.run(lastInsertRowid, id, step, why)
    return Number(lastInsertRowid)
  })
}

export function isCleanedBy(db: PromptDb, job: string): boolean {
  return statement(db, 'SELECT 1 FROM cleanings WHERE job = ?').get(job) !== undefined
}

export function promptCleanings(db: PromptDb): PromptCleaning[] {
  return statement<{
    id: number
    at: string
    rules: string
    steps: string
    undoneAt: string | null
  }>(db, 'SELECT id, at, rules, steps, undone_at AS undoneAt FROM cleanings ORDER BY id DESC')
    .all()
    .map((one) => ({
      ...one,
      rules: JSON.parse(one.rules) as CleanRules,
      steps: JSON.parse(one.steps) as CleanedStep[],
    }))
}

/** Takes the cleaning in force back. @throws AppError `not-found` */
export function undoCleaning(db: PromptWriter): void {
  const done = statement(db, `UPDATE cleanings SET undone_at = ? WHERE id = ${IN_FORCE}`).run(
    new Date().toISOString(),
  )
  if (done.changes === 0)
    throw new AppError(
      'not-found',
      'There is no cleaning to take back.',
      'The base is as it was filled.',
    )
}

export function promptBaseInfo(db: PromptDb, name: string, folder: string): PromptBaseInfo {
  const sources = promptSources(db)
  const cleaning = statement<{ id: number; at: string; upTo: number }>(
    db,
    `SELECT id, at, up_to AS upTo FROM cleanings WHERE id = ${IN_FORCE}`,
  ).get()
  const kept = `SELECT count(*) AS n FROM prompts p WHERE ${IS_KEPT}`
  return {
    name,
    folder,
    prompts: number(db, 'SELECT count(*) AS n FROM prompts'),
    kept: number(db, kept),
    notLookedAt: cleaning
      ? number(db, 'SELECT count(*) AS n FROM prompts WHERE id > ?', cleaning.upTo)
      : 0,
    rows: sources.reduce((sum, { rows }) => sum + rows, 0),
    sources: sources.map(({ id: _, ...source }) => source),
    models: promptModels(db).map(({ id, side, model, digest, dim }) => ({
      side,
      id: model,
      digest,
      dim,
      embedded: number(
        db,
        `SELECT count(*) AS n FROM vectors v JOIN prompts p ON p.id = v.prompt WHERE v.model = ? AND ${IS_KEPT}`,
        id,
      ),
    })),
    cleaning: cleaning ? { id: cleaning.id, at: cleaning.at } : null,
  }
}

interface Listed {
  id: number
  text: string
  times: number
  step: CleanStep | null
  why: string | null
}

export function listPrompts(
  db: PromptDb,
  { show, offset, limit }: { show: 'kept' | 'out' | CleanStep; offset: number; limit: number },
): { total: number; prompts: Listed[] } {
  if (show === 'kept') {
    const prompts = statement<Listed>(
      db,
      `SELECT id, text, times, NULL AS step, NULL AS why FROM prompts p
       WHERE ${IS_KEPT} ORDER BY id LIMIT ? OFFSET ?`,
    ).all(limit, offset)
    return { total: number(db, `SELECT count(*) AS n FROM prompts p WHERE ${IS_KEPT}`), prompts }
  }
  const of = `FROM left_out l JOIN prompts p ON p.id = l.prompt
    WHERE l.cleaning = ${IN_FORCE} AND (@show = 'out' OR l.step = @show)`
  const prompts = statement<Listed>(
    db,
    `SELECT p.id, p.text, p.times, l.step, l.why ${of} ORDER BY p.id LIMIT @limit OFFSET @offset`,
  ).all({ show, limit, offset })
  return { total: number(db, `SELECT count(*) AS n ${of}`, { show }), prompts }
}
