import { AppError } from '#shared/errors.ts'
import { ranks } from '#shared/statistics.ts'
import { chiSquareP } from '../distributions.ts'
import { checkNumbers, defined, notDefined } from '../outcome.ts'
import type { Gap, Outcome } from '../outcome.ts'

/**
 * Friedman's test of several related samples (Friedman 1937), corrected for ties, by chi-square:
 * whether any of the columns (models) differs over the rows (prompts). n = rows without a gap.
 * @param rows each with one value for each column
 * @throws AppError where rows have different lengths
 */
export function friedman(rows: readonly (readonly (number | Gap)[])[]): Outcome<{
  statistic: number
  df: number
  p: number
  meanRanks: number[]
  /** Kendall's W: 0 = no common order, 1 = the same order in each row. */
  w: number
  leftOut: number
}> {
  const k = rows[0]?.length ?? 0
  for (const row of rows) {
    checkNumbers(row, 'rows')
    if (row.length !== k) {
      throw new AppError(
        'invalid-input',
        'Friedman’s test failed: rows have different lengths.',
        'Give each row one value for each column, or null.',
      )
    }
  }
  const complete = rows.filter((row) => row.every((value) => value !== null)) as number[][]
  const n = complete.length
  if (k < 3) return notDefined(n, 'Friedman’s test needs at least three columns.')
  if (n < 2) return notDefined(n, 'Friedman’s test needs at least two rows without a gap.')
  const sums = new Float64Array(k)
  let tied = 0
  for (const row of complete) {
    ranks(Float64Array.from(row)).forEach((rank, j) => (sums[j] = (sums[j] as number) + rank))
    const counts = new Map<number, number>()
    for (const value of row) counts.set(value, (counts.get(value) ?? 0) + 1)
    for (const count of counts.values()) tied += count ** 3 - count
  }
  const correction = 1 - tied / (n * k * (k * k - 1))
  if (correction <= 0) return notDefined(n, 'Within each row all values are alike.')
  const squares = sums.reduce((sum, rank) => sum + rank * rank, 0)
  const statistic = ((12 / (n * k * (k + 1))) * squares - 3 * n * (k + 1)) / correction
  return defined(n, {
    statistic,
    df: k - 1,
    p: chiSquareP(statistic, k - 1),
    meanRanks: Array.from(sums, (sum) => sum / n),
    w: statistic / (n * (k - 1)),
    leftOut: rows.length - n,
  })
}
