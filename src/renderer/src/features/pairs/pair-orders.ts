import type { Router } from 'vue-router'
import { PairSort } from '#shared/contract/index.ts'
import type { ScoreSource, SortSource } from '#shared/contract/index.ts'
import type { Action } from '../../state/actions.ts'
import { usePairs } from '../../state/pairs.ts'
import type { SourceInfo } from '../../state/pairs.ts'
import { useSession } from '../../state/session.ts'
import { TEXT_NAMES } from '../../state/text-sources.ts'
import { t } from '../../texts/index.ts'
import { tableColumns, wayOf } from './table-columns.ts'

/** The orders that are offered wherever pairs are shown; a table sorts by its columns beside them. */
export const PAIR_ORDERS: readonly { value: PairSort; label: string }[] = [
  { value: 'id', label: t('pairs.order.page') },
  { value: 'match', label: t('pairs.order.match') },
  { value: 'score-desc', label: t('pairs.order.scoreHigh') },
  { value: 'score-asc', label: t('pairs.order.scoreLow') },
  { value: 'size-desc', label: t('pairs.order.large') },
  { value: 'size-asc', label: t('pairs.order.small') },
  { value: 'random', label: t('pairs.order.random') },
]

/** Each order as a command of every view: it turns to the pairs. */
export function orderCommands(router: Router): Action[] {
  return PAIR_ORDERS.map(({ value, label }) => ({
    id: `pairs.sort-${value}`,
    title: t('pairs.sortBy', { order: label }),
    group: t('app.views.pairs'),
    keys: [],
    enabled: () => useSession().corpus !== null,
    run: () => {
      usePairs().setSort(value)
      void router.push({ name: 'pairs' })
    },
  }))
}

/** Stands for an order that only a column gives, while it is the one that holds. */
const BY_COLUMN = 'column'

interface Ordered {
  sort: PairSort
  score: ScoreSource | null
  by: SortSource | null
  sources: readonly SourceInfo[]
  /** What is searched by, if anything. */
  search?: unknown
  setSort(next: PairSort, by?: SortSource | null): void
}

/**
 * What the list of orders offers, which one holds, and how another is chosen.
 * @param imported columns of tables whose numbers are kept
 */
export function pairOrders(pairs: Ordered, imported: readonly string[] = []) {
  const columns = imported.flatMap((column) =>
    (['column-desc', 'column-asc'] as const).map((sort) => ({
      value: `${sort} ${column}`,
      label: nameOf(column, sort === 'column-desc'),
      sort,
      by: { column },
    })),
  )
  const { by, sort } = pairs
  const now = by && 'column' in by ? `${sort} ${by.column}` : by === null ? sort : BY_COLUMN
  const offered: { value: string; label: string }[] = [
    ...(pairs.search || sort === 'search' ? [{ value: 'search', label: t('search.order') }] : []),
    ...PAIR_ORDERS,
    ...columns,
  ]
  const isListed = offered.some(({ value }) => value === now)
  return {
    options: isListed ? offered : [...offered, { value: BY_COLUMN, label: labelOf(pairs) }],
    now: isListed ? now : BY_COLUMN,
    choose(value: string): void {
      const column = columns.find((one) => one.value === value)
      if (column) return pairs.setSort(column.sort, column.by)
      const { success, data } = PairSort.safeParse(value)
      if (success) pairs.setSort(data)
    },
  }
}

function nameOf(column: string, backwards: boolean): string {
  return backwards
    ? t('table.order.descending', { column })
    : t('table.order.ascending', { column })
}

function labelOf(pairs: Ordered): string {
  const { by, sort } = pairs
  const named = (column: string): string => nameOf(column, sort.endsWith('-desc'))
  if (by && 'column' in by) return named(by.column)
  if (by) {
    const model = pairs.sources.find((source) => source.model === by.model)?.modelName ?? by.model
    return named(t('table.order.score', { text: TEXT_NAMES[by.text], model }))
  }
  const column = tableColumns([], []).find((one) => wayOf(one, pairs) !== null)
  return named(column?.title ?? sort)
}
