import { Matrix } from 'ml-matrix'
import { normalQuantile } from '../distributions.ts'
import { intervalTerms, logistic } from '../links.ts'
import { covarianceOf, maximize } from '../newton.ts'
import type { Evaluated } from '../newton.ts'
import { checkLevel, defined, notDefined } from '../outcome.ts'
import type { Interval, Outcome } from '../outcome.ts'
import { countWins } from './comparisons.ts'
import type { Comparison, WinCounts } from './comparisons.ts'
import { whyNoScale } from './connectedness.ts'

export interface Strength extends Interval {
  item: string
  /** Log strength; all sum to 0. */
  strength: number
  standardError: number
}

export interface Strengths {
  items: Strength[]
  /** Of the log strengths, in the order of `items`: the error of a difference is sqrt(c_ii + c_jj - 2 c_ij). */
  covariance: number[][]
  /** probability[i][j] that i is preferred to j; of Rao and Kupper without the ties. */
  probability: number[][]
  logLikelihood: number
  iterations: number
}

export interface StrengthsWithTies extends Strengths {
  /** Width of the tie, at least 1 (= no ties), with its interval; its error is null where there are no ties. */
  theta: { value: number; low: number | null; high: number | null; logError: number | null }
}

/**
 * Bradley and Terry's model (1952): P(i over j) = s_i / (s_i + s_j), by maximum likelihood. A tie
 * is half a win of each, so that errors are only approximate where there are many. n = comparisons.
 * Not defined where the comparisons do not bound all differences.
 */
export function bradleyTerry(
  comparisons: readonly Comparison[] | WinCounts,
  level = 0.95,
): Outcome<Strengths> {
  return fit(countsOf(comparisons), level, false)
}

/**
 * Rao and Kupper's model with ties (1967): P(i over j) = s_i / (s_i + theta s_j), theta >= 1, by
 * maximum likelihood. n = comparisons. Not defined where differences have no bound, or all votes
 * are ties.
 */
export function raoKupper(
  comparisons: readonly Comparison[] | WinCounts,
  level = 0.95,
): Outcome<StrengthsWithTies> {
  return fit(countsOf(comparisons), level, true)
}

const countsOf = (given: readonly Comparison[] | WinCounts): WinCounts =>
  'wins' in given ? given : countWins(given)

function fit(counts: WinCounts, level: number, withTies: boolean): Outcome<StrengthsWithTies> {
  checkLevel(level)
  const { items, wins, ties } = counts
  const k = items.length
  const total = (table: number[][]): number => table.flat().reduce((sum, value) => sum + value, 0)
  const tied = total(ties) / 2
  const n = total(wins) + tied
  const why = whyNoScale(counts)
  if (why !== null) return notDefined(n, why)
  if (withTies && tied === n) return notDefined(n, 'All votes are ties.')
  const isTieFree = !withTies || tied === 0
  const start = new Float64Array(k - 1 + (isTieFree ? 0 : 1))
  // The width at which equal strengths give the share of ties: tanh(eta / 2).
  if (!isTieFree) start[k - 1] = 2 * Math.atanh(Math.min(0.95, Math.max(0.01, tied / n)))
  const found = maximize(start, (at) => likelihood(counts, at, isTieFree))
  const inverse = found && covarianceOf(found.information)
  if (!found?.converged || !inverse) {
    return notDefined(n, 'The likelihood has no top: too few votes decide, or too few are ties.')
  }
  // From differences to the first item to strengths that sum to 0.
  const centre = Matrix.zeros(k, k - 1)
  for (let i = 0; i < k; i++) {
    for (let j = 0; j < k - 1; j++) centre.set(i, j, (i === j + 1 ? 1 : 0) - 1 / k)
  }
  const covariance = centre
    .mmul(inverse.subMatrix(0, k - 2, 0, k - 2))
    .mmul(centre.transpose())
    .to2DArray()
  const mean = found.at.subarray(0, k - 1).reduce((sum, value) => sum + value, 0) / k
  const strength = items.map((_, i) => (i === 0 ? 0 : (found.at[i - 1] as number)) - mean)
  const z = normalQuantile((1 + level) / 2)
  const eta = isTieFree ? 0 : (found.at[k - 1] as number)
  const logError = isTieFree ? null : Math.sqrt(inverse.get(k - 1, k - 1))
  return defined(n, {
    items: items.map((item, i): Strength => {
      const value = strength[i] as number
      const standardError = Math.sqrt((covariance[i] as number[])[i] as number)
      const half = z * standardError
      return { item, strength: value, standardError, low: value - half, high: value + half }
    }),
    covariance,
    probability: strength.map((a) => strength.map((b) => logistic(a - b))),
    logLikelihood: found.value,
    iterations: found.iterations,
    theta: {
      value: Math.exp(eta),
      low: logError === null ? null : Math.max(1, Math.exp(eta - z * logError)),
      high: logError === null ? null : Math.exp(eta + z * logError),
      logError,
    },
  })
}

/**
 * On the latent scale a comparison falls above eta (a win), below -eta (a loss) or between (a tie):
 * a cumulative logit with log theta = eta. Parameters: differences to the first item, then eta.
 */
function likelihood(
  { items, wins, ties }: WinCounts,
  at: Float64Array,
  isTieFree: boolean,
): Evaluated | null {
  const k = items.length
  const eta = isTieFree ? 0 : (at[k - 1] as number)
  if (!isTieFree && !(eta > 0)) return null
  let value = 0
  const gradient = new Float64Array(at.length)
  const information = Matrix.zeros(at.length, at.length)
  /** Adds `weight` observations that fall into upper > . > lower, each linear in the parameters. */
  const add = (i: number, j: number, weight: number, kind: 'win' | 'tie'): void => {
    if (weight === 0) return
    const d = (i === 0 ? 0 : (at[i - 1] as number)) - (j === 0 ? 0 : (at[j - 1] as number))
    const upper = kind === 'win' ? d - eta : eta - d
    const lower = kind === 'win' ? -Infinity : -eta - d
    const { log, a, b, c, d: ofLower } = intervalTerms('logit', upper, lower)
    value += weight * log
    // By the difference: upper and lower move the same way.
    const sign = kind === 'win' ? 1 : -1
    const slopes: [number, number, number][] = []
    if (i > 0) slopes.push([i - 1, sign, sign])
    if (j > 0) slopes.push([j - 1, -sign, -sign])
    if (!isTieFree) slopes.push([k - 1, kind === 'win' ? -1 : 1, -1])
    const [uu, ll, ul] = [a * a - c, b * b + ofLower, -a * b]
    for (const [p, pu, pl] of slopes) {
      gradient[p] = (gradient[p] as number) + weight * (a * pu - b * pl)
      for (const [q, qu, ql] of slopes) {
        const entry = uu * pu * qu + ll * pl * ql + ul * (pu * ql + pl * qu)
        information.set(p, q, information.get(p, q) + weight * entry)
      }
    }
  }
  for (let i = 0; i < k; i++) {
    for (let j = 0; j < k; j++) {
      if (i === j) continue
      const tie = ties[i]?.[j] ?? 0
      add(i, j, (wins[i]?.[j] ?? 0) + (isTieFree ? tie / 2 : 0), 'win')
      if (!isTieFree && i < j) add(i, j, tie, 'tie')
    }
  }
  return { value, gradient, information: () => information }
}
