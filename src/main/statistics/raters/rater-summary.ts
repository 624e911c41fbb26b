import { krippendorffAlpha } from '../agreement/krippendorff-alpha.ts'
import type { Measure } from '../agreement/krippendorff-alpha.ts'
import { correlation } from '../correlation/correlation.ts'
import { ratingTable } from '../rating.ts'
import type { Rating } from '../rating.ts'
import { biasRemoved } from './combine.ts'

export interface RaterSummary {
  rater: string
  n: number
  mean: number
  /** null where biases cannot be compared; see `biasRemoved`. */
  bias: number | null
  /** Standard deviation of the rater's own noise; see `sigmasOf`. */
  sigma: number | null
  /** Pearson's r with the mean of the others on the same units; null where not defined. */
  correlation: number | null
  /** Units that somebody else rated, too. */
  shared: number
  /** Krippendorff's alpha without this rater; higher than that of all = agreement rises without. */
  alphaWithout: number | null
}

/** What each rater does, beside alpha of all. Nothing is judged and nobody is dropped. */
export function summarizeRaters(
  ratings: readonly Rating[],
  measure: Measure = 'ordinal',
): { alpha: number | null; raters: RaterSummary[] } {
  const { raters, rows } = ratingTable(ratings)
  const fit = biasRemoved(ratings)
  const alphaOf = (of: readonly Rating[]): number | null => {
    const found = krippendorffAlpha(of, measure, { interval: null })
    return found.ok ? found.alpha : null
  }
  const summary = raters.map((rater, i): RaterSummary => {
    const own: number[] = []
    const others: number[] = []
    let sum = 0
    let n = 0
    for (const row of rows) {
      const mine = row.find((one) => one.rater === i)
      if (!mine) continue
      sum += mine.value
      n++
      if (row.length < 2) continue
      own.push(mine.value)
      others.push(
        (row.reduce((total, { value }) => total + value, 0) - mine.value) / (row.length - 1),
      )
    }
    const r = correlation(own, others, 'pearson')
    const noise = fit.ok ? fit.raters[i] : undefined
    return {
      rater,
      n,
      mean: sum / n,
      bias: noise?.bias ?? null,
      sigma: noise?.sigma ?? null,
      correlation: r.ok ? r.r : null,
      shared: own.length,
      alphaWithout: alphaOf(ratings.filter((rating) => rating.rater !== rater)),
    }
  })
  return { alpha: alphaOf(ratings), raters: summary }
}
