import type { PairSort, ScoreSource } from '#shared/contract/pairs.ts'
import type { PairRow, TextSource } from '#shared/domain.ts'
import { AppError } from '#shared/errors.ts'
import type { Query } from '#shared/query/index.ts'
import { Int32List, argsort, arrange, shuffle } from './arrays.ts'
import type { FilterContext, Filters } from './filters.ts'
import { lru } from './lru.ts'
import { findModel, textKey } from '../repositories/models.ts'
import type { ScoreKind } from '../repositories/models.ts'
import { pairRows } from '../repositories/pairs.ts'
import { readWhere } from './score-ref.ts'

export interface SelectionReadContext extends FilterContext {
  filters: Filters
}

interface Selection {
  ids: Int32Array
  /** Place of each id, made when it is first asked for. */
  places: Int32Array | null
  corpusTotal: number
  prefer: TextSource | null
  score: ScoreKind | null
}

interface SelectArgs {
  where: string
  sort: PairSort
  score: ScoreSource | null
  seed: number
}

const MAX_SELECTIONS = 8

/** Filters in an order, read page by page. */
export function createSelectionReads(context: SelectionReadContext) {
  const { db, version, filters, baseScores } = context
  const selections = lru<Selection>(MAX_SELECTIONS)
  const sizes = lru<{ ids: Int32Array; order: Uint32Array }>(1)

  function select(args: SelectArgs): { selection: string; total: number; corpusTotal: number } {
    const query = readWhere(args.where)
    const stamps = `${version.pairs}.${version.images}.${version.scores} ${filters.stamp(query)}`
    const id = JSON.stringify([args.where, args.sort, args.score, args.seed, stamps])
    const made = selections.get(id, () => makeSelection(query, args))
    return { selection: id, total: made.ids.length, corpusTotal: made.corpusTotal }
  }

  function makeSelection(query: Query, args: SelectArgs): Selection {
    const kind = args.score ? viewKind(args.score) : null
    const kept = filters.idsOf(query, args.score)
    return {
      ids: ordered(kept, args, kind),
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

  function ordered(kept: Int32Array, args: SelectArgs, kind: ScoreKind | null): Int32Array {
    switch (args.sort) {
      case 'id':
        return kept
      case 'random': {
        const ids = kept.slice()
        shuffle(ids, args.seed)
        return ids
      }
      case 'score-asc':
      case 'score-desc': {
        if (!kind) return kept
        const base = baseScores(kind)
        return arrange(kept, base.ids, args.sort === 'score-desc')
      }
      case 'size-asc':
      case 'size-desc':
        return arrange(kept, idsBySize(), args.sort === 'size-desc')
    }
  }

  /** Ids of pairs whose picture's size is known, from the smallest area. */
  function idsBySize(): Int32Array {
    const found = sizes.get(`${version.pairs} ${version.images}`, () => {
      const ids = new Int32List()
      const areas = new Int32List()
      const rows = db
        .prepare<[], [number, number]>(
          `SELECT p.id, min(i.width * i.height, 2147483647)
           FROM pairs p CROSS JOIN images i ON i.id = p.image_id
           WHERE i.width IS NOT NULL AND i.height IS NOT NULL`,
        )
        .raw()
        .iterate() as IterableIterator<[number, number]>
      for (const row of rows) {
        ids.push(row[0])
        areas.push(row[1])
      }
      const keys = areas.take()
      return {
        ids: ids.take(),
        order: argsort(new Uint32Array(keys.buffer, keys.byteOffset, keys.length)),
      }
    })
    const sorted = new Int32Array(found.ids.length)
    for (let i = 0; i < sorted.length; i++)
      sorted[i] = found.ids[found.order[i] as number] as number
    return sorted
  }

  /** A selection that was dropped is made again from its name. */
  function selectionOf(id: string): Selection {
    return selections.get(id, () => {
      const [where, sort, score, seed] = readSelection(id)
      return makeSelection(readWhere(where), { where, sort, score, seed })
    })
  }

  return {
    select,
    idsOfSelection: (id: string): Int32Array => selectionOf(id).ids,

    page(args: { selection: string; offset: number; limit: number }): PairRow[] {
      const { ids, prefer, score } = selectionOf(args.selection)
      const some = ids.subarray(args.offset, args.offset + args.limit)
      return pairRows(db, { ids: some, prefer, score })
    },

    indexOf(args: { selection: string; id: number }): { index: number | null } {
      const selection = selectionOf(args.selection)
      if (!selection.places) {
        let highest = 0
        for (const id of selection.ids) if (id > highest) highest = id
        selection.places = new Int32Array(highest + 1)
        for (let i = 0; i < selection.ids.length; i++) {
          selection.places[selection.ids[i] as number] = i + 1
        }
      }
      const place = selection.places[args.id] ?? 0
      return { index: place === 0 ? null : place - 1 }
    },
  }
}

function readSelection(id: string): [string, PairSort, ScoreSource | null, number] {
  try {
    const read: unknown = JSON.parse(id)
    if (Array.isArray(read) && read.length === 5) {
      return read as unknown as [string, PairSort, ScoreSource | null, number]
    }
  } catch {
    // Said below.
  }
  throw new AppError('not-found', 'there is no such selection', 'Select again.')
}
