import type { ScoreSource } from '#shared/contract/pairs.ts'
import { OwnText } from '#shared/domain.ts'
import type { TextSource } from '#shared/domain.ts'
import { AppError } from '#shared/errors.ts'
import { ALL, QueryError, parseQuery, printQuery } from '#shared/query/index.ts'
import type { Query, ScoreRef } from '#shared/query/index.ts'
import { Int32List } from './arrays.ts'
import { compileQuery } from './compile-query.ts'
import type { CompiledQuery, Meaning, SpanSets } from './compile-query.ts'
import { duplicateSlot, oneSlot } from './duplicate-terms.ts'
import { markSlot } from './mark-state.ts'
import type { ReaderDb } from '../open.ts'
import { textIndexOf } from '../texts/text-index.ts'
import { columnNamed } from '../repositories/columns.ts'
import { measuredSql } from '../repositories/measured-columns.ts'
import { textFinder } from '../repositories/picture-texts.ts'
import { findModel, listModels, scoreKinds, textKey } from '../repositories/models.ts'
import type { ScoreKind } from '../repositories/models.ts'
import { isImported } from '../repositories/score-origins.ts'
import { hasUncounted } from '../repositories/token-counts.ts'
import { currentSpanSet, latestSpanSet } from '../repositories/span-sets.ts'

/**
 * Reads a filter.
 * @throws AppError `invalid-input` that names the position
 */
export function readWhere(where: string): Query {
  try {
    return parseQuery(where)
  } catch (error) {
    if (!(error instanceof QueryError)) throw error
    throw new AppError(
      'invalid-input',
      `the filter cannot be read at position ${error.position + 1}: ${error.message}`,
      {
        window: 'Press ? in the filter bar for the query language.',
        command: 'Write it as in: score>=0.28 width>=256 -alt:*',
      },
      { cause: error },
    )
  }
}

/**
 * The score that a filter or a view means: `score` alone is the one of the view, or the only one
 * that there is.
 * @throws AppError `not-found` (no such score), `invalid-input` (several, and none named)
 */
export function resolveScore(db: ReaderDb, ref: ScoreRef, view: ScoreSource | null): ScoreKind {
  const kinds = scoreKinds(db)
  const names = new Map(listModels(db).map((model) => [model.id, model.publicId]))
  const wanted = {
    model: ref.model ?? view?.model ?? null,
    text:
      ref.text ?? (ref.model === null || ref.model === view?.model ? (view?.text ?? null) : null),
  }
  const modelId = wanted.model === null ? null : findModel(db, wanted.model).id
  // A view's model and text are exact, whether or not there is a score yet.
  if (modelId !== null && wanted.text !== null) {
    return { modelId, text: wanted.text, key: textKey(db, wanted.text) }
  }
  const fitting = kinds.filter(
    (kind) =>
      (modelId === null || kind.modelId === modelId) &&
      (wanted.text === null || kind.text === wanted.text),
  )
  const only = fitting[0]
  if (fitting.length === 1 && only) return only
  const offer = (some: ScoreKind[]): string =>
    some.map((kind) => `score[${names.get(kind.modelId) ?? ''}].${kind.text}`).join(', ')
  if (!only) {
    throw new AppError(
      'not-found',
      'this corpus has no such score',
      kinds.length > 0 ? `There is ${offer(kinds)}.` : 'Score the corpus first.',
    )
  }
  throw new AppError('invalid-input', 'which score is meant?', `Write one of ${offer(fitting)}.`)
}

/**
 * The score whose tokens are meant.
 * @throws AppError as `resolveScore`; `invalid-input` where some are not counted, since a filter
 *   would pass over them
 */
function countedScore(db: ReaderDb, ref: ScoreRef, view: ScoreSource | null): ScoreKind {
  const kind = resolveScore(db, ref, view)
  if (!hasUncounted(db, { modelId: kind.modelId, text: kind.key })) return kind
  const model = listModels(db).find(({ id }) => id === kind.modelId)
  const name = `score[${model?.publicId ?? ''}].${kind.text}`
  throw new AppError(
    'invalid-input',
    model && isImported(model.manifest)
      ? `${name} was imported: the texts were cut into tokens elsewhere.`
      : `Not all tokens of ${name} are counted.`,
    model && isImported(model.manifest)
      ? 'Score the text here; tokens are counted with it.'
      : 'Score that text by that model again: nothing is scored twice, and what is missing is counted.',
  )
}

/** The models that have scored a text. */
export function modelsFor(db: ReaderDb, text: TextSource): ReturnType<typeof listModels> {
  const ids = new Set(scoreKinds(db).flatMap((kind) => (kind.text === text ? kind.modelId : [])))
  return listModels(db).filter(({ id }) => ids.has(id))
}

/**
 * A filter as SQL.
 * @throws AppError as `readWhere` and `resolveScore`
 */
export function compileWhere(
  db: ReaderDb,
  where: string | Query,
  view: ScoreSource | null = null,
): CompiledQuery {
  const query = typeof where === 'string' ? readWhere(where) : where
  return compileQuery(query, meaningIn(db, view))
}

/** What the terms of a filter mean in a corpus. @param view what `score` alone is */
export function meaningIn(db: ReaderDb, view: ScoreSource | null): Meaning {
  return {
    score: (ref) => resolveScore(db, ref, view),
    tokens: (ref) => countedScore(db, ref, view),
    spanSets: () => spanSetsOf(db),
    marks: (term) => markSlot(db, term),
    column: (name) => columnNamed(db, name).id,
    textFinder: () => textFinder(db) ?? 0,
    shownText: () => OwnText.catch('alt').parse(view?.text),
    measured: (column) => measuredSql(db, column),
    texts: textIndexOf(db),
    duplicates: (term) => duplicateSlot(db, term, () => pairIdsOf(db, ALL)),
    oneOf: (query, terms) => oneSlot(db, terms, nameOf(query, view), pairIdsOf(db, query, view)),
  }
}

const nameOf = (query: Query, view: ScoreSource | null): string =>
  `${view ? `${view.model} ${view.text}` : ''} ${printQuery(query)}`

/** The sets of spans that the fields of a filter mean. */
export function spanSetsOf(db: ReaderDb): SpanSets {
  const alts = latestSpanSet(db, 'alt')
  return {
    current: currentSpanSet(db),
    alts: alts ? { set: alts.id, upTo: alts.nextPair } : null,
  }
}

/** Ids of the pairs that a filter keeps, ascending. */
export function pairIdsWhere(
  db: ReaderDb,
  where: string,
  score: ScoreSource | null = null,
): Int32Array {
  return pairIdsOf(db, readWhere(where), score)
}

/** As `pairIdsWhere`, of a query that was read. */
export function pairIdsOf(
  db: ReaderDb,
  query: Query,
  score: ScoreSource | null = null,
): Int32Array {
  const compiled = compileWhere(db, query, score)
  const list = new Int32List()
  const rows = db
    .prepare<unknown[], number>(`SELECT p.id FROM ${compiled.from} WHERE ${compiled.where}`)
    .pluck()
    .iterate(...compiled.params)
  for (const id of rows) list.push(id)
  return list.take().sort()
}
