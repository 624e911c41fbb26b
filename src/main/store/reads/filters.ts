import type { ScoreSource } from '#shared/contract/pairs.ts'
import { and, parts, printQuery } from '#shared/query/index.ts'
import type { FieldName, Query } from '#shared/query/index.ts'
import { lowerBound, upperBound } from '#shared/sorted.ts'
import { Int32List, idSet } from './arrays.ts'
import { compileQuery } from './compile-query.ts'
import { lru } from './lru.ts'
import type { ReaderDb } from '../open.ts'
import type { ScoreKind } from '../repositories/models.ts'
import { currentSpanSet } from '../repositories/span-sets.ts'
import { countRows } from '../repositories/stats.ts'
import { resolveScore, spanSetsOf } from './score-ref.ts'
import type { SortedScores } from './sorted-scores.ts'
import type { Versions } from './versions.ts'

export interface FilterContext {
  db: ReaderDb
  version: Versions
  /** All scores of a kind. */
  baseScores(kind: ScoreKind): SortedScores
}

/** What the other reads ask of filters. */
export interface Filters {
  /** What a filter depends on, as a key of the caches. */
  stamp(query: Query): string
  /** Ids that a filter keeps, ascending. Not to be changed. */
  idsOf(query: Query, view: ScoreSource | null): Int32Array
  /** Pairs of the corpus, counted once. */
  countPairs(): number
}

/** Filters whose ids are held. */
const MAX_SETS = 8

/** Evaluates filters: comparisons of scores on the arrays that are held, all else in SQL. */
export function createFilters({ db, version, baseScores }: FilterContext): Filters {
  const sets = lru<Int32Array>(MAX_SETS)
  let pairCount = { version: -1, n: 0 }

  function stamp(query: Query): string {
    const all = [...parts(query)]
    const pictures = all.some(
      (part) =>
        'field' in part &&
        ['url', 'status', 'mime', 'width', 'height', 'ratio', 'bytes'].includes(part.field),
    )
    const scored = all.some((part) => part.kind.startsWith('score'))
    const has = (...fields: FieldName[]): boolean =>
      all.some((part) => 'field' in part && fields.includes(part.field))
    const marks = [`p${version.pairs}`]
    if (pictures) marks.push(`i${version.images}`)
    // Another set of spans is another score, too.
    if (scored) marks.push(`s${version.scores}@${currentSpanSet(db) ?? 0}`)
    if (has('span', 'confidence', 'altspan')) marks.push(`x${version.spans}`)
    if (has('labeled', 'flagged', 'label')) marks.push(`l${version.labels}`)
    if (has('version')) marks.push(`v${version.versions}`)
    return marks.join(' ')
  }

  function idsOf(query: Query, view: ScoreSource | null): Int32Array {
    const key = `${stamp(query)} ${view ? `${view.model} ${view.text}` : ''} ${printQuery(query)}`
    return sets.get(key, () => {
      // Comparisons of scores that must hold are done on the arrays, the rest in SQL.
      const items = query.kind === 'and' ? query.items : [query]
      const onScores = items.filter(isScoreTerm)
      const rest = and(items.filter((item) => !isScoreTerm(item)))
      let ids = rest.kind === 'all' && onScores.length > 0 ? null : fromSql(rest, view)
      for (const term of onScores) {
        const kept = byScore(baseScores(resolveScore(db, term.score, view)), term)
        ids = ids === null ? kept.sort() : intersect(ids, kept)
      }
      return ids ?? new Int32Array()
    })
  }

  function fromSql(query: Query, view: ScoreSource | null): Int32Array {
    if (query.kind === 'all') {
      const span = db
        .prepare<[], { low: number | null; high: number | null; n: number }>(
          'SELECT (SELECT min(id) FROM pairs) AS low, (SELECT max(id) FROM pairs) AS high, (SELECT count(*) FROM pairs) AS n',
        )
        .get()
      // Ids follow each other unless rows were taken out.
      if (span && span.low !== null && span.high !== null && span.high - span.low + 1 === span.n) {
        const first = span.low
        return Int32Array.from({ length: span.n }, (_, i) => first + i)
      }
    }
    const { from, where, params } = compileQuery(
      query,
      (ref) => resolveScore(db, ref, view),
      () => spanSetsOf(db),
    )
    const list = new Int32List()
    const rows = db
      .prepare<unknown[], number>(`SELECT p.id FROM ${from} WHERE ${where}`)
      .pluck()
      .iterate(...params)
    for (const id of rows) list.push(id)
    const ids = list.take()
    for (let i = 1; i < ids.length; i++)
      if ((ids[i] as number) < (ids[i - 1] as number)) return ids.sort()
    return ids
  }

  function countPairs(): number {
    if (pairCount.version !== version.pairs) {
      pairCount = { version: version.pairs, n: countRows(db, 'pairs') }
    }
    return pairCount.n
  }

  return { stamp, idsOf, countPairs }
}

type ScoreTerm = Extract<Query, { kind: 'scorePresent' | 'scoreCompare' | 'scoreRange' }>

function isScoreTerm(query: Query): query is ScoreTerm {
  // `!=` takes what is around a value: left to SQL.
  return (
    query.kind === 'scorePresent' ||
    query.kind === 'scoreRange' ||
    (query.kind === 'scoreCompare' && query.op !== '!=')
  )
}

/** Ids whose score fits, a copy. */
function byScore({ values, ids }: SortedScores, term: ScoreTerm): Int32Array {
  let from = 0
  let to = values.length
  if (term.kind === 'scoreRange') {
    if (term.from !== null) from = lowerBound(values, term.from)
    if (term.to !== null) to = upperBound(values, term.to)
  } else if (term.kind === 'scoreCompare') {
    const { op, value } = term
    if (op === '>=' || op === '=') from = lowerBound(values, value)
    if (op === '>') from = upperBound(values, value)
    if (op === '<=' || op === '=') to = upperBound(values, value)
    if (op === '<') to = lowerBound(values, value)
  }
  return ids.slice(from, Math.max(from, to))
}

function intersect(ids: Int32Array, others: Int32Array): Int32Array {
  const set = idSet(others)
  return ids.filter((id) => set.has(id))
}
