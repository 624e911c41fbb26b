import { AppError } from '#shared/errors.ts'
import { seededRandom } from '#shared/random.ts'
import { quantile } from '#shared/statistics.ts'
import { normalCdf, normalQuantile } from '../distributions.ts'
import { checkLevel, defined, notDefined } from '../outcome.ts'
import type { Interval, Outcome } from '../outcome.ts'

export type BootstrapMethod = 'percentile' | 'basic' | 'bca'

export interface BootstrapOptions {
  /** Of the random draws. */
  seed: number
  /** How many draws. */
  resamples: number
  /** Of the interval. */
  level: number
  method: BootstrapMethod
  /** Given draws in place of random ones: each as many places as there are groups. */
  draws?: readonly ArrayLike<number>[]
}

export const BOOTSTRAP_DEFAULTS: BootstrapOptions = {
  seed: 1,
  resamples: 2000,
  level: 0.95,
  method: 'bca',
}

export interface Bootstrap extends Interval {
  estimate: number
  /** Standard deviation of the statistic over the draws. */
  standardError: number
  level: number
  method: BootstrapMethod
  resamples: number
  /** Draws on which the statistic is not defined; they are left out. */
  undefinedDraws: number
}

/**
 * Bootstrap over independent groups (prompts, units): each draw takes as many whole groups as there
 * are, with replacement, so that what stands together stays together. n = groups.
 *
 * percentile, basic: Efron 1979; Davison and Hinkley 1997, 5.2. BCa: Efron 1987, with the
 * acceleration from leaving out one group at a time; where it is not defined (all draws on one
 * side, or no group matters) the outcome says so.
 * @param groups how many
 * @param statistic of the groups at the given places (0..groups-1, with repeats); null = not defined
 */
export function bootstrap(
  groups: number,
  statistic: (places: ArrayLike<number>) => number | null,
  options: Partial<BootstrapOptions> = {},
): Outcome<Bootstrap> {
  const { seed, resamples, level, method, draws } = { ...BOOTSTRAP_DEFAULTS, ...options }
  checkLevel(level)
  if (groups < 2) return notDefined(groups, 'An interval by bootstrap needs at least two groups.')
  const all = Int32Array.from({ length: groups }, (_, i) => i)
  const estimate = statistic(all)
  if (estimate === null) return notDefined(groups, 'The statistic is not defined on these data.')
  const found: number[] = []
  const many = draws ? draws.length : resamples
  const random = seededRandom(seed)
  const places = new Int32Array(groups)
  for (let i = 0; i < many; i++) {
    const given = draws?.[i]
    if (given) checkDraw(given, groups)
    else for (let k = 0; k < groups; k++) places[k] = random.below(groups)
    const value = statistic(given ?? places)
    if (value !== null) found.push(value)
  }
  if (found.length < 2) return notDefined(groups, 'The statistic is defined on too few draws.')
  const sorted = Float64Array.from(found).sort()
  const shares =
    method === 'bca'
      ? bcaShares(sorted, estimate, leftOutOnce(all, statistic), level)
      : ([(1 - level) / 2, (1 + level) / 2] as const)
  if (shares === null) {
    return notDefined(
      groups,
      'The BCa interval is not defined: the draws or the groups do not vary.',
    )
  }
  const [low, high] = shares.map((share) => quantile(sorted, share)) as [number, number]
  return defined(groups, {
    estimate,
    low: method === 'basic' ? 2 * estimate - high : low,
    high: method === 'basic' ? 2 * estimate - low : high,
    standardError: deviation(found),
    level,
    method,
    resamples: found.length,
    undefinedDraws: many - found.length,
  })
}

/** Shares of the draws between which the BCa interval lies. */
function bcaShares(
  sorted: Float64Array,
  estimate: number,
  leftOut: readonly number[] | null,
  level: number,
): readonly [number, number] | null {
  let below = 0
  let upTo = 0
  for (const value of sorted) {
    if (value < estimate) below++
    if (value <= estimate) upTo++
  }
  const share = (below + upTo) / (2 * sorted.length)
  if (share <= 0 || share >= 1 || leftOut === null) return null
  const bias = normalQuantile(share)
  const mean = leftOut.reduce((sum, value) => sum + value, 0) / leftOut.length
  let cubes = 0
  let squares = 0
  for (const value of leftOut) {
    cubes += (mean - value) ** 3
    squares += (mean - value) ** 2
  }
  if (squares === 0) return null
  const acceleration = cubes / (6 * squares ** 1.5)
  const shift = (z: number): number =>
    normalCdf(bias + (bias + z) / (1 - acceleration * (bias + z)))
  const z = normalQuantile((1 - level) / 2)
  return [shift(z), shift(-z)]
}

function leftOutOnce(
  all: Int32Array,
  statistic: (places: ArrayLike<number>) => number | null,
): number[] | null {
  const values: number[] = []
  for (let out = 0; out < all.length; out++) {
    const value = statistic(all.filter((place) => place !== out))
    if (value === null) return null
    values.push(value)
  }
  return values
}

function deviation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return Math.sqrt(
    values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1),
  )
}

function checkDraw(draw: ArrayLike<number>, groups: number): void {
  const wrong =
    draw.length !== groups ||
    Array.from(draw).some((place) => !Number.isInteger(place) || place < 0 || place >= groups)
  if (wrong) {
    throw new AppError(
      'invalid-input',
      'The bootstrap failed: a given draw does not fit the groups.',
      `Give ${groups} places between 0 and ${groups - 1} for each draw.`,
    )
  }
}
