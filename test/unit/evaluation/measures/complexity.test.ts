import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { diversity } from '../../../../src/main/evaluation/measures/diversity.ts'
import { pictureComplexity } from '../../../../src/main/evaluation/measures/picture-complexity.ts'
import { decode } from '../../../../src/main/inference/pictures/decode-pixels.ts'

const fixtures = new URL('../../../fixtures/', import.meta.url)
const known = JSON.parse(readFileSync(new URL('evaluation/complexity.json', fixtures), 'utf8')) as {
  pictures: { file: string; entropy: number; edgeDensity: number }[]
  sets: { dim: number; values: number[]; vendi: number; meanDistance: number | null }[]
}

test.each(known.pictures)('$file is as complex as scikit-image has it', async (wanted) => {
  const path = fileURLToPath(new URL(`inference/pictures/${wanted.file}`, fixtures))
  const found = pictureComplexity(await decode(path, { orientation: 'ignore', alpha: 'drop' }))
  expect(found.entropy).toBeCloseTo(wanted.entropy, 10)
  expect(found.edgeDensity).toBeCloseTo(wanted.edgeDensity, 12)
})

test('a plain picture has nothing in it, half black and half white is one bit', () => {
  const plain = { width: 4, height: 4, data: new Uint8Array(48).fill(90) }
  expect(pictureComplexity(plain)).toEqual({ entropy: 0, edgeDensity: 0 })
  const halves = {
    width: 4,
    height: 1,
    data: Uint8Array.of(0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255),
  }
  expect(pictureComplexity(halves)).toEqual({ entropy: 1, edgeDensity: 0.5 })
})

describe('diversity', () => {
  test.each(known.sets)(
    'of rows of $dim numbers is that of numpy',
    ({ dim, values, ...wanted }) => {
      const set = { rows: values.length / dim, dim, values: Float64Array.from(values) }
      const found = diversity(set)
      expect(found?.vendi).toBeCloseTo(wanted.vendi, 9)
      if (wanted.meanDistance === null) expect(found?.meanDistance).toBe(null)
      else expect(found?.meanDistance).toBeCloseTo(wanted.meanDistance, 9)
    },
  )

  test('of three rows at right angles three are counted, of three that are the same one', () => {
    const corners = { rows: 3, dim: 3, values: Float64Array.of(2, 0, 0, 0, 1, 0, 0, 0, 5) }
    expect(diversity(corners)?.vendi).toBeCloseTo(3, 12)
    expect(diversity(corners)?.meanDistance).toBeCloseTo(1, 12)
    const same = { rows: 3, dim: 2, values: Float64Array.of(1, 1, 2, 2, 3, 3) }
    expect(diversity(same)?.vendi).toBeCloseTo(1, 6)
  })

  test('rows of zeros are left out', () => {
    const holed = { rows: 3, dim: 2, values: Float64Array.of(0, 0, 1, 0, 0, 1) }
    expect(diversity(holed)).toMatchObject({ n: 2, meanDistance: 1 })
    expect(diversity({ rows: 1, dim: 2, values: new Float64Array(2) })).toBe(null)
  })
})
