import { defined, notDefined } from '../outcome.ts'
import type { Outcome } from '../outcome.ts'
import { ratingTable } from '../rating.ts'
import type { Rating } from '../rating.ts'

export interface Screened {
  rater: string
  n: number
  /** Ratings far above and far below the unit's mean. */
  above: number
  below: number
  /** BT.500 would drop the rater. Nothing is dropped here. */
  flagged: boolean
}

/** With fewer raters the rule hardly can fire: the deviant vote itself widens the spread. */
export const SCREENING_FROM = 8

/**
 * The screening of observers of ITU-R BT.500, as a report. A rating is far off beyond 2 standard
 * deviations of its unit (where the kurtosis lies in 2..4, else sqrt(20)); a rater is flagged who is
 * so in more than 5 % of the units, and about as often above as below (difference under 30 % of
 * them). Who is always too high is not flagged: that is bias. n = ratings.
 */
export function bt500Screening(ratings: readonly Rating[]): Outcome<{ raters: Screened[] }> {
  const { raters, rows } = ratingTable(ratings)
  const n = ratings.length
  if (raters.length < SCREENING_FROM) {
    return notDefined(
      n,
      `Screening by BT.500 needs ${SCREENING_FROM} raters; there are ${raters.length}.`,
    )
  }
  const found = raters.map((rater): Screened => ({
    rater,
    n: 0,
    above: 0,
    below: 0,
    flagged: false,
  }))
  for (const row of rows) {
    const m = row.length
    const mean = row.reduce((sum, { value }) => sum + value, 0) / m
    const squares = row.reduce((sum, { value }) => sum + (value - mean) ** 2, 0)
    const fourths = row.reduce((sum, { value }) => sum + (value - mean) ** 4, 0)
    const kurtosis = squares > 0 ? (m * fourths) / squares ** 2 : 0
    const limit =
      (kurtosis >= 2 && kurtosis <= 4 ? 2 : Math.sqrt(20)) * Math.sqrt(squares / (m - 1))
    for (const { rater, value } of row) {
      const one = found[rater] as Screened
      one.n++
      // Where all agree nobody is far off.
      if (m < 2 || squares === 0) continue
      if (value >= mean + limit) one.above++
      if (value <= mean - limit) one.below++
    }
  }
  for (const one of found) {
    const far = one.above + one.below
    one.flagged = far / one.n > 0.05 && Math.abs(one.above - one.below) / far < 0.3
  }
  return defined(n, { raters: found })
}
