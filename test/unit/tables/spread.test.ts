import { expect, it } from 'vitest'
import { createSpread } from '../../../src/main/tables/spread.ts'

/** A generator of no quality that is the same everywhere. */
function* numbers(n: number): Generator<number> {
  let state = 12345
  for (let i = 0; i < n; i++) {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff
    yield state / 0x7fffffff
  }
}

it('counts as one who keeps all numbers, whatever their range', () => {
  for (const [from, to] of [
    [-0.12, 0.41],
    [0, 100],
    [-3, -2.999],
    [0.25, 0.25],
    [-1e6, 5e6],
  ] as const) {
    // With seven digits, as similarities are written.
    const values = [...numbers(20_000)].map((u) =>
      Number((from + u ** 3 * (to - from)).toPrecision(7)),
    )
    const spread = createSpread()
    for (const value of values) spread.add(value)
    const told = spread.told(80)
    const mean = values.reduce((a, b) => a + b) / values.length
    const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / (values.length - 1)
    expect(told.n).toBe(values.length)
    expect(told.mean).toBeCloseTo(mean, 6)
    expect(told.sd).toBeCloseTo(Math.sqrt(variance), 4)
    expect([told.min, told.max]).toEqual([Math.min(...values), Math.max(...values)])
    expect(told.bins.length).toBeLessThanOrEqual(80)
    expect(told.bins.reduce((sum, { n }) => sum + n, 0)).toBe(values.length)
    for (const bin of told.bins) {
      const inIt = values.filter((value) => value >= bin.from && value < bin.to).length
      expect({ ...bin, n: inIt }).toEqual(bin)
    }
  }
})

it('says nothing of nothing, and no deviation of one', () => {
  expect(createSpread().told(10)).toEqual({
    n: 0,
    mean: null,
    sd: null,
    min: null,
    max: null,
    bins: [],
  })
  const one = createSpread()
  one.add(0.5)
  expect(one.told(10)).toMatchObject({ n: 1, mean: 0.5, sd: null, min: 0.5, max: 0.5 })
})
