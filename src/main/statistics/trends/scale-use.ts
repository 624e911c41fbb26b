import { AppError } from '#shared/errors.ts'
import { checkNumbers } from '../outcome.ts'
import type { Gap } from '../outcome.ts'

export interface ScaleUse {
  n: number
  /** null = "cannot judge", or no answer. */
  gaps: number
  /** How often each step was given, in the order of the steps. */
  counts: { value: number; n: number }[]
  /** Share of ratings at the lowest and the highest step; null where n is 0. */
  floor: number | null
  ceiling: number | null
  /** More than `LIMIT` of the ratings lie at that end: the scale cannot tell them apart. */
  atFloor: boolean
  atCeiling: boolean
  mean: number | null
  standardDeviation: number | null
}

/** The share at one end of the scale from which it counts as floor or ceiling. */
export const END_LIMIT = 0.4

/**
 * How a scale was used.
 * @param steps all its values, rising
 * @throws AppError for a value that is no step
 */
export function scaleUse(values: readonly (number | Gap)[], steps: readonly number[]): ScaleUse {
  checkNumbers(values, 'ratings')
  const counts = new Map(steps.map((step) => [step, 0]))
  let gaps = 0
  let sum = 0
  for (const value of values) {
    if (value === null) {
      gaps++
      continue
    }
    const count = counts.get(value)
    if (count === undefined) {
      throw new AppError(
        'invalid-input',
        `Counting the use of the scale failed: ${value} is none of its steps.`,
        'Name all steps of the scale.',
      )
    }
    counts.set(value, count + 1)
    sum += value
  }
  const n = values.length - gaps
  const mean = n > 0 ? sum / n : null
  let squares = 0
  for (const value of values) if (value !== null) squares += (value - (mean as number)) ** 2
  const share = (step: number | undefined): number | null =>
    n === 0 || step === undefined ? null : (counts.get(step) as number) / n
  const floor = share(steps[0])
  const ceiling = share(steps.at(-1))
  return {
    n,
    gaps,
    counts: [...counts].map(([value, count]) => ({ value, n: count })),
    floor,
    ceiling,
    atFloor: (floor ?? 0) > END_LIMIT,
    atCeiling: (ceiling ?? 0) > END_LIMIT,
    mean,
    standardDeviation: n > 1 ? Math.sqrt(squares / (n - 1)) : null,
  }
}
