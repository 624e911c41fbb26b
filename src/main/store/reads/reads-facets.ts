import type { ColumnCounts, FacetCounts } from '#shared/contract/facets.ts'
import type { CallOutput } from '#shared/contract/index.ts'
import type { ScoreSource } from '#shared/contract/pairs.ts'
import { PAIR_MARKS } from '#shared/marks.ts'
import { FACETS, FACET_VALUES, withoutColumn, withoutFacet } from '#shared/query/facets.ts'
import type { Facet } from '#shared/query/facets.ts'
import type { Query } from '#shared/query/index.ts'
import { idSet } from './arrays.ts'
import type { CodedFacet, FacetCodes } from './facet-codes.ts'
import type { FilterContext, Filters } from './filters.ts'
import { hasBit, marksOf } from './mark-state.ts'
import { readWhere } from './score-ref.ts'
import { listColumns } from '../repositories/columns.ts'
import { listFilters } from '../repositories/saved-filters.ts'

/** Bars of a column. */
const BINS = 32

interface CountArgs {
  where: string
  score: ScoreSource | null
  limit: number
  find: { facet: Facet; text: string } | null
}

/** Counts pairs by value within a filter, on arrays that are held. */
export function createFacetReads({
  db,
  baseColumn,
  filters,
  facets: codes,
}: FilterContext & { filters: Filters; facets: (facet: CodedFacet) => FacetCodes }) {
  function valuesOf(facet: Facet, ids: Int32Array): { value: string; n: number }[] {
    if (facet === 'mark') {
      const all = marksOf(db).marks()
      const counted = new Array<number>(PAIR_MARKS.length + 1).fill(0)
      for (const id of ids) counted[all[id] ?? 0]!++
      return ['none', ...PAIR_MARKS].map((value, i) => ({ value, n: counted[i] as number }))
    }
    if (facet === 'tag') {
      const tags = [...marksOf(db).tags()]
      const counted = tags.map(([value, bits]) => {
        let n = 0
        for (const id of ids) if (hasBit(bits, id)) n++
        return { value, n }
      })
      const any = marksOf(db).bits({ of: 'tag', key: '*', test: () => true })
      let without = 0
      for (const id of ids) if (!hasBit(any, id)) without++
      return tags.length === 0 ? [] : [...counted, { value: '', n: without }]
    }
    const { values, codeOf } = codes(facet)
    const counted = new Uint32Array(values.length)
    for (let i = 0; i < ids.length; i++) counted[codeOf(ids[i] as number)]!++
    return values.map((value, i) => ({ value, n: counted[i] as number }))
  }

  function counted(facet: Facet, query: Query, args: CountArgs): FacetCounts {
    const ids = filters.idsOf(withoutFacet(query, facet), args.score)
    const order = FACET_VALUES[facet]
    const found = valuesOf(facet, ids).filter(({ n }) => n > 0)
    if (order) {
      found.sort((a, b) => order.indexOf(a.value) - order.indexOf(b.value))
      return { facet, values: found, more: 0 }
    }
    const text = args.find?.facet === facet ? args.find.text.trim().toLowerCase() : ''
    const fitting = found
      .filter(({ value }) => text === '' || value.toLowerCase().includes(text))
      .sort((a, b) => b.n - a.n || (a.value < b.value ? -1 : 1))
    return {
      facet,
      values: fitting.slice(0, args.limit),
      more: Math.max(0, fitting.length - args.limit),
    }
  }

  function column(id: number, name: string, query: Query, args: CountArgs): ColumnCounts | null {
    const { values, ids } = baseColumn(id)
    const [min, max] = [values[0], values.at(-1)]
    if (min === undefined || max === undefined) return null
    const kept = idSet(filters.idsOf(withoutColumn(query, name), args.score))
    const bins = new Array<number>(BINS).fill(0)
    let n = 0
    const width = max - min || 1
    for (let i = 0; i < ids.length; i++) {
      if (!kept.has(ids[i] as number)) continue
      n++
      bins[Math.min(BINS - 1, Math.floor((((values[i] as number) - min) / width) * BINS))]!++
    }
    return { name, n, min, max, bins }
  }

  return {
    countFacets(args: CountArgs): CallOutput<'facets.count'> {
      const query = readWhere(args.where)
      return {
        facets: FACETS.map((facet) => counted(facet, query, args)).filter(
          ({ values }) => values.length > 0,
        ),
        columns: listColumns(db).flatMap(({ id, name }) => column(id, name, query, args) ?? []),
      }
    },

    filterList(): CallOutput<'filters.list'> {
      return listFilters(db)
    },
  }
}
