import { describe, expect, test } from 'vitest'
import type { Features } from '../../../../src/main/evaluation/measures/features.ts'
import { frechetDistance } from '../../../../src/main/evaluation/measures/frechet.ts'
import { createMoments } from '../../../../src/main/evaluation/measures/moments.ts'
import type { Moments } from '../../../../src/main/evaluation/measures/moments.ts'
import { fidFolder, readDistances, readFeatureSets } from '../../../support/fid-reference.ts'

function momentsOf({ values, dim }: Pick<Features, 'values' | 'dim'>, batch = 37): Moments {
  const sums = createMoments(dim)
  for (let at = 0; at < values.length; at += batch * dim) {
    sums.add(values.subarray(at, Math.min(values.length, at + batch * dim)))
  }
  return sums.moments()
}

const trace = ({ covariance, dim }: Moments): number =>
  Array.from({ length: dim }, (_, i) => covariance[i * dim + i] as number).reduce((x, y) => x + y)

/** Columns 60 to 63 as copies of the first four. */
function duplicated({ rows, dim, values }: Features): Features {
  const copy = values.slice()
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < 4; c++) copy[r * dim + 60 + c] = values[r * dim + c] as number
  }
  return { rows, dim, values: copy }
}

describe.skipIf(fidFolder === null)('beside pytorch-fid and clean-fid', () => {
  test('distances, means and traces are those of the references', async () => {
    const { a, b, c, d } = await readFeatureSets()
    const pairs = {
      'a-b': [a, b],
      'a-a': [a, a],
      'c-d': [c, d],
      'a-c': [a, c],
      dup: [duplicated(a), duplicated(b)],
    } as const
    const { fid } = readDistances()
    expect(fid.map((one) => one.case).sort()).toEqual(Object.keys(pairs).sort())
    for (const known of fid) {
      const [x, y] = pairs[known.case].map((set) => momentsOf(set)) as [Moments, Moments]
      expect(trace(x)).toBeCloseTo(known.trace_a, 9)
      expect(trace(y)).toBeCloseTo(known.trace_b, 9)
      const distance = frechetDistance(x, y)
      if (known.case === 'a-a') expect(distance).toBeLessThan(1e-9)
      else {
        expect(Math.abs(distance / known.pytorch_fid - 1), known.case).toBeLessThan(1e-6)
        const same = Math.abs(distance / known.symmetric_eigenvalues_float64 - 1)
        expect(same, known.case).toBeLessThan(1e-6)
      }
      expect(frechetDistance(y, x)).toBeCloseTo(distance, 6)
    }
  })
})

test('of one number a row it is the difference of means and of standard deviations, squared', () => {
  // Means 2 and 5; variances (n - 1) 2 and 8.
  const a = momentsOf({ dim: 1, values: Float64Array.of(1, 1, 3, 3, 2, 2, 0.5, 3.5) })
  const b = momentsOf({ dim: 1, values: Float64Array.of(4, 6, 5, 5, 3, 7) })
  expect([a.mean[0], b.mean[0]]).toEqual([2, 5])
  const expected =
    9 + (Math.sqrt(a.covariance[0] as number) - Math.sqrt(b.covariance[0] as number)) ** 2
  expect(b.covariance[0]).toBeCloseTo(2, 12)
  expect(frechetDistance(a, b)).toBeCloseTo(expected, 12)
})

test('a mean far from zero costs no digits of the covariance', () => {
  const values = Float64Array.of(1, 5, 2, 3, 4, 9, 8, 2)
  const near = momentsOf({ dim: 2, values })
  const far = momentsOf({ dim: 2, values: values.map((value) => value + 1e9) })
  expect([...far.covariance]).toEqual([...near.covariance])
  expect(far.mean[0]).toBe(1e9 + 3.75)
})

test('what cannot be compared is refused with its reason', () => {
  const two = momentsOf({ dim: 2, values: Float64Array.of(1, 2, 3, 5) })
  const one = momentsOf({ dim: 1, values: Float64Array.of(1, 2) })
  expect(() => frechetDistance(two, one)).toThrow(/2 and of 1 numbers cannot be compared/)
  expect(() => momentsOf({ dim: 2, values: Float64Array.of(1, 2) })).toThrow(/one picture/)
  const holed = Float32Array.of(1, 2, 3, NaN)
  expect(() => momentsOf({ dim: 2, values: holed })).toThrow(/Row 2 .* not finite/)
})
