import { AppError } from '#shared/errors.ts'
import { Matrix } from 'ml-matrix'
import type { Link } from '../links.ts'
import { covarianceOf, maximize } from '../newton.ts'
import type { Evaluated } from '../newton.ts'
import { checkLevel, defined, notDefined } from '../outcome.ts'
import type { Outcome } from '../outcome.ts'
import { crossedOf } from './crossed.ts'
import { coefficientOf, ordinalDesign, thresholdsOf, whyNoModel } from './design.ts'
import type { OrdinalObservation } from './design.ts'
import { laplace } from './laplace.ts'
import type { MixedModel } from './laplace.ts'
import { ordinalRegression } from './ordinal-regression.ts'
import type { OrdinalFit } from './ordinal-regression.ts'

export interface MixedObservation extends OrdinalObservation {
  /** By factor (rater, prompt), the group of the rating. */
  groups: Readonly<Record<string, string>>
}

export interface RandomIntercept {
  factor: string
  groups: number
  /** Of the intercepts, on the latent scale. */
  standardDeviation: number
  /** null where the deviation lies at 0. */
  standardError: number | null
  /** The deviation is 0: the factor explains nothing. */
  atBoundary: boolean
  /** Each group's intercept at the mode of its distribution. */
  modes: { group: string; value: number }[]
}

export interface MixedOrdinalFit extends OrdinalFit {
  random: RandomIntercept[]
}

/** Below this a deviation counts as 0. */
const ZERO = 1e-3

/**
 * Cumulative link mixed model: P(value <= k) = F(threshold_k - x'b - sum of random intercepts), each
 * normal with mean 0, by Laplace's approximation: what `clmm` of R's package ordinal fits. Errors
 * come from the second derivatives over all parameters. n = ratings.
 *
 * `converged` false says that the numbers are no estimates. Time grows with the ratings, and with
 * the cube of the groups of all factors but the largest.
 * @param factors whose groups have random intercepts: one or more, crossed as they are
 */
export function mixedOrdinalRegression(
  observations: readonly MixedObservation[],
  names: readonly string[],
  factors: readonly string[],
  link: Link,
  level = 0.95,
): Outcome<MixedOrdinalFit> {
  checkLevel(level)
  const design = ordinalDesign(observations, names, link)
  const { n, values, columns } = design
  const why = whyNoModel(design)
  if (why !== null) return notDefined(n, why)
  if (factors.length === 0) return notDefined(n, 'A mixed model needs at least one factor.')
  const grouped = factors
    .map((factor) => groupsOf(observations, factor))
    .sort((a, b) => b.names.length - a.names.length)
  const single = grouped.find((one) => one.names.length < 2)
  if (single) return notDefined(n, `${single.factor} has one group only.`)
  const fixed = ordinalRegression(observations, names, link, level)
  if (!fixed.ok) return fixed
  const crossed = crossedOf(
    grouped.map((one) => one.places),
    grouped.map((one) => one.names.length),
  )
  const model: MixedModel = { design, link, crossed }
  const start = Float64Array.from([
    ...fixed.thresholds.map(({ estimate }) => estimate),
    ...fixed.coefficients.map(({ estimate }) => estimate),
    ...grouped.map(() => 0.5),
  ])
  let warm: Float64Array = new Float64Array(crossed.total)
  const found = maximize(
    start,
    (at) => {
      const here = laplace(model, at, warm)
      if (!here) return null
      warm = here.modes
      return withInformation(model, at, here)
    },
    { iterations: 60, tolerance: 1e-11 },
  )
  if (!found) return notDefined(n, 'The likelihood cannot be computed where the search begins.')
  const covariance = covarianceOf(found.information)
  const m = values.length - 1
  const errors = covariance?.diagonal().map(Math.sqrt)
  if (!errors) {
    return notDefined(
      n,
      'The parameters cannot be told apart: the likelihood is flat around its top.',
    )
  }
  const modes = laplace(model, found.at, warm)?.modes ?? warm
  return defined(n, {
    link,
    coefficients: names.map((name, j) =>
      coefficientOf(name, found.at[m + j] as number, errors[m + j] as number, level),
    ),
    thresholds: thresholdsOf(values, found.at, errors),
    random: grouped.map(({ factor, names: groups }, f): RandomIntercept => {
      const scale = found.at[m + columns + f] as number
      const atBoundary = Math.abs(scale) < ZERO
      return {
        factor,
        groups: groups.length,
        standardDeviation: Math.abs(scale),
        standardError: atBoundary ? null : (errors[m + columns + f] as number),
        atBoundary,
        modes: groups.map((group, g) => ({
          group,
          value: scale * (modes[(crossed.offsets[f] as number) + g] as number),
        })),
      }
    }),
    logLikelihood: found.value,
    converged: found.converged,
    note: found.converged
      ? null
      : `The search stopped after ${found.iterations} steps at a slope of ${found.gradient.toPrecision(2)}.`,
    iterations: found.iterations,
    gradient: found.gradient,
  })
}

/** Second derivatives by differences of the exact gradient: errors of about 1e-8. */
function withInformation(
  model: MixedModel,
  at: Float64Array,
  here: { value: number; gradient: Float64Array; modes: Float64Array },
): Evaluated {
  const information = (): Matrix => {
    const size = at.length
    const found = Matrix.zeros(size, size)
    for (let p = 0; p < size; p++) {
      const width = 1e-4 * Math.max(1, Math.abs(at[p] as number))
      const moved = (by: number): Float64Array | null => {
        const place = at.slice()
        place[p] = (place[p] as number) + by
        return laplace(model, place, here.modes)?.gradient ?? null
      }
      const up = moved(width)
      const down = moved(-width)
      for (let q = 0; q < size; q++) {
        const one = up?.[q] ?? (here.gradient[q] as number)
        const other = down?.[q] ?? (here.gradient[q] as number)
        const entry = (other - one) / (width * ((up ? 1 : 0) + (down ? 1 : 0)))
        found.set(p, q, found.get(p, q) + entry / 2)
        found.set(q, p, found.get(q, p) + entry / 2)
      }
    }
    return found
  }
  return { value: here.value, gradient: here.gradient, information }
}

function groupsOf(
  observations: readonly MixedObservation[],
  factor: string,
): { factor: string; names: string[]; places: Int32Array } {
  const place = new Map<string, number>()
  const places = Int32Array.from(observations, ({ groups }, i) => {
    const group = groups[factor]
    if (group === undefined) {
      throw new AppError(
        'invalid-input',
        `The mixed model failed: row ${i + 1} has no ${factor}.`,
        'Give each rating a group for each factor.',
      )
    }
    const known = place.get(group) ?? place.size
    place.set(group, known)
    return known
  })
  return { factor, names: [...place.keys()], places }
}
