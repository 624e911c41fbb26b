import { SortColumn } from '#shared/contract/pairs.ts'
import type { PairSort, ScoreSource, SortSource } from '#shared/contract/pairs.ts'
import type { PairRow, PairTableRow, TextSource } from '#shared/domain.ts'
import { AppError } from '#shared/errors.ts'
import type { Query } from '#shared/query/index.ts'
import { arrange, shuffle } from './arrays.ts'
import type { FilterContext, Filters } from './filters.ts'
import { lru } from './lru.ts'
import { columnNamed, listColumns } from '../repositories/columns.ts'
import { findModel, textKey } from '../repositories/models.ts'
import type { ScoreKind } from '../repositories/models.ts'
import { pairRows } from '../repositories/pairs.ts'
import { currentSpanSet } from '../repositories/span-sets.ts'
import { pairTableRows, filledColumns } from '../repositories/pair-table.ts'
import { createOrders } from './orders.ts'
import { readWhere } from './score-ref.ts'
import { wordSearches } from './word-terms.ts'
import { textIndexOf } from '../texts/text-index.ts'

export interface SelectionReadContext extends FilterContext {
  filters: Filters
}

interface Selection {
  ids: Int32Array
  /** By id, where it is of a search. */
  found: ReadonlyMap<number, number> | null
  /** Place of each id, made when it is first asked for. */
  places: Int32Array | null
  corpusTotal: number
  prefer: TextSource | null
  score: ScoreKind | null
}

/** Hits of a search, from best to worst. */
export interface FoundHits {
  /** Names them: equal hits, equal key. */
  key: string
  ids: Int32Array
  cosines: Float64Array
}

interface SelectArgs {
  where: string
  sort: PairSort
  score: ScoreSource | null
  by?: SortSource | null
  seed: number
  /** Only these. */
  found?: FoundHits | null
}

const MAX_SELECTIONS = 8
/** Searches whose hits are held: a selection that was dropped is made from them again. */
const MAX_FOUND = 32

/** Filters in an order, read page by page. */
export function createSelectionReads(context: SelectionReadContext) {
  const { db, version, filters, baseScores, baseColumn } = context
  const selections = lru<Selection>(MAX_SELECTIONS)
  const founds = lru<FoundHits>(MAX_FOUND)
  const orders = createOrders(context)
  const columns = lru<{ filled: SortColumn[]; numbers: string[] }>(1)
  const anyPicture = db
    .prepare<[], number>("SELECT 1 FROM images WHERE status = 'ok' LIMIT 1")
    .pluck()

  function select(args: SelectArgs): {
    selection: string
    total: number
    corpusTotal: number
    hasPictures: boolean
  } {
    const query = readWhere(args.where)
    const column = columnOf(args.sort)
    const found = args.found ?? null
    if (found) founds.get(found.key, () => found)
    const stamps = [
      `${version.pairs}.${version.images}.${version.scores}.${version.pictureTexts}`,
      filters.stamp(query),
      // What is put into the index gets a rank.
      ...(args.sort === 'match' ? [`t${textIndexOf(db).state()?.upTo ?? 0}`] : []),
      ...(column ? [orders.stamp(column.by)] : []),
    ].join(' ')
    const id = JSON.stringify([
      args.where,
      args.sort,
      args.score,
      args.by ?? null,
      args.seed,
      stamps,
      found?.key ?? null,
    ])
    const made = selections.get(id, () => makeSelection(query, args))
    return {
      selection: id,
      total: made.ids.length,
      corpusTotal: made.corpusTotal,
      hasPictures: anyPicture.get() !== undefined,
    }
  }

  function makeSelection(query: Query, args: SelectArgs): Selection {
    const kind = args.score ? viewKind(args.score) : null
    const { found } = args
    // The filter was applied before the search.
    const kept = found ? found.ids : filters.idsOf(query, args.score)
    const isRanked = found && args.sort === 'search'
    return {
      ids: isRanked ? found.ids : ordered(found ? kept.slice().sort() : kept, args, kind),
      found: found
        ? new Map(Array.from(found.ids, (id, i) => [id, found.cosines[i] as number]))
        : null,
      places: null,
      corpusTotal: filters.countPairs(),
      prefer: args.score?.text ?? null,
      score: kind,
    }
  }

  /** null when the model has no scores here: the view then shows none. */
  function viewKind(score: ScoreSource): ScoreKind | null {
    try {
      return {
        modelId: findModel(db, score.model).id,
        text: score.text,
        key: textKey(db, score.text),
      }
    } catch (error) {
      if (error instanceof AppError && error.kind === 'not-found') return null
      throw error
    }
  }

  /** By the words that the filter looks for; pairs that are not in the index yet come last. */
  function byMatch(kept: Int32Array, query: Query): Int32Array {
    const ranked = textIndexOf(db).ranked(wordSearches(query))
    return arrange(kept, Int32Array.from(ranked))
  }

  function ordered(kept: Int32Array, args: SelectArgs, kind: ScoreKind | null): Int32Array {
    switch (args.sort) {
      case 'id':
      case 'search':
        return kept
      case 'match':
        return byMatch(kept, readWhere(args.where))
      case 'random': {
        const ids = kept.slice()
        shuffle(ids, args.seed)
        return ids
      }
      case 'score-asc':
      case 'score-desc': {
        const sorting = args.by && 'model' in args.by ? viewKind(args.by) : kind
        if (!sorting) return kept
        return arrange(kept, baseScores(sorting).ids, args.sort === 'score-desc')
      }
      case 'column-asc':
      case 'column-desc': {
        if (!args.by || !('column' in args.by)) return kept
        const { ids } = baseColumn(columnNamed(db, args.by.column).id)
        return arrange(kept, ids, args.sort === 'column-desc')
      }
      default: {
        const column = columnOf(args.sort)
        if (!column) return kept
        return arrange(kept, orders.idsBy(column.by), column.backwards)
      }
    }
  }

  /** A selection that was dropped is made again from its name. */
  function selectionOf(id: string): Selection {
    return selections.get(id, () => {
      const [where, sort, score, by, seed, , key] = readSelection(id)
      const found = key === null ? null : founds.get(key, () => noSelection())
      return makeSelection(readWhere(where), { where, sort, score, by, seed, found })
    })
  }

  function withFound<R extends PairRow>(rows: R[], { found }: Selection): R[] {
    return found ? rows.map((row) => ({ ...row, found: found.get(row.id) ?? null })) : rows
  }

  /** Place + 1 of each id. */
  function placesOf(id: string): Int32Array {
    const selection = selectionOf(id)
    if (!selection.places) {
      let highest = 0
      for (const one of selection.ids) if (one > highest) highest = one
      selection.places = new Int32Array(highest + 1)
      for (let i = 0; i < selection.ids.length; i++) {
        selection.places[selection.ids[i] as number] = i + 1
      }
    }
    return selection.places
  }

  return {
    select,
    /** Ids that a filter keeps, ascending. */
    idsWhere: ({ where, score }: { where: string; score: ScoreSource | null }): Int32Array =>
      filters.idsOf(readWhere(where), score),
    idsOfSelection: (id: string): Int32Array => selectionOf(id).ids,
    placesOf,
    viewKind,

    page(args: { selection: string; offset: number; limit: number }): PairRow[] {
      const selection = selectionOf(args.selection)
      const { ids, prefer, score } = selection
      const some = ids.subarray(args.offset, args.offset + args.limit)
      return withFound(pairRows(db, { ids: some, prefer, score }), selection)
    },

    tablePage(args: { selection: string; offset: number; limit: number }): PairTableRow[] {
      const selection = selectionOf(args.selection)
      const { ids, prefer, score } = selection
      const some = ids.subarray(args.offset, args.offset + args.limit)
      return withFound(pairTableRows(db, { ids: some, prefer, score }), selection)
    },

    tableColumns(): { filled: SortColumn[]; numbers: string[] } {
      return columns.get(
        `${version.pairs} ${version.images} ${version.spans} ${version.pictureTexts} ${currentSpanSet(db) ?? 0}`,
        () => ({
          filled: filledColumns(db),
          numbers: listColumns(db).map(({ name }) => name),
        }),
      )
    },

    indexOf(args: { selection: string; id: number }): { index: number | null } {
      const place = placesOf(args.selection)[args.id] ?? 0
      return { index: place === 0 ? null : place - 1 }
    },
  }
}

/** The column of a sort that is one's; null for the order of the pages, chance and scores. */
function columnOf(sort: PairSort): { by: SortColumn; backwards: boolean } | null {
  const { success, data } = SortColumn.safeParse(sort.replace(/-(?:asc|desc)$/, ''))
  if (!success || sort === 'id' || sort === 'match') return null
  return { by: data, backwards: sort.endsWith('-desc') }
}

type SelectionName = [
  string,
  PairSort,
  ScoreSource | null,
  SortSource | null,
  number,
  string,
  string | null,
]

function readSelection(id: string): SelectionName {
  try {
    const read: unknown = JSON.parse(id)
    if (Array.isArray(read) && read.length === 7) return read as unknown as SelectionName
  } catch {
    // Said below.
  }
  return noSelection()
}

function noSelection(): never {
  throw new AppError('not-found', 'there is no such selection', 'Select again.')
}
