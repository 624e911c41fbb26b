import type { Interval } from '../outcome.ts'

interface Estimate extends Interval {
  estimate: number
}

/**
 * The interval of a / b of two independent estimates from the intervals of each (MOVER-R; Donner and
 * Zou, Statistical Methods in Medical Research 21, 2012, 347-359, formula 9).
 * @param a not negative
 * @param b above 0
 * @returns `high` is infinite where the interval of b reaches 0 too closely
 */
export function ratioInterval(a: Estimate, b: Estimate): Interval {
  const product = a.estimate * b.estimate
  const end = (ofA: number, ofB: number, sign: -1 | 1): number => {
    const under = product ** 2 - ofA * ofB * (2 * a.estimate - ofA) * (2 * b.estimate - ofB)
    const below = ofB * (2 * b.estimate - ofB)
    return below > 0 ? (product + sign * Math.sqrt(Math.max(0, under))) / below : NaN
  }
  const low = end(a.low, b.high, -1)
  const high = end(a.high, b.low, 1)
  return {
    low: Number.isNaN(low) ? 0 : Math.max(0, low),
    high: Number.isNaN(high) ? Infinity : high,
  }
}
