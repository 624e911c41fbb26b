import type { ScoreSource } from '#shared/contract/pairs.ts'
import { and, parts, printQuery } from '#shared/query/index.ts'
import type { FieldName, Query } from '#shared/query/index.ts'
import { lowerBound, upperBound } from '#shared/sorted.ts'
import { Int32List, idSet } from './arrays.ts'
import { compileQuery } from './compile-query.ts'
import { lru } from './lru.ts'
import type { ReaderDb } from '../open.ts'
import type { ScoreKind } from '../repositories/models.ts'
import { currentBestSet } from '../repositories/best-set-in-use.ts'
import { currentSpanSet } from '../repositories/span-sets.ts'
import { countRows } from '../repositories/stats.ts'
import { columnNamed } from '../repositories/columns.ts'
import { afterOnes, withOnes } from './duplicate-terms.ts'
import type { SortedColumn } from './column-arrays.ts'
import { hasBit, marksOf } from './mark-state.ts'
import { markTerm } from './mark-terms.ts'
import { meaningIn, resolveScore } from './score-ref.ts'
import type { SortedScores } from './sorted-scores.ts'
import type { Versions } from './versions.ts'

export interface FilterContext {
  db: ReaderDb
  version: Versions
  /** All scores of a kind. */
  baseScores(kind: ScoreKind): SortedScores
  /** All numbers of an imported column. */
  baseColumn(column: number): SortedColumn
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

/** Evaluates filters: comparisons of scores and columns, and marks, in memory, all else in SQL. */
export function createFilters({ db, version, baseScores, baseColumn }: FilterContext): Filters {
  const sets = lru<Int32Array>(MAX_SETS)
  let pairCount = { version: -1, n: 0 }

  function stamp(query: Query): string {
    const all = [...parts(query)]
    const pictures = all.some(
      (part) =>
        'field' in part &&
        ['url', 'status', 'mime', 'width', 'height', 'side', 'ratio', 'bytes'].includes(part.field),
    )
    const scored = all.some((part) => part.kind.startsWith('score'))
    const has = (...fields: FieldName[]): boolean =>
      all.some((part) => 'field' in part && fields.includes(part.field))
    const marks = [`p${version.pairs}`]
    if (pictures) marks.push(`i${version.images}`)
    // Another set of spans is another score, too.
    if (scored)
      marks.push(`s${version.scores}@${currentSpanSet(db) ?? 0}@${currentBestSet(db) ?? 0}`)
    if (has('span', 'confidence', 'altspan')) marks.push(`x${version.spans}`)
    if (has('mark', 'tag', 'note', 'marker')) marks.push(`m${version.marks}`)
    if (has('alt-kind', 'alt-rule')) marks.push(`k${version.kinds}`)
    if (has('labeled', 'flagged', 'label')) marks.push(`l${version.labels}`)
    // A column may have been worked out on pictures.
    const shown = all.some(({ kind }) => kind.startsWith('shown') || kind.startsWith('column'))
    if (shown || has('text-in-image', 'text-area', 'image-text'))
      marks.push(`t${version.pictureTexts} i${version.images} x${version.spans}`)
    if (has('version')) marks.push(`v${version.versions}`)
    // The keeper is chosen by pictures, scores and what people say.
    if (has('one', 'duplicate', 'decided'))
      marks.push(`d${version.duplicates} i${version.images} s${version.scores}`)
    return marks.join(' ')
  }

  function idsOf(query: Query, view: ScoreSource | null): Int32Array {
    const key = `${stamp(query)} ${view ? `${view.model} ${view.text}` : ''} ${printQuery(query)}`
    const { rest: kept, ones } = withOnes(query)
    if (ones.length > 0) {
      return sets.get(key, () => afterOnes(db, ones, idsOf(kept, view)))
    }
    return sets.get(key, () => {
      // What must hold and can be told from the arrays is done on these, the rest in SQL.
      const items = query.kind === 'and' ? query.items : [query]
      const onArrays = items.filter(isArrayTerm)
      const onMarks = items.filter(isMarkTerm)
      const rest = and(items.filter((item) => !isArrayTerm(item) && !isMarkTerm(item)))
      let ids = rest.kind === 'all' && onArrays.length > 0 ? null : fromSql(rest, view)
      for (const term of onArrays) {
        const kept = byValue(
          'score' in term
            ? baseScores(resolveScore(db, term.score, view))
            : baseColumn(columnNamed(db, term.column).id),
          term,
        )
        ids = ids === null ? kept.sort() : intersect(ids, kept)
      }
      for (const term of onMarks) ids = (ids ?? new Int32Array()).filter(byMarks(term))
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
    const { from, where, params } = compileQuery(query, meaningIn(db, view))
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

  function byMarks(query: Query): (id: number) => boolean {
    const isNegated = query.kind === 'not'
    const found = markTerm(isNegated ? query.item : query)
    if (!found) throw new Error('this is no term of marks')
    const bits = marksOf(db).bits(found.term)
    const wanted = found.isNot === isNegated
    return (id) => hasBit(bits, id) === wanted
  }

  function countPairs(): number {
    if (pairCount.version !== version.pairs) {
      pairCount = { version: version.pairs, n: countRows(db, 'pairs') }
    }
    return pairCount.n
  }

  return { stamp, idsOf, countPairs }
}

type ArrayTerm = Extract<
  Query,
  {
    kind:
      | 'scorePresent'
      | 'scoreCompare'
      | 'scoreRange'
      | 'columnPresent'
      | 'columnCompare'
      | 'columnRange'
  }
>

function isArrayTerm(query: Query): query is ArrayTerm {
  // `!=` takes what is around a value: left to SQL.
  return (
    query.kind === 'scorePresent' ||
    query.kind === 'scoreRange' ||
    query.kind === 'columnPresent' ||
    query.kind === 'columnRange' ||
    ((query.kind === 'scoreCompare' || query.kind === 'columnCompare') && query.op !== '!=')
  )
}

function isMarkTerm(query: Query): boolean {
  return markTerm(query.kind === 'not' ? query.item : query) !== null
}

/** Ids whose value fits, a copy. */
function byValue({ values, ids }: SortedScores | SortedColumn, term: ArrayTerm): Int32Array {
  let from = 0
  let to = values.length
  if (term.kind === 'scoreRange' || term.kind === 'columnRange') {
    if (term.from !== null) from = lowerBound(values, term.from)
    if (term.to !== null) to = upperBound(values, term.to)
  } else if (term.kind === 'scoreCompare' || term.kind === 'columnCompare') {
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
