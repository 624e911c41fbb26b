import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { coarser, logShade } from '../../../src/figures/density-cells.ts'
import { spreadLabels } from '../../../src/figures/spread.ts'

describe('a density', () => {
  test('is joined for few points without losing one', () => {
    const counts = new Array<number>(64 * 64).fill(0)
    counts[0] = 4
    counts[64 * 63 + 63] = 5
    const joined = coarser({ columns: 64, rows: 64, counts, n: 9 })
    expect(joined).toMatchObject({ columns: 8, rows: 8, n: 9 })
    expect(joined.counts[0]).toBe(4)
    expect(joined.counts.at(-1)).toBe(5)
    expect(joined.counts.reduce((a, b) => a + b)).toBe(9)
  })

  test('keeps as many cells a side as its points can fill', () => {
    const of = (n: number) => ({
      columns: 64,
      rows: 64,
      counts: new Array<number>(4096).fill(0),
      n,
    })
    // 1.5 times the square root: 21, 33, 47 and 65.
    expect([200, 500, 1000, 1900].map((n) => coarser(of(n)).columns)).toEqual([16, 32, 32, 64])
  })

  test('stays fine for a million points, and where its sides are odd', () => {
    const many = { columns: 64, rows: 64, counts: new Array<number>(4096).fill(244), n: 999_424 }
    expect(coarser(many)).toBe(many)
    const odd = { columns: 63, rows: 64, counts: new Array<number>(4032).fill(0), n: 3 }
    expect(coarser(odd)).toBe(odd)
  })

  test('keeps a cell where it stands', () => {
    const counts = new Array<number>(16 * 32).fill(0)
    counts[20 * 16 + 9] = 1
    const joined = coarser({ columns: 16, rows: 32, counts, n: 1 })
    expect(joined).toMatchObject({ columns: 8, rows: 16 })
    expect(joined.counts.indexOf(1)).toBe(10 * 8 + 4)
  })

  test('shades one pair darkest and the fullest cell brightest', () => {
    expect(logShade(1, 1000)).toBe(0)
    expect(logShade(1000, 1000)).toBe(1)
    expect(logShade(10, 1000)).toBeCloseTo(1 / 3)
    expect(logShade(1, 1)).toBe(1)
  })
})

test('labels at the ends of lines do not overlap and stay between the edges', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 200, noNaN: true }), { maxLength: 8 }), (at) => {
      const placed = spreadLabels(at, 14, 0, 200)
      const sorted = [...placed].sort((a, b) => a - b)
      for (let i = 1; i < sorted.length; i++) {
        expect((sorted[i] as number) - (sorted[i - 1] as number)).toBeGreaterThanOrEqual(14 - 1e-9)
      }
      for (const y of placed) expect(y).toBeLessThanOrEqual(200)
      // Who was above stays above.
      at.forEach((y, i) => {
        at.forEach((other, j) => {
          if (y < other) expect(placed[i] as number).toBeLessThan(placed[j] as number)
        })
      })
    }),
  )
})
