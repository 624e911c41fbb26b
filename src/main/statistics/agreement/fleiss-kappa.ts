import { defined, notDefined } from '../outcome.ts'
import type { Outcome } from '../outcome.ts'
import { ratingTable } from '../rating.ts'
import type { Rating } from '../rating.ts'

/**
 * Fleiss' kappa (Fleiss 1971) over units that have the same number of ratings: the number that most
 * ratings belong to is taken, the other units are left out and counted. n = units. Categories are
 * compared as alike or not.
 */
export function fleissKappa(
  ratings: readonly Rating[],
): Outcome<{ kappa: number; ratingsPerUnit: number; leftOut: number }> {
  const { rows } = ratingTable(ratings)
  const bySize = Map.groupBy(
    rows.filter((row) => row.length >= 2),
    (row) => row.length,
  )
  const [best] = [...bySize].sort(([a, x], [b, y]) => b * y.length - a * x.length || b - a)
  if (!best) return notDefined(0, 'No unit has ratings by two raters.')
  const [m, used] = best
  const totals = new Map<number, number>()
  let agreeing = 0
  for (const row of used) {
    for (const counts of Map.groupBy(row, ({ value }) => value)) {
      const [value, { length }] = counts
      totals.set(value, (totals.get(value) ?? 0) + length)
      agreeing += length * (length - 1)
    }
  }
  const n = used.length
  const observed = agreeing / (n * m * (m - 1))
  const expected = [...totals.values()].reduce((sum, total) => sum + (total / (n * m)) ** 2, 0)
  if (totals.size < 2) return notDefined(n, 'All ratings are alike: there is nothing to agree on.')
  return defined(n, {
    kappa: (observed - expected) / (1 - expected),
    ratingsPerUnit: m,
    leftOut: rows.length - n,
  })
}
