import { Matrix } from 'ml-matrix'
import { intervalTerms } from '../links.ts'
import type { Link } from '../links.ts'
import { covarianceOf, maximize } from '../newton.ts'
import type { Evaluated } from '../newton.ts'
import { checkLevel, defined, notDefined } from '../outcome.ts'
import type { Outcome } from '../outcome.ts'
import { coefficientOf, ordinalDesign, thresholdsOf, whyNoModel } from './design.ts'
import type { Coefficient, OrdinalDesign, OrdinalObservation, Threshold } from './design.ts'

export interface OrdinalFit {
  link: Link
  coefficients: Coefficient[]
  thresholds: Threshold[]
  logLikelihood: number
  /** False: the numbers are where the search stopped, and no estimates. */
  converged: boolean
  /** What went wrong, where it did not converge. */
  note: string | null
  iterations: number
  /** Largest absolute slope of the log-likelihood at the estimates. */
  gradient: number
}

/**
 * Cumulative link (ordinal) regression: P(value <= k) = F(threshold_k - x'b), F logistic or normal
 * (McCullagh 1980), by maximum likelihood. n = ratings. Treats ratings as independent: where people
 * and prompts repeat, take the mixed model. Not defined where all ratings are alike or columns
 * cannot be told apart.
 */
export function ordinalRegression(
  observations: readonly OrdinalObservation[],
  names: readonly string[],
  link: Link,
  level = 0.95,
): Outcome<OrdinalFit> {
  checkLevel(level)
  const design = ordinalDesign(observations, names, link)
  const { n, values } = design
  const why = whyNoModel(design)
  if (why !== null) return notDefined(n, why)
  const found = maximize(design.start, (at) => likelihood(design, link, at))
  const covariance = found && covarianceOf(found.information)
  if (!found || !covariance) {
    return notDefined(n, 'The columns cannot be told apart, or one of them separates the ratings.')
  }
  const errors = covariance.diagonal().map(Math.sqrt)
  const m = values.length - 1
  return defined(n, {
    link,
    coefficients: names.map((name, j) =>
      coefficientOf(name, found.at[m + j] as number, errors[m + j] as number, level),
    ),
    thresholds: thresholdsOf(values, found.at, errors),
    logLikelihood: found.value,
    converged: found.converged,
    note: found.converged ? null : 'The likelihood still rises: a column may separate the ratings.',
    iterations: found.iterations,
    gradient: found.gradient,
  })
}

/** Log-likelihood, gradient and information; null where thresholds are out of order. */
function likelihood(design: OrdinalDesign, link: Link, at: Float64Array): Evaluated | null {
  const { n, values, levels, x, columns } = design
  const m = values.length - 1
  for (let k = 1; k < m; k++) if (!((at[k] as number) > (at[k - 1] as number))) return null
  let value = 0
  const gradient = new Float64Array(at.length)
  const information = Matrix.zeros(at.length, at.length)
  for (let i = 0; i < n; i++) {
    const level = levels[i] as number
    let shift = 0
    for (let j = 0; j < columns; j++) {
      shift += (x[i * columns + j] as number) * (at[m + j] as number)
    }
    const upper = level < m ? (at[level] as number) - shift : Infinity
    const lower = level > 0 ? (at[level - 1] as number) - shift : -Infinity
    const { log, a, b, c, d } = intervalTerms(link, upper, lower)
    value += log
    // Minus the second derivatives by upper, lower, and both.
    const uu = a * a - c
    const ll = b * b + d
    const ul = -a * b
    if (level < m) {
      gradient[level] = (gradient[level] as number) + a
      add(information, level, level, uu)
      if (level > 0) {
        add(information, level, level - 1, ul)
        add(information, level - 1, level, ul)
      }
    }
    if (level > 0) {
      gradient[level - 1] = (gradient[level - 1] as number) - b
      add(information, level - 1, level - 1, ll)
    }
    const whole = uu + ll + 2 * ul
    for (let j = 0; j < columns; j++) {
      const xj = x[i * columns + j] as number
      if (xj === 0) continue
      const p = m + j
      gradient[p] = (gradient[p] as number) - xj * (a - b)
      for (const [row, entry] of [
        [level, level < m ? uu + ul : 0],
        [level - 1, level > 0 ? ll + ul : 0],
      ] as const) {
        if (entry === 0) continue
        add(information, row, p, -xj * entry)
        add(information, p, row, -xj * entry)
      }
      for (let k = 0; k < columns; k++) {
        add(information, p, m + k, xj * (x[i * columns + k] as number) * whole)
      }
    }
  }
  return { value, gradient, information: () => information }
}

function add(matrix: Matrix, row: number, column: number, value: number): void {
  matrix.set(row, column, matrix.get(row, column) + value)
}
