import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { combined } from '../../../../src/main/search/vectors/combine.ts'
import { createFlatIndex } from '../../../../src/main/search/vectors/flat-index.ts'
import { readNpy } from '../../../support/npy.ts'
import { sharedData } from '../../../support/shared-data.ts'
import { makeUnit, plainCosines } from '../../../support/vectors.ts'

describe('a query of several parts', () => {
  const [x, y] = [Float32Array.of(1, 0), Float32Array.of(0, 1)]

  test('is the weighted sum, brought to unit length', () => {
    const query = combined([
      { vector: x, weight: 3 },
      { vector: y, weight: -4 },
    ])
    expect(query?.[0]).toBeCloseTo(0.6, 7)
    expect(query?.[1]).toBeCloseTo(-0.8, 7)
    expect(combined([{ vector: x, weight: -2 }])).toEqual(Float32Array.of(-1, 0))
  })

  test('is nothing where the parts cancel each other out', () => {
    const parts = [x, x].map((vector, i) => ({ vector, weight: i === 0 ? 0.3 : -0.3 }))
    expect(combined(parts)).toBeNull()
    expect(combined([])).toBeNull()
  })
})

interface Combination {
  w_image: number
  w_mean: number
  k: number
  cosine_to_image: number[]
  cosine_to_mean: number[]
  nearest_text: number[][]
  nearest_text_cosine: number[][]
}

const reference = sharedData('reference/prompts-knn')
describe.skipIf(!reference)('beside numpy', () => {
  test('mixes pictures with the means of their nearest texts to the same vectors and neighbours', () => {
    const folder = reference as string
    const d = 32
    const read = (name: string): Float32Array => readNpy(join(folder, name)).data
    const [images, texts] = [read('image-embeddings.npy'), read('text-embeddings.npy')]
    for (const set of [images, texts])
      for (let i = 0; i < set.length; i += d) makeUnit(set.subarray(i, i + d))
    const index = createFlatIndex({ dimensions: d })
    index.add(texts)
    const { combinations_first_20_images: all } = JSON.parse(
      readFileSync(join(folder, 'expected.json'), 'utf8'),
    ) as { combinations_first_20_images: Combination[] }
    expect(all.length).toBeGreaterThan(5)
    for (const { w_image, w_mean, k, ...right } of all) {
      for (let i = 0; i < 20; i++) {
        const image = images.subarray(i * d, (i + 1) * d)
        const near = index.search(image, k).rows
        const parts = Array.from(near, (row) => ({ vector: index.vector(row).slice(), weight: 1 }))
        const mean = combined(parts) as Float32Array
        const query = combined([
          ...(w_image === 0 ? [] : [{ vector: image, weight: w_image }]),
          ...(w_mean === 0 ? [] : [{ vector: mean, weight: w_mean }]),
        ]) as Float32Array
        const [toImage, toMean] = [image, mean].map((one) => plainCosines(query, one)[0] as number)
        expect(Math.abs(toImage! - right.cosine_to_image[i]!)).toBeLessThan(1e-6)
        expect(Math.abs(toMean! - right.cosine_to_mean[i]!)).toBeLessThan(1e-6)
        const nearest = index.search(query, 5)
        expect([...nearest.rows]).toEqual(right.nearest_text[i])
        nearest.cosines.forEach((cosine, at) =>
          expect(Math.abs(cosine - right.nearest_text_cosine[i]![at]!)).toBeLessThan(1e-6),
        )
      }
    }
  })
})
