import type { DiffReason } from '#shared/contract/versions.ts'
import { printQuery } from '#shared/query/index.ts'
import type { Query } from '#shared/query/index.ts'
import { readPairLine } from '#shared/versions/pair-line.ts'
import type { VersionPair } from '#shared/versions/pair-line.ts'
import type { VersionRecipe } from '#shared/versions/recipe.ts'
import type { ReaderDb } from '../../store/open.ts'
import { pairIdsOf } from '../../store/reads/score-ref.ts'
import { fieldsOf, termsOf } from '../../store/reads/version-query.ts'
import { findModel, listModels, textKey } from '../../store/repositories/models.ts'
import { cosineReader } from '../../store/repositories/version-rows.ts'
import { pairFinder, pictureOf } from './gather.ts'
import type { Side } from './sides.ts'

/** Why a version does not hold a pair. */
export interface WhyNot {
  reason: DiffReason
  term: string
  /** Cosine of its model for the pair today, where a score decides. */
  cosine: number | null
}

/** Fields whose answers change while the pairs stay. */
const VOLATILE: readonly { reason: DiffReason; fields: readonly string[] }[] = [
  { reason: 'mark', fields: ['mark', 'tag', 'note', 'marker'] },
  { reason: 'label', fields: ['labeled', 'flagged', 'label'] },
  { reason: 'picture', fields: ['status', 'mime', 'width', 'height', 'side', 'ratio', 'bytes'] },
  { reason: 'span', fields: ['span', 'confidence', 'altspan'] },
  { reason: 'score', fields: ['score'] },
]

function volatileReason(fields: ReadonlySet<string>): DiffReason | null {
  return VOLATILE.find((one) => one.fields.some((field) => fields.has(field)))?.reason ?? null
}

interface Term {
  query: Query
  text: string
  passes: Set<number>
}

/**
 * Says for pairs that `target` does not hold, and `other` does, what keeps them out: by the corpus of
 * today where that still tells, else by what may have changed since.
 */
export function createWhyNot(
  db: ReaderDb,
  target: Side,
  other: Side,
): (id: number, pair: VersionPair) => WhyNot {
  const { recipe } = target.info
  const terms = termsOf(recipe).map((query): Term => ({
    query,
    text: printQuery(named(db, query)),
    passes: new Set(pairIdsOf(db, query)),
  }))
  const others = new Set(termsOf(other.info.recipe).map((query) => printQuery(named(db, query))))
  const fields = new Set(terms.flatMap(({ query }) => [...fieldsOf(query)]))
  const find = pairFinder(db, recipe)
  const pictures = recipe.onePerPicture ? picturesOf(target) : null
  const cosineOf = scoreOfTerm(db)

  return (id, pair) => {
    const why = (reason: DiffReason, term = '', cosine: number | null = null): WhyNot => ({
      ...{ reason, term, cosine },
    })
    if (id > target.lastPair) return why('new-pair')
    for (const term of terms) {
      if (term.passes.has(id)) continue
      const score = scoreTerm(term.query)
      if (score) {
        const cosine = cosineOf(score, id)
        const reason = scoreReason(score, other.info.recipe, others.has(term.text), cosine)
        return why(reason, term.text, cosine)
      }
      if (!others.has(term.text)) return why('filter', term.text)
      return why(volatileReason(fieldsOf(term.query)) ?? 'filter', term.text)
    }
    // It would be in today: something that is asked for is no longer as it was.
    const found = find(id)
    if (!found) return why('text')
    if (pictures?.has(pictureOf(found.pair)) || pictures?.has(pictureOf(pair))) {
      return why('same-picture')
    }
    if (recipe.sample !== null) return why('not-drawn')
    return why(volatileReason(fields) ?? 'since')
  }
}

type ScoreTerm = Extract<Query, { kind: 'scorePresent' | 'scoreCompare' | 'scoreRange' }>

function scoreTerm(query: Query): ScoreTerm | null {
  return query.kind === 'scorePresent' ||
    query.kind === 'scoreCompare' ||
    query.kind === 'scoreRange'
    ? query
    : null
}

/** Whether the model, the line or the score itself is another one. */
function scoreReason(
  term: ScoreTerm,
  other: VersionRecipe,
  isTheirs: boolean,
  cosine: number | null,
): DiffReason {
  if (cosine === null) return 'unscored'
  if (isTheirs) return 'score'
  const theirs = termsOf(other).flatMap((query) => scoreTerm(query) ?? [])
  if (theirs.length > 0 && theirs.every(({ score }) => score.model !== term.score.model)) {
    return 'model'
  }
  return 'cutoff'
}

/** With the names of models that are used today, for people. */
function named(db: ReaderDb, query: Query): Query {
  if (!('score' in query)) return query
  const { model } = query.score
  const name = listModels(db).find(({ digest }) => digest === model)?.publicId
  return { ...query, score: { ...query.score, model: name ?? model } }
}

function scoreOfTerm(db: ReaderDb): (term: ScoreTerm, id: number) => number | null {
  const readers = new Map<string, ReturnType<typeof cosineReader>>()
  return ({ score: { model, text } }, id) => {
    if (model === null || text === null) return null
    const key = `${model} ${text}`
    let read = readers.get(key)
    if (!read) {
      const { id: modelId } = findModel(db, model)
      readers.set(key, (read = cosineReader(db, new Int32Array(), modelId, textKey(db, text))))
    }
    return read(id)
  }
}

function picturesOf(side: Side): Set<string> {
  const pictures = new Set<string>()
  for (const { line } of side.lines()) {
    const pair = readPairLine(line)
    if (pair) pictures.add(pictureOf(pair))
  }
  return pictures
}

/** The least cosine that a recipe asks for: its cutoff, or the only one of its filter; null = none. */
export function lineOf(recipe: VersionRecipe): number | null {
  if (recipe.cutoff) return recipe.cutoff.cosine
  const terms = termsOf(recipe).flatMap((query) =>
    query.kind === 'scoreCompare' && ['>=', '>'].includes(query.op) ? query.value : [],
  )
  return terms.length === 1 ? (terms[0] ?? null) : null
}
