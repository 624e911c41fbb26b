import type { ResultNumber, ResultTest } from '#shared/contract/results.ts'
import { bootstrap } from '../../statistics/intervals/bootstrap.ts'
import type { BootstrapMethod } from '../../statistics/intervals/bootstrap.ts'
import { signFlipTest } from '../../statistics/significance/sign-flip.ts'
import { wilcoxonSignedRank } from '../../statistics/significance/wilcoxon.ts'

/** How numbers are made: draws, seed, level, and what was said of it by key. */
export interface Maker {
  resamples: number
  seed: number
  level: number
  methods: Record<string, string>
  /** Between two parts of the work; throws where it is to end. */
  pause: () => void
}

export function maker(
  options: { resamples: number; seed: number; level: number },
  pause: () => void = () => {},
): Maker {
  const { resamples, seed, level } = options
  return { resamples, seed, level, methods: {}, pause }
}

/** Puts a method down under its key. @returns the key */
export function method(make: Maker, key: string, words: string): string {
  make.methods[key] = words
  return key
}

const percent = (level: number): string => `${Number((level * 100).toFixed(1))} %`

/** What is said of an interval by bootstrap. */
export function bootstrapWords(make: Maker, over: string, method: string, draws?: number): string {
  return `${percent(make.level)} ${method} bootstrap interval over ${over} (${(draws ?? make.resamples).toLocaleString('en-US')} draws, seed ${make.seed})`
}

export function missing(n: number, unit: string, how: string, why: string): ResultNumber {
  return { value: null, interval: null, n, unit, how, why }
}

/** The mean of one value a group, with its interval over them. */
export function meanNumber(
  make: Maker,
  values: readonly number[],
  { unit, how }: { unit: string; how: string },
): ResultNumber {
  const n = values.length
  if (n === 0) return missing(0, unit, how, 'There are no ratings.')
  const held = Float64Array.from(values)
  const drawn = interval(make, n, (places) => {
    let sum = 0
    for (let i = 0; i < places.length; i++) sum += held[places[i] as number] as number
    return sum / places.length
  })
  const value = held.reduce((sum, one) => sum + one, 0) / n
  return { value, interval: drawn.interval, n, unit, how, why: drawn.why }
}

/**
 * The interval of a statistic of n groups; BCa, and where that is not defined none: groups that are
 * all alike say nothing of how much they vary.
 */
export function interval(
  make: Maker,
  n: number,
  statistic: (places: ArrayLike<number>) => number | null,
  { method = 'bca' as BootstrapMethod, draws = make.resamples } = {},
): { interval: ResultNumber['interval']; why: string | null } {
  make.pause()
  const { seed, level } = make
  const drawn = bootstrap(n, statistic, { seed, level, resamples: draws, method })
  return drawn.ok
    ? { interval: { lo: drawn.low, hi: drawn.high }, why: null }
    : { interval: null, why: drawn.reason }
}

/** Without the noise of floating point: equal differences must be ties. */
export function rounded(value: number): number {
  return Math.round(value * 1e9) / 1e9
}

/** Wilcoxon's signed ranks of the prompts' differences. */
export function wilcoxonOf(
  make: Maker,
  differences: readonly number[],
): { test: ResultTest; effect: number | null } {
  const found = wilcoxonSignedRank(differences)
  const how = method(
    make,
    'wilcoxon',
    'Wilcoxon signed-rank test, two-sided, of the differences of prompt means; differences of 0 dropped, ties at their mean rank; exact up to 50 without ties, else the normal approximation with the variance under ties.',
  )
  const { n } = found
  return found.ok
    ? { test: { p: found.p, statistic: found.statistic, n, how, why: null }, effect: found.effect }
    : { test: { p: null, statistic: null, n, how, why: found.reason }, effect: null }
}

/** The same question by turning signs at random. */
export function signFlipOf(make: Maker, differences: readonly number[]): ResultTest {
  const found = signFlipTest(differences, { seed: make.seed, resamples: 10_000 })
  const how = method(
    make,
    'sign-flip',
    `Paired permutation test of the mean difference of prompt means, two-sided: all sign patterns up to 20 differences, else 10,000 drawn (seed ${make.seed}).`,
  )
  return found.ok
    ? { p: found.p, statistic: found.mean, n: found.n, how, why: null }
    : { p: null, statistic: null, n: found.n, how, why: found.reason }
}
