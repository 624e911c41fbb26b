import type { Router } from 'vue-router'
import type { PairSort } from '#shared/contract/index.ts'
import type { Action } from '../../state/actions.ts'
import { usePairs } from '../../state/pairs.ts'
import { useSession } from '../../state/session.ts'
import { t } from '../../texts/index.ts'

/** The orders of the pairs, as they are chosen. */
export const PAIR_ORDERS: readonly { value: PairSort; label: string }[] = [
  { value: 'id', label: t('pairs.order.page') },
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
