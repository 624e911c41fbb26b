import { AppError } from '#shared/errors.ts'
import { completePairs, defined, notDefined } from '../outcome.ts'
import type { Gap, Outcome } from '../outcome.ts'

export type KappaWeights = 'none' | 'linear' | 'quadratic'

export interface Kappa {
  kappa: number
  /** Share of exact agreement. */
  exact: number
  /** Pairs of which one is a gap. */
  leftOut: number
}

/**
 * Cohen's kappa of two raters (Cohen 1960; weighted: Cohen 1968):
 * 1 - sum w_ij o_ij / sum w_ij e_ij, with w = |i - j| or (i - j)^2 over the places of the
 * categories. n = units that both rated. Not defined where both always gave the same one value.
 * @param categories all values that could be given, in their order; by default those given, rising
 * @throws AppError for a value that is not among the categories
 */
export function cohenKappa(
  a: readonly (number | Gap)[],
  b: readonly (number | Gap)[],
  weights: KappaWeights,
  categories?: readonly number[],
): Outcome<Kappa> {
  const { x, y, leftOut } = completePairs(a, b)
  const n = x.length
  if (n === 0) return notDefined(0, 'The two raters rated no unit in common.')
  const names = categories ?? [...new Set([...x, ...y])].sort((p, q) => p - q)
  const place = new Map(names.map((value, i) => [value, i]))
  const k = names.length
  const rows = new Float64Array(k)
  const columns = new Float64Array(k)
  const apart = (i: number, j: number): number =>
    weights === 'none' ? Number(i !== j) : weights === 'linear' ? Math.abs(i - j) : (i - j) ** 2
  let observed = 0
  let exact = 0
  x.forEach((value, at) => {
    const i = place.get(value)
    const j = place.get(y[at] as number)
    if (i === undefined || j === undefined) {
      throw new AppError(
        'invalid-input',
        `Computing kappa failed: ${i === undefined ? value : y[at]} is not among the categories.`,
        'Name every value that could be given.',
      )
    }
    rows[i] = (rows[i] as number) + 1
    columns[j] = (columns[j] as number) + 1
    observed += apart(i, j)
    if (i === j) exact++
  })
  let expected = 0
  for (let i = 0; i < k; i++) {
    for (let j = 0; j < k; j++) {
      expected += ((rows[i] as number) * (columns[j] as number) * apart(i, j)) / n
    }
  }
  if (expected === 0) return notDefined(n, 'Both raters gave one value only.')
  return defined(n, { kappa: 1 - observed / expected, exact: exact / n, leftOut })
}
