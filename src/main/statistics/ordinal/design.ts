import { AppError } from '#shared/errors.ts'
import { normalP, normalQuantile } from '../distributions.ts'
import { linkQuantile } from '../links.ts'
import type { Link } from '../links.ts'
import { checkNumbers } from '../outcome.ts'
import type { Interval } from '../outcome.ts'

/** A rating with what may explain it: one number for each named column. */
export interface OrdinalObservation {
  value: number
  x: readonly number[]
}

/** A coefficient: how far the latent scale moves up for one more of the column. */
export interface Coefficient extends Interval {
  name: string
  estimate: number
  standardError: number
  z: number
  p: number
}

/** Where one value of the scale ends and the next begins. */
export interface Threshold {
  below: number
  above: number
  estimate: number
  standardError: number
}

/** Observations ready for the likelihood. */
export interface OrdinalDesign {
  n: number
  /** The values that were given, rising. */
  values: number[]
  /** By observation, the place of its value. */
  levels: Int32Array
  /** n rows of `columns` numbers. */
  x: Float64Array
  columns: number
  /** Thresholds of a model without columns, then zeros. */
  start: Float64Array
}

/** @throws AppError where a row does not fit the names or holds what is no number */
export function ordinalDesign(
  observations: readonly OrdinalObservation[],
  names: readonly string[],
  link: Link,
): OrdinalDesign {
  checkNumbers(
    observations.map(({ value }) => value),
    'ratings',
  )
  const n = observations.length
  const values = [...new Set(observations.map(({ value }) => value))].sort((a, b) => a - b)
  const place = new Map(values.map((value, i) => [value, i]))
  const levels = Int32Array.from(observations, ({ value }) => place.get(value) as number)
  const x = new Float64Array(n * names.length)
  observations.forEach((row, i) => {
    if (row.x.length !== names.length) {
      throw new AppError(
        'invalid-input',
        `The ordinal model failed: row ${i + 1} has ${row.x.length} columns, not ${names.length}.`,
        'Give each rating one number for each column.',
      )
    }
    checkNumbers(row.x, 'columns')
    x.set(row.x, i * names.length)
  })
  const start = new Float64Array(Math.max(0, values.length - 1) + names.length)
  let below = 0
  for (let k = 0; k + 1 < values.length; k++) {
    below += levels.reduce((sum, level) => sum + Number(level === k), 0)
    start[k] = linkQuantile(link, below / n)
  }
  return { n, values, levels, x, columns: names.length, start }
}

/** A model with two values or less observations than parameters cannot be told. */
export function whyNoModel(design: OrdinalDesign): string | null {
  if (design.values.length < 2) return 'All ratings are alike: there is nothing to explain.'
  if (design.n <= design.start.length) return 'There are too few ratings for so many parameters.'
  return null
}

export function coefficientOf(
  name: string,
  estimate: number,
  standardError: number,
  level: number,
): Coefficient {
  const half = normalQuantile((1 + level) / 2) * standardError
  const z = estimate / standardError
  return {
    name,
    estimate,
    standardError,
    z,
    p: normalP(z, 'two-sided'),
    low: estimate - half,
    high: estimate + half,
  }
}

export function thresholdsOf(
  values: readonly number[],
  at: ArrayLike<number>,
  errors: ArrayLike<number>,
): Threshold[] {
  return values.slice(1).map((above, k) => ({
    below: values[k] as number,
    above,
    estimate: at[k] as number,
    standardError: errors[k] as number,
  }))
}
