import { AppError } from '#shared/errors.ts'

export type Adjustment = 'holm' | 'bonferroni' | 'bh'

/**
 * p values adjusted for their number: Holm 1979 and Bonferroni keep the chance of any false
 * rejection, Benjamini and Hochberg 1995 (bh) the expected share of false ones among the rejected.
 * In the order given; null (a test that was not defined) stays null and does not count.
 * @throws AppError for a p that is none
 */
export function adjustP(p: readonly (number | null)[], method: Adjustment): (number | null)[] {
  for (const value of p) {
    if (value !== null && !(value >= 0 && value <= 1)) {
      throw new AppError(
        'invalid-input',
        `Adjusting p values failed: ${value} is none.`,
        'Give numbers between 0 and 1, and null where a test is not defined.',
      )
    }
  }
  const rising = p
    .flatMap((value, place) => (value === null ? [] : [{ value, place }]))
    .sort((a, b) => a.value - b.value)
  const m = rising.length
  const adjusted: (number | null)[] = p.map(() => null)
  let last = method === 'bh' ? 1 : 0
  const take = (rank: number, of: number): void => {
    const { value, place } = rising[rank] as { value: number; place: number }
    const scaled = Math.min(1, value * of)
    last = method === 'bh' ? Math.min(last, scaled) : Math.max(last, scaled)
    adjusted[place] = last
  }
  if (method === 'bh') for (let rank = m - 1; rank >= 0; rank--) take(rank, m / (rank + 1))
  else for (let rank = 0; rank < m; rank++) take(rank, method === 'holm' ? m - rank : m)
  return adjusted
}
