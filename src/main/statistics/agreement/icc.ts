import { fP, fQuantile } from '../distributions.ts'
import { checkLevel, defined, notDefined } from '../outcome.ts'
import type { Interval, Outcome } from '../outcome.ts'
import { ratingTable } from '../rating.ts'
import type { Rating } from '../rating.ts'

/**
 * ICC(1,.): each unit by other raters; ICC(2,.) = ICC(A,.): the same raters, who stand for others,
 * absolute agreement; ICC(3,.) = ICC(C,.): these raters, consistency. `k`: of the mean of all raters.
 */
export const ICC_FORMS = ['1,1', '2,1', '3,1', '1,k', '2,k', '3,k'] as const
export type IccForm = (typeof ICC_FORMS)[number]

export interface Icc extends Interval {
  form: IccForm
  icc: number
  /** Of the hypothesis that the ICC is 0. */
  f: number
  df1: number
  df2: number
  p: number
}

/**
 * Intraclass correlations (Shrout and Fleiss 1979) with intervals by F (McGraw and Wong 1996,
 * table 7). Over the units that all raters rated; the others are left out and counted.
 * n = those units. Not defined below 2 units or 2 raters, or where units or all residuals do not
 * vary.
 */
export function intraclassCorrelations(
  ratings: readonly Rating[],
  level = 0.95,
): Outcome<{ raters: number; leftOut: number; forms: Record<IccForm, Icc> }> {
  checkLevel(level)
  const { raters, rows } = ratingTable(ratings)
  const k = raters.length
  const complete = rows
    .filter((row) => row.length === k)
    .map((row) => [...row].sort((a, b) => a.rater - b.rater).map(({ value }) => value))
  const n = complete.length
  if (k < 2) return notDefined(n, 'An intraclass correlation needs at least two raters.')
  if (n < 2) return notDefined(n, 'Fewer than two units were rated by all raters.')
  const { msr, msw, msc, mse } = meanSquares(complete)
  if (msr === 0 || mse === 0 || msw === 0) {
    return notDefined(n, 'The ratings do not vary between units, or not within them.')
  }
  const alpha = 1 - level
  const forms = {} as Record<IccForm, Icc>
  const put = (
    kind: '1' | '2' | '3',
    single: Interval & { icc: number },
    mean: Interval & { icc: number },
  ): void => {
    const df1 = n - 1
    const df2 = kind === '1' ? n * (k - 1) : (n - 1) * (k - 1)
    const f = msr / (kind === '1' ? msw : mse)
    const test = { f, df1, df2, p: fP(f, df1, df2) }
    forms[`${kind},1`] = { form: `${kind},1`, ...single, ...test }
    forms[`${kind},k`] = { form: `${kind},k`, ...mean, ...test }
  }
  for (const kind of ['1', '3'] as const) {
    const df2 = kind === '1' ? n * (k - 1) : (n - 1) * (k - 1)
    const f = msr / (kind === '1' ? msw : mse)
    const low = f / fQuantile(1 - alpha / 2, n - 1, df2)
    const high = f * fQuantile(1 - alpha / 2, df2, n - 1)
    const single = (ratio: number): number => (ratio - 1) / (ratio + k - 1)
    const mean = (ratio: number): number => 1 - 1 / ratio
    put(
      kind,
      { icc: single(f), low: single(low), high: single(high) },
      { icc: mean(f), low: mean(low), high: mean(high) },
    )
  }
  const icc2 = (msr - mse) / (msr + (k - 1) * mse + (k * (msc - mse)) / n)
  // Satterthwaite's degrees of freedom of the denominator, at the estimate.
  const a = (k * icc2) / (n * (1 - icc2))
  const b = 1 + (k * icc2 * (n - 1)) / (n * (1 - icc2))
  const v =
    (a * msc + b * mse) ** 2 / ((a * msc) ** 2 / (k - 1) + (b * mse) ** 2 / ((n - 1) * (k - 1)))
  const fl = fQuantile(1 - alpha / 2, n - 1, v)
  const fu = fQuantile(1 - alpha / 2, v, n - 1)
  const rest = k * msc + (k * n - k - n) * mse
  const low = (n * (msr - fl * mse)) / (fl * rest + n * msr)
  const high = (n * (fu * msr - mse)) / (rest + n * fu * msr)
  const stepUp = (one: number): number => (one * k) / (1 + one * (k - 1))
  put(
    '2',
    { icc: icc2, low, high },
    { icc: (msr - mse) / (msr + (msc - mse) / n), low: stepUp(low), high: stepUp(high) },
  )
  return defined(n, { raters: k, leftOut: rows.length - n, forms })
}

/** Between units, within units, between raters, residual. */
function meanSquares(rows: readonly number[][]): Record<'msr' | 'msw' | 'msc' | 'mse', number> {
  const n = rows.length
  const k = (rows[0] as number[]).length
  const unit = rows.map((row) => row.reduce((sum, value) => sum + value, 0) / k)
  const rater = Array.from(
    { length: k },
    (_, j) => rows.reduce((sum, row) => sum + (row[j] as number), 0) / n,
  )
  const grand = unit.reduce((sum, value) => sum + value, 0) / n
  let within = 0
  let residual = 0
  rows.forEach((row, i) =>
    row.forEach((value, j) => {
      within += (value - (unit[i] as number)) ** 2
      residual += (value - (unit[i] as number) - (rater[j] as number) + grand) ** 2
    }),
  )
  const squares = (means: readonly number[]): number =>
    means.reduce((sum, mean) => sum + (mean - grand) ** 2, 0)
  // What rounding leaves of a sum that is 0.
  const clean = (value: number): number => (value < 1e-20 * (1 + grand * grand) * n * k ? 0 : value)
  return {
    msr: clean(k * squares(unit)) / (n - 1),
    msw: clean(within) / (n * (k - 1)),
    msc: (n * squares(rater)) / (k - 1),
    mse: clean(residual) / ((n - 1) * (k - 1)),
  }
}
