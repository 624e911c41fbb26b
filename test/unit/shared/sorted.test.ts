import { expect, test } from 'vitest'
import fc from 'fast-check'
import { lowerBound, upperBound } from '#shared/sorted.ts'

test('the bounds count what is smaller, and what is not greater', () => {
  const values = fc.array(fc.integer({ min: -5, max: 5 })).map((all) => all.sort((a, b) => a - b))
  fc.assert(
    fc.property(values, fc.integer({ min: -6, max: 6 }), (sorted, bound) => {
      expect(lowerBound(sorted, bound)).toBe(sorted.filter((value) => value < bound).length)
      expect(upperBound(sorted, bound)).toBe(sorted.filter((value) => value <= bound).length)
    }),
  )
})
