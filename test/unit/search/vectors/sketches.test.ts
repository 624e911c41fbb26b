import { describe, expect, test } from 'vitest'
import { seededRandom } from '#shared/random.ts'
import { BINS, binOf, borderOf } from '../../../../src/main/search/vectors/estimates.ts'
import { createSketchKernel } from '../../../../src/main/search/vectors/sketch-kernel.ts'
import {
  SKETCHED,
  sketchBytes,
  sketchError,
  tableBytes,
  writeSketch,
  writeTable,
} from '../../../../src/main/search/vectors/sketches.ts'
import { MAX_PAGES } from '../../../../src/main/search/vectors/dot-kernel.ts'
import { plainCosines } from '../../../support/vectors.ts'

const random = seededRandom(5)
/** As rotated vectors are: normal, of unit length. */
function normals(n: number, d: number): Float32Array<ArrayBuffer> {
  const all = Float32Array.from({ length: n * d }, () => random.normal())
  for (let at = 0; at < all.length; at += d) {
    const one = all.subarray(at, at + d)
    const length = Math.hypot(...one)
    for (let i = 0; i < d; i++) one[i] = (one[i] as number) / length
  }
  return all
}

/** Estimates by the kernel of rows that stand at some place of a memory. */
function estimated(rows: Float32Array, query: Float32Array): Float32Array {
  const d = query.length
  const groups = Math.ceil(rows.length / d / SKETCHED)
  const memory = new WebAssembly.Memory({ initial: 64, maximum: MAX_PAGES, shared: true })
  const bytes = new Uint8Array(memory.buffer)
  const [codes, table] = [65_536, 64]
  const codesEnd = codes + groups * sketchBytes(d)
  const factors = codesEnd
  const out = factors + groups * SKETCHED * 4
  // What was there before must not matter.
  bytes.fill(0xa5, codes, factors)
  const into = new Float32Array(memory.buffer, factors, groups * SKETCHED)
  for (let row = 0; row < rows.length / d; row++) {
    const from = codes + Math.floor(row / SKETCHED) * sketchBytes(d)
    const group = bytes.subarray(from, from + sketchBytes(d))
    into[row] = writeSketch(rows.subarray(row * d, (row + 1) * d), group, row % SKETCHED)
  }
  writeTable(query, bytes.subarray(table, table + tableBytes(d)))
  const kernel = createSketchKernel(memory)
  kernel.estimate(codes, codesEnd, table, table + tableBytes(d) - 32, factors, out)
  return new Float32Array(memory.buffer, out, rows.length / d).slice()
}

/** What a sketch says, worked out in double precision from the definition, value by value. */
function plainEstimate(row: Float32Array, query: Float32Array): number {
  const sigma = 1 / Math.sqrt(row.length)
  const nearest = (value: number): number =>
    [-1.5104, -0.4528, 0.4528, 1.5104]
      .map((step) => step * sigma)
      .reduce((best, step) => (Math.abs(step - value) < Math.abs(best - value) ? step : best))
  let [along, square, product] = [0, 0, 0]
  row.forEach((value, i) => {
    along += value * nearest(value)
    square += value * value
    product += (query[i] as number) * nearest(value)
  })
  return (product * square) / along
}

describe('sketches', () => {
  test.each([
    [70, 512, 0.002],
    [32, 32, 0.008],
    [45, 768, 0.002],
    [33, 1152, 0.003],
  ])('estimate %i rows of %i dimensions to %f as the definition does', (n, d, off) => {
    const rows = normals(n, d)
    const query = normals(1, d)
    const found = estimated(rows, query)
    expect(found).toHaveLength(n)
    for (let row = 0; row < n; row++) {
      const right = plainEstimate(rows.subarray(row * d, (row + 1) * d), query)
      // A table of bytes rounds: 255 steps for two dimensions, fewer where many are added.
      expect(Math.abs((found[row] as number) - right)).toBeLessThan(off)
    }
  })

  test('are off by what is said, and on average by nothing, near and far', () => {
    const [queries, n, d] = [60, 64, 256]
    for (const near of [0, 0.3, 0.9]) {
      const errors: number[] = []
      for (let i = 0; i < queries; i++) {
        const query = normals(1, d)
        const rows = normals(n, d).map(
          (value, at) => value * Math.sqrt(1 - near * near) + near * (query[at % d] as number),
        )
        const cosines = plainCosines(query, rows)
        estimated(rows, query).forEach((found, row) =>
          errors.push(found - (cosines[row] as number)),
        )
      }
      const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length
      const squares = errors.reduce((sum, error) => sum + error * error, 0)
      const deviation = Math.sqrt(squares / errors.length)
      expect(Math.abs(mean)).toBeLessThan(0.003)
      expect(deviation).toBeLessThan(sketchError(d) * 1.05)
      if (near === 0) expect(deviation).toBeGreaterThan(sketchError(d) * 0.85)
    }
  })

  test('give nothing for a row without a direction', () => {
    expect(estimated(new Float32Array(64), normals(1, 64))[0]).toBeCloseTo(0, 12)
  })
})

describe('the border of estimates', () => {
  const counts = (values: number[]): Int32Array => {
    const all = new Int32Array(BINS)
    for (const value of values) all[binOf(value)] = (all[binOf(value)] as number) + 1
    return all
  }
  const values = Array.from({ length: 1000 }, (_, i) => i / 1000)

  test('lies a margin below the n-th best', () => {
    const border = borderOf(counts(values), { n: 100, least: 100, margin: 0.05 })
    expect(border).toBeGreaterThan(0.8495 - 0.05)
    expect(border).toBeLessThanOrEqual(0.9 - 0.05)
  })

  test('lies so far down that there are enough rows', () => {
    const border = borderOf(counts(values), { n: 100, least: 600, margin: 0.05 })
    expect(values.filter((value) => value >= border).length).toBeGreaterThanOrEqual(600)
    expect(border).toBeGreaterThan(0.398)
  })

  test('takes all where there are too few', () => {
    expect(borderOf(counts(values), { n: 100, least: 2000, margin: 0.05 })).toBe(-Infinity)
    expect(borderOf(counts([]), { n: 1, least: 1, margin: 0 })).toBe(-Infinity)
  })

  test('counts what lies beyond the bins in the outermost', () => {
    expect([binOf(-9), binOf(9)]).toEqual([0, BINS - 1])
    expect(binOf(0.5)).toBeGreaterThan(binOf(0.499))
  })
})
