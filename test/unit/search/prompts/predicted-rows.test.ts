import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  combined,
  cosineOf,
  lengthOf,
  meanOfRows,
  predictedRow,
  toUnit,
} from '../../../../src/main/search/prompts/predicted-rows.ts'
import { createFlatIndex } from '../../../../src/main/search/vectors/flat-index.ts'
import { readNpy } from '../../../support/npy.ts'
import { sharedData } from '../../../support/shared-data.ts'

interface Made {
  clipDim: number
  sentenceDim: number
  images: number[]
  texts: number[]
  sentences: number[]
  nearest: number[][]
  cases: { k: number; averaging: 'mean' | 'cosine'; weights: [number, number]; rows: number[][] }[]
  cosine_of_first_two_sentences: number
}
/** By numpy and faiss: tools/reference/make_prompt_reference.py. */
const made = JSON.parse(
  readFileSync(
    join(import.meta.dirname, '../../../fixtures/evaluation/image-to-prompt.json'),
    'utf8',
  ),
) as Made
const sentences = Float32Array.from(made.sentences)

function neighboursOf(texts: Float32Array, queries: Float32Array, dim: number, k: number) {
  const index = createFlatIndex({ dimensions: dim })
  index.add(texts)
  return index.searchMany(queries, k)
}

const furthest = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Math.max(...Array.from(a, (value, i) => Math.abs(value - (b[i] as number))))

test('neighbours are those of faiss', () => {
  const near = neighboursOf(Float32Array.from(made.texts), Float32Array.from(made.images), 16, 60)
  expect(near.map(({ rows }) => [...rows])).toEqual(made.nearest)
})

test.each(made.cases)('E_pred of k = $k, $averaging, $weights is that of numpy', (one) => {
  const near = neighboursOf(Float32Array.from(made.texts), Float32Array.from(made.images), 16, 60)
  for (const [i, wanted] of one.rows.entries()) {
    const row = predictedRow(
      sentences,
      made.sentenceDim,
      near[i] as (typeof near)[number],
      one.k,
      one,
    )
    expect(furthest(row, wanted)).toBeLessThan(1e-6)
  }
})

test('with one neighbour E_pred is its row, and a row without a length has no cosine', () => {
  const near = { rows: [3], cosines: [0.2] }
  const row = predictedRow(sentences, 12, near, 100, { weights: [0.6, 0.4], averaging: 'mean' })
  expect(furthest(row, sentences.subarray(36, 48))).toBeLessThan(1e-7)
  expect(cosineOf([0, 0], [1, 0])).toBe(0)
  const [a, b] = [sentences.subarray(0, 12), sentences.subarray(12, 24)]
  expect(cosineOf(a, b)).toBeCloseTo(made.cosine_of_first_two_sentences, 10)
})

const reference = sharedData('reference/prompts-knn')
describe.skipIf(reference === null)('the reference of neighbours and means', () => {
  const at = (name: string): string => join(reference as string, name)
  const npy = (name: string) => readNpy64(at(name))
  const unitRows = (values: Float32Array, dim: number): Float32Array => {
    const out = new Float32Array(values.length)
    for (let from = 0; from < values.length; from += dim) {
      out.set(Float32Array.from(toUnit(values.subarray(from, from + dim))), from)
    }
    return out
  }
  const expected = () =>
    JSON.parse(readFileSync(at('expected.json'), 'utf8')) as {
      dim: number
      mean_top100_norm_first_5: number[]
      combinations_first_20_images: {
        w_image: number
        w_mean: number
        k: number
        norm_before: number[]
        cosine_to_image: number[]
        cosine_to_mean: number[]
        nearest_text: number[][]
        nearest_text_cosine: number[][]
      }[]
    }

  test('gives its neighbours, means, weighted means and combinations within 1e-6', () => {
    const { dim, mean_top100_norm_first_5: norms, combinations_first_20_images: all } = expected()
    const images = unitRows(readNpy(at('image-embeddings.npy')).data, dim)
    const texts = unitRows(readNpy(at('text-embeddings.npy')).data, dim)
    const near = neighboursOf(texts, images, dim, 100)
    const [indices, cosines] = [npy('top100-indices.npy'), npy('top100-cosines.npy')]
    const n = images.length / dim
    for (let i = 0; i < n; i++) {
      const rows = [...indices.subarray(i * 100, (i + 1) * 100)].map(Number)
      const mine = near[i] as (typeof near)[number]
      expect([...mine.rows].sort((a, b) => a - b)).toEqual(rows.sort((a, b) => a - b))
      expect(furthest(mine.cosines, cosines.subarray(i * 100, (i + 1) * 100))).toBeLessThan(1e-6)
    }
    for (const k of [1, 10, 100]) {
      const wanted = npy(`mean-top${k}.npy`)
      const weighted = k === 1 ? null : npy(`cosine-weighted-mean-top${k}.npy`)
      for (let i = 0; i < wanted.length / dim; i++) {
        const mine = near[i] as (typeof near)[number]
        const rows = mine.rows.subarray(0, k)
        const of = wanted.subarray(i * dim, (i + 1) * dim)
        expect(furthest(meanOfRows(texts, dim, rows), of)).toBeLessThan(1e-6)
        if (!weighted) continue
        const mean = meanOfRows(texts, dim, rows, mine.cosines)
        expect(furthest(mean, weighted.subarray(i * dim, (i + 1) * dim))).toBeLessThan(1e-6)
      }
    }
    for (const [i, norm] of norms.entries()) {
      const mean = meanOfRows(texts, dim, (near[i] as (typeof near)[number]).rows)
      expect(lengthOf(mean)).toBeCloseTo(norm, 6)
    }
    for (const one of all) {
      for (const [i, length] of one.norm_before.entries()) {
        const image = images.subarray(i * dim, (i + 1) * dim)
        const rows = (near[i] as (typeof near)[number]).rows.subarray(0, one.k)
        const mean = toUnit(meanOfRows(texts, dim, rows))
        const row = combined([
          [one.w_image, image],
          [one.w_mean, mean],
        ])
        expect(Math.abs(lengthOf(row) - length)).toBeLessThan(1e-6)
        expect(Math.abs(cosineOf(row, image) - (one.cosine_to_image[i] as number))).toBeLessThan(
          1e-6,
        )
        expect(Math.abs(cosineOf(row, mean) - (one.cosine_to_mean[i] as number))).toBeLessThan(1e-6)
        const [found] = neighboursOf(texts, Float32Array.from(toUnit(row)), dim, 5)
        expect(furthest(found?.cosines ?? [], one.nearest_text_cosine[i] as number[])).toBeLessThan(
          1e-6,
        )
      }
    }
  }, 60_000)
})

/** `.npy` of any little-endian numbers as float64. */
function readNpy64(path: string): Float64Array {
  const bytes = readFileSync(path)
  const start = 10 + bytes.readUInt16LE(8)
  const header = bytes.toString('latin1', 10, start)
  const body = new Uint8Array(bytes.subarray(start)).buffer
  if (header.includes("'<f8'")) return new Float64Array(body)
  if (header.includes("'<f4'")) return Float64Array.from(new Float32Array(body))
  if (header.includes("'<i8'")) return Float64Array.from(new BigInt64Array(body), Number)
  return Float64Array.from(new Int32Array(body))
}
