import type { ResultMixed } from '#shared/contract/results.ts'
import { mixedOrdinalRegression } from '../../statistics/ordinal/mixed-ordinal-regression.ts'
import { method, type Maker } from './numbers.ts'
import { pick, type Prepared } from './prepared.ts'

/** Beyond, intercepts of prompts beside those of pictures take too long: the cube of the prompts. */
const MOST_PROMPTS = 120
/** Ratings of one aspect beyond which the model is not fitted. */
const MOST_RATINGS = 20_000
/** Intercepts that vary by more, in standard deviations of a rating, leave nothing to estimate from. */
const WIDEST = 5

/** Cumulative probit models: whether the models differ where the scale is only an order. */
export function mixedModels(make: Maker, of: Prepared): ResultMixed[] {
  return of.aspects.map((aspect) => mixedModel(make, of, aspect.id))
}

function mixedModel(make: Maker, of: Prepared, aspect: string): ResultMixed {
  make.pause()
  const rows = pick(of.numeric, { aspect })
  const models = of.models.filter((model) => rows.some((row) => row.model === model))
  const [reference = '', ...others] = models
  const distinct = (by: (row: (typeof rows)[number]) => string | number): number =>
    new Set(rows.map(by)).size
  const [prompts, raters, pictures] = [
    distinct(({ prompt }) => prompt),
    distinct(({ rater }) => rater),
    distinct(({ image }) => image),
  ]
  const repeated = rows.length > pictures
  const withPictures = repeated && prompts <= MOST_PROMPTS
  const factors = [
    ...(prompts > 1 ? ['prompt'] : []),
    ...(raters > 1 ? ['rater'] : []),
    ...(withPictures ? ['picture'] : []),
  ]
  const how = method(
    make,
    `mixed-${factors.join('-') || 'none'}`,
    `Cumulative probit mixed model (ordinal ratings; as clmm of R's package ordinal, by Laplace's approximation): models as fixed effects, random intercepts of ${factors.join(', ')}. Estimates are shifts of the latent scale in its standard deviations, with Wald intervals.`,
  )
  const none = (why: string): ResultMixed => ({
    aspect,
    why,
    note: null,
    how,
    n: rows.length,
    reference,
    models: [],
    random: [],
    logLikelihood: null,
  })
  if (others.length === 0) return none('Fewer than two models were rated.')
  if (factors.length === 0) return none('There is one prompt and one rater only.')
  if (rows.length > MOST_RATINGS) {
    return none(`The model is fitted to ${MOST_RATINGS} ratings at most.`)
  }
  const fit = mixedOrdinalRegression(
    rows.map((row) => ({
      value: row.number,
      x: others.map((model) => (row.model === model ? 1 : 0)),
      groups: { prompt: row.prompt, rater: row.rater, picture: String(row.image) },
    })),
    others,
    factors,
    'probit',
    make.level,
  )
  if (!fit.ok) return none(fit.reason)
  if (!fit.converged) return none(fit.note ?? 'The search for the estimates did not converge.')
  const notes = [
    ...(repeated && !withPictures
      ? [
          `With more than ${MOST_PROMPTS} prompts the model has no intercepts of pictures: its intervals are too narrow where raters agree on a picture.`,
        ]
      : []),
    ...fit.random
      .filter(({ atBoundary }) => atBoundary)
      .map(({ factor }) => `The deviation of the ${factor}s lies at 0.`),
  ]
  const wide = fit.random.filter(({ standardDeviation }) => standardDeviation > WIDEST)
  if (wide.length > 0) {
    notes.push(
      `The ${wide.map(({ factor }) => factor).join(' and ')} decides nearly all of a rating (deviation above ${WIDEST}): the estimates are hardly bounded. Rely on the other tests.`,
    )
  }
  return {
    aspect,
    why: null,
    note: notes.length === 0 ? null : notes.join(' '),
    how,
    n: fit.n,
    reference,
    models: fit.coefficients.map(({ name, estimate, low, high, p }) => ({
      model: name,
      estimate: {
        value: estimate,
        interval: { lo: low, hi: high },
        n: fit.n,
        unit: 'ratings',
        how,
        why: null,
      },
      p,
    })),
    random: fit.random.map(({ factor, groups, standardDeviation }) => ({
      factor,
      groups,
      deviation: standardDeviation,
    })),
    logLikelihood: fit.logLikelihood,
  }
}
