import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { axisFor, digitsFor, wholeTicks } from '#shared/axis.ts'

describe('an axis', () => {
  test('holds all values between two round numbers that are ticks', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 2, max: 10 }),
        (values, wanted) => {
          const axis = axisFor(values, wanted)
          const slack = 1e-9 * Math.max(1, Math.abs(axis.lo), Math.abs(axis.hi))
          expect(axis.hi).toBeGreaterThan(axis.lo)
          expect(Math.min(...values)).toBeGreaterThanOrEqual(axis.lo - slack)
          expect(Math.max(...values)).toBeLessThanOrEqual(axis.hi + slack)
          expect(axis.ticks[0]).toBeCloseTo(axis.lo, 6)
          expect(axis.ticks.at(-1)).toBeCloseTo(axis.hi, 6)
        },
      ),
    )
  })

  test('starts where it should', () => {
    expect(axisFor([0.82, 1.9], 4, 0)).toEqual({ lo: 0, hi: 2, ticks: [0, 0.5, 1, 1.5, 2] })
    expect(axisFor([], 4).ticks).toEqual([0, 0.5, 1])
    expect(axisFor([Number.NaN, 3], 3, 0).lo).toBe(0)
  })

  test('of epochs has whole numbers only, and as many decimals as tell ticks apart', () => {
    expect(wholeTicks(1, 3, 8)).toEqual([1, 2, 3])
    expect(digitsFor([0, 0.5, 1])).toBe(1)
    expect(digitsFor([0, 500, 1000])).toBe(0)
    expect(digitsFor([0.25, 0.5])).toBe(2)
  })
})
