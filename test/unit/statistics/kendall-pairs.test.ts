import fc from 'fast-check'
import { expect, it } from 'vitest'
import { kendallTau } from '../../../src/main/statistics/correlation/correlation.ts'

/** Tau-b by its definition: every pair is looked at. */
function byDefinition(x: readonly number[], y: readonly number[]): number | null {
  let [excess, apartX, apartY] = [0, 0, 0]
  for (let i = 0; i < x.length; i++) {
    for (let j = 0; j < i; j++) {
      const a = Math.sign((x[i] as number) - (x[j] as number))
      const b = Math.sign((y[i] as number) - (y[j] as number))
      excess += a * b
      apartX += a * a
      apartY += b * b
    }
  }
  return apartX === 0 || apartY === 0 ? null : excess / Math.sqrt(apartX) / Math.sqrt(apartY)
}

it('counts pairs by sorting as it does by looking at each', () => {
  const few = fc.integer({ min: -2, max: 3 })
  const pairs = fc.array(
    fc.tuple(few, fc.oneof(few, fc.double({ min: -1, max: 1, noNaN: true }))),
    {
      minLength: 2,
      maxLength: 80,
    },
  )
  fc.assert(
    fc.property(pairs, (of) => {
      const [x, y] = [of.map(([a]) => a), of.map(([, b]) => b)]
      const found = kendallTau(x, y)
      const is = byDefinition(x, y)
      if (is === null) expect(found.ok).toBe(false)
      else expect(found.ok && found.tau).toBeCloseTo(is, 12)
    }),
  )
})
