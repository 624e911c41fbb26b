import { describe, expect, test } from 'vitest'
import { seededRandom } from '#shared/random.ts'
import { cmmd } from '../../../../src/main/evaluation/measures/cmmd.ts'
import type { Features } from '../../../../src/main/evaluation/measures/features.ts'
import {
  drawRows,
  drawSubsets,
  estimate,
  kid,
} from '../../../../src/main/evaluation/measures/kid.ts'
import { subsetEstimates } from '../../../../src/main/evaluation/measures/kid-subsets.ts'
import { fidFolder, readDistances, readFeatureSets } from '../../../support/fid-reference.ts'

function unit({ rows, dim, values }: Features): Features {
  const copy = Float64Array.from(values)
  for (let r = 0; r < rows; r++) {
    const row = copy.subarray(r * dim, (r + 1) * dim)
    const length = Math.hypot(...row)
    for (let c = 0; c < dim; c++) row[c] = (row[c] as number) / length
  }
  return { rows, dim, values: copy }
}

const all = ({ rows }: Features): number[] => Array.from({ length: rows }, (_, i) => i)

describe.skipIf(fidFolder === null)('beside the references', () => {
  test('each subset is that of torchmetrics, and their mean that of clean-fid', async () => {
    const sets = await readFeatureSets()
    const references = readDistances().kid
    expect(references.length).toBeGreaterThan(3)
    for (const known of references) {
      const [first, second] = known.case.split('-') as ('a' | 'b')[] as ['a', 'b']
      const [a, b] = [sets[first], sets[second]]
      const subsets = known.subset_indices_first_set.map((rows, i) => ({
        a: rows,
        b: known.subset_indices_second_set[i] as number[],
      }))
      for (const [i, subset] of subsets.entries()) {
        const wanted = known.torchmetrics_poly_mmd_per_subset_float64[i] as number
        expect(estimate(a, b, subset).value).toBeCloseTo(wanted, 10)
      }
      const found = kid(a, b, subsets, seededRandom(1))
      expect(found.value).toBeCloseTo(known.clean_fid_float64, 10)
    }
  })

  test('the estimate of all rows lies in the interval', async () => {
    const { a, b } = await readFeatureSets()
    const wanted = readDistances().kid_full_sets_unbiased_a_b
    expect(estimate(a, b, { a: all(a), b: all(b) }).value).toBeCloseTo(wanted, 10)
    const found = kid(a, b, drawSubsets(a, b, seededRandom(5)), seededRandom(6))
    expect(found).toMatchObject({ subsets: 100, subsetSize: 400 })
    expect(found.sd).toBeLessThan(1e-12)
    expect(found.interval[0]).toBeLessThan(wanted)
    expect(found.interval[1]).toBeGreaterThan(wanted)
    expect(found.interval[0]).toBeGreaterThan(0)
  })

  test('CMMD is that of the float64 reference', async () => {
    const sets = await readFeatureSets()
    const { values } = readDistances().cmmd
    expect(values.length).toBeGreaterThan(4)
    for (const known of values) {
      const [first, second] = known.case.split('-') as ('a' | 'b')[] as ['a', 'b']
      const prepare = known.normalised ? unit : (set: Features) => set
      const found = cmmd(prepare(sets[first]), prepare(sets[second]))
      if (known.case === 'a-a') expect(Math.abs(found)).toBeLessThan(1e-9)
      else expect(Math.abs(found / known.cmmd_float64 - 1), known.case).toBeLessThan(1e-6)
    }
  })
})

test('the error is that of leaving each row out and estimating anew', () => {
  const random = seededRandom(3)
  const set = (rows: number): Features => ({
    rows,
    dim: 3,
    values: Float64Array.from({ length: rows * 3 }, () => random.normal()),
  })
  const [a, b] = [set(7), set(5)]
  const without = (n: number, i: number): number[] =>
    Array.from({ length: n }, (_, k) => k).filter((k) => k !== i)
  const spread = (values: number[]): number => {
    const middle = values.reduce((x, y) => x + y) / values.length
    const squares = values.reduce((sum, value) => sum + (value - middle) ** 2, 0)
    return ((values.length - 1) / values.length) * squares
  }
  const leftA = all(a).map((i) => estimate(a, b, { a: without(7, i), b: all(b) }).value)
  const leftB = all(b).map((i) => estimate(a, b, { a: all(a), b: without(5, i) }).value)
  const { error } = estimate(a, b, { a: all(a), b: all(b) })
  expect(error).toBeCloseTo(Math.sqrt(spread(leftA) + spread(leftB)), 12)
})

test('subsets out of one pass are those worked out one by one', () => {
  const random = seededRandom(11)
  const set = (rows: number): Features => ({
    rows,
    dim: 24,
    values: Float32Array.from({ length: rows * 24 }, () => random.normal() + 0.1),
  })
  // Several tiles of each side, the last ones not full; rows that no subset has.
  const [a, b] = [set(1300), set(700)]
  const subsets = Array.from({ length: 7 }, () => ({
    a: drawRows(a.rows, 400, random),
    b: drawRows(b.rows, 300, random),
  }))
  const found = subsetEstimates(a, b, subsets, () => undefined)
  for (const [i, subset] of subsets.entries()) {
    const wanted = estimate(a, b, subset).value
    expect(Math.abs((found[i] as number) / wanted - 1)).toBeLessThan(1e-9)
  }
})

test('three numbers worked out by hand', () => {
  // Kernel (xy + 1)^3 of 0, 1 against 1, 2: within 1; within 27; across 1, 1, 8, 27.
  const a = { rows: 2, dim: 1, values: Float64Array.of(0, 1) }
  const b = { rows: 2, dim: 1, values: Float64Array.of(1, 2) }
  expect(estimate(a, b, { a: [0, 1], b: [0, 1] }).value).toBe(1 + 27 - (2 * 37) / 4)
  // exp(-1/200): within (2 + 2e)/4 on both sides; across 2e, 1 and exp(-4/200).
  const e = Math.exp(-1 / 200)
  const across = (2 * e + 1 + Math.exp(-4 / 200)) / 4
  expect(cmmd(a, b)).toBeCloseTo(1000 * (1 + e - 2 * across), 9)
})

test('a draw is the same of the same seed and holds no row twice', () => {
  const set: Features = { rows: 1500, dim: 1, values: new Float32Array(1500) }
  const [first, second] = [
    drawSubsets(set, set, seededRandom(9)),
    drawSubsets(set, set, seededRandom(9)),
  ]
  expect(first).toEqual(second)
  expect(first).toHaveLength(100)
  for (const { a } of first) expect(new Set(Array.from(a)).size).toBe(1000)
})

test('too few pictures and features of unlike models are refused', () => {
  const one: Features = { rows: 1, dim: 2, values: Float64Array.of(1, 2) }
  const other: Features = { rows: 2, dim: 1, values: Float64Array.of(1, 2) }
  expect(() => kid(one, one, [], seededRandom(1))).toThrow(/at least two pictures/)
  expect(() => kid(one, other, [], seededRandom(1))).toThrow(/2 and of 1 numbers/)
  expect(() => cmmd(one, other)).toThrow(/2 and of 1 numbers/)
})
