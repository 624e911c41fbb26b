import { describe, expect, test } from 'vitest'
import { median, medianOfSorted, pearson, ranks, spearman } from '#shared/statistics.ts'

const of = (...values: number[]): Float64Array => Float64Array.from(values)

/** Values that hang together a little, with many ties; worked out the same in Python. */
function series(n: number): { x: Float64Array; y: Float64Array } {
  let state = 12345n
  const random = (): number => {
    state = (state * 1103515245n + 12345n) % 2147483648n
    return Number(state) / 2147483648
  }
  const x = new Float64Array(n)
  const y = new Float64Array(n)
  for (let i = 0; i < n; i++) {
    const [u, v] = [random(), random()]
    x[i] = Math.round(u * 100) / 100
    y[i] = Math.round((0.3 * u + 0.7 * v) * 50) / 50
  }
  return { x, y }
}

describe('correlation', () => {
  // scipy.stats.pearsonr and spearmanr 1.17.1.
  test('is that of scipy, without and with ties', () => {
    const iq = of(106, 100, 86, 101, 99, 103, 97, 113, 112, 110)
    const hours = of(7, 27, 2, 50, 28, 29, 20, 12, 6, 17)
    expect(pearson(iq, hours)).toBeCloseTo(-0.07021632602905671, 12)
    expect(spearman(iq, hours)).toBeCloseTo(-0.17575757575757575, 12)

    const x = of(0.1, 0.4, 0.4, 0.4, 0.9, 0.2, 0.9, 0.5, 0.1, 0.7)
    const y = of(0.21, 0.25, 0.24, 0.25, 0.31, 0.2, 0.3, 0.25, 0.22, 0.3)
    expect(pearson(x, y)).toBeCloseTo(0.9603390265419934, 12)
    expect(spearman(x, y)).toBeCloseTo(0.9247694341236135, 12)
    expect([...ranks(x)]).toEqual([1.5, 5, 5, 5, 9.5, 3, 9.5, 7, 1.5, 8])

    const many = series(2000)
    expect(pearson(many.x, many.y)).toBeCloseTo(0.3764392260360869, 12)
    expect(spearman(many.x, many.y)).toBeCloseTo(0.3487183705791422, 12)
  })

  test('is 1 and -1 on lines, and nothing where it is not defined', () => {
    const line = Float32Array.from([0.1, 0.2, 0.3, 0.7])
    expect(pearson(line, line)).toBe(1)
    expect(
      pearson(
        line,
        line.map((value) => -value),
      ),
    ).toBe(-1)
    expect(spearman(line, Float32Array.from([1, 2, 3, 900]))).toBe(1)
    expect(pearson(of(1, 2), of(1, 2))).toBeNull()
    expect(spearman(of(1, 2), of(1, 2))).toBeNull()
    expect(pearson(of(1, 1, 1), of(1, 2, 3))).toBeNull()
    expect(spearman(of(1, 2, 3), of(5, 5, 5))).toBeNull()
    expect(pearson(of(), of())).toBeNull()
  })
})

test('a median is the middle value, or the mean of the two in the middle', () => {
  expect(median([9, 1, 10])).toBe(9)
  expect(median([4, 1, 3, 100])).toBe(3.5)
  expect(median([])).toBeNull()
  expect(medianOfSorted(Float32Array.of(1, 3, 4, 100))).toBe(3.5)
})
