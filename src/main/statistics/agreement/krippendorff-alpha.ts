import { AppError } from '#shared/errors.ts'
import { bootstrap } from '../intervals/bootstrap.ts'
import type { Bootstrap, BootstrapOptions } from '../intervals/bootstrap.ts'
import { defined, notDefined } from '../outcome.ts'
import type { Interval, Outcome } from '../outcome.ts'
import { ratingTable } from '../rating.ts'
import type { Rating } from '../rating.ts'
import { addCoincidences, addUnit, alphaOf, noCoincidences, totalsOf } from './coincidences.ts'
import type { Coincidences, Distance } from './coincidences.ts'

export const MEASURES = ['nominal', 'ordinal', 'interval', 'ratio'] as const
/** What differences of the values mean. */
export type Measure = (typeof MEASURES)[number]

export interface AlphaOptions {
  /** What the interval draws: units, or whole clusters (prompts) of them. */
  over: 'unit' | 'cluster'
  /** Of the interval; null = none. Its method is the percentile one unless another is named. */
  interval: Partial<BootstrapOptions> | null
}

export interface Alpha {
  alpha: number
  measure: Measure
  /** Units with at least two ratings; the others cannot be compared. */
  units: number
  raters: number
  /** null where none was asked for, or it is not defined. */
  interval: (Interval & Pick<Bootstrap, 'level' | 'resamples' | 'method'>) | null
}

/**
 * Krippendorff's alpha of ratings, for any number of raters and gaps (Krippendorff 2011, Computing
 * Krippendorff's Alpha-Reliability). n = pairable ratings. Not defined where no unit has two
 * ratings, or all are alike.
 * @throws AppError for a ratio scale with values below 0
 */
export function krippendorffAlpha(
  ratings: readonly Rating[],
  measure: Measure,
  options: Partial<AlphaOptions> = {},
): Outcome<Alpha> {
  const { over, interval } = { over: 'unit', interval: {}, ...options } as AlphaOptions
  const { rows, clusters } = ratingTable(ratings)
  if (measure === 'ratio' && ratings.some(({ value }) => value < 0)) {
    throw new AppError(
      'invalid-input',
      "Computing Krippendorff's alpha failed: a ratio scale has no values below 0.",
      'Take the interval scale.',
    )
  }
  const groups = new Map<string | number, Coincidences<number>>()
  const who = new Set<number>()
  let units = 0
  rows.forEach((row, unit) => {
    if (row.length < 2) return
    units++
    for (const { rater } of row) who.add(rater)
    const group = over === 'unit' ? unit : (clusters[unit] as string)
    const sums = groups.get(group) ?? noCoincidences<number>()
    addUnit(
      sums,
      row.map(({ value }) => value),
    )
    groups.set(group, sums)
  })
  const parts = [...groups.values()]
  const alphaAt = (places: ArrayLike<number>): number | null => {
    const sums = noCoincidences<number>()
    for (let i = 0; i < places.length; i++) addCoincidences(sums, parts[places[i] as number]!)
    return alphaOf(sums, distanceOf(measure, sums))
  }
  const n = parts.reduce((sum, part) => sum + part.n, 0)
  if (units === 0) return notDefined(n, 'No unit has ratings by two raters.')
  const alpha = alphaAt(Int32Array.from(parts, (_, i) => i))
  if (alpha === null) return notDefined(n, 'All ratings are alike: there is nothing to agree on.')
  const drawn =
    interval === null
      ? null
      : bootstrap(parts.length, alphaAt, { method: 'percentile', ...interval })
  return defined(n, {
    alpha,
    measure,
    units,
    raters: who.size,
    interval: drawn?.ok
      ? {
          low: drawn.low,
          high: drawn.high,
          level: drawn.level,
          resamples: drawn.resamples,
          method: drawn.method,
        }
      : null,
  })
}

/** delta^2 of a measure (Krippendorff 2011, p. 5-6). */
export function distanceOf(measure: Measure, sums: Coincidences<number>): Distance<number> {
  if (measure === 'nominal') return (a, b) => (a === b ? 0 : 1)
  if (measure === 'interval') return (a, b) => (a - b) ** 2
  if (measure === 'ratio') return (a, b) => (a + b === 0 ? 0 : ((a - b) / (a + b)) ** 2)
  // Ordinal: how many values lie between the two, half of their own counted.
  const middle = new Map<number, number>()
  let before = 0
  for (const [value, n] of [...totalsOf(sums)].sort(([a], [b]) => a - b)) {
    middle.set(value, before + n / 2)
    before += n
  }
  return (a, b) => ((middle.get(a) as number) - (middle.get(b) as number)) ** 2
}
