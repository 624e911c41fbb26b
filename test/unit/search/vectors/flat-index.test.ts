import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createBits, setBit } from '../../../../src/main/search/vectors/bits.ts'
import { createFlatIndex } from '../../../../src/main/search/vectors/flat-index.ts'
import { readNpy } from '../../../support/npy.ts'
import { sharedData } from '../../../support/shared-data.ts'
import { clusteredVectors, makeUnit, plainCosines, plainOrder } from '../../../support/vectors.ts'

const row = (values: Float32Array, d: number, i: number): Float32Array =>
  values.subarray(i * d, (i + 1) * d)

describe('the flat index', () => {
  test.each([
    [700, 512],
    [3000, 96],
    [1500, 100],
    [10, 3],
    [1, 768],
  ])('finds what a plain look at all of %i x %i finds', (n, d) => {
    const vectors = clusteredVectors(n, d)
    const index = createFlatIndex({ dimensions: d })
    index.add(vectors)
    const queries = clusteredVectors(5, d, { seed: 9 })
    for (let i = 0; i < 5; i++) {
      const query = row(queries, d, i)
      const cosines = plainCosines(query, vectors)
      const { rows, cosines: found } = index.search(query, 50)
      expect([...rows]).toEqual(plainOrder(cosines).slice(0, 50))
      found.forEach((cosine, at) =>
        expect(cosine).toBeCloseTo(cosines[rows[at] as number] as number, 12),
      )
    }
  })

  test('finds at least 99 % of the nearest 100 among many that are hardly farther', () => {
    const [n, d] = [12_000, 64]
    const vectors = clusteredVectors(n, d, { clusters: 4, spread: 0.3 })
    const index = createFlatIndex({ dimensions: d })
    index.add(vectors)
    let found = 0
    for (let i = 0; i < 20; i++) {
      const query = row(vectors, d, i * 397)
      const right = new Set(plainOrder(plainCosines(query, vectors)).slice(0, 100))
      for (const hit of index.search(query, 100).rows) if (right.has(hit)) found++
    }
    expect(found / 2000).toBeGreaterThanOrEqual(0.99)
  })

  test('a part of it finds for a row what a plain look at its rows finds, and can be filled again', () => {
    const [n, d] = [3000, 100]
    const vectors = clusteredVectors(n, d)
    const index = createFlatIndex({ dimensions: d })
    index.add(vectors)
    const part = index.part()
    for (const step of [2, 3]) {
      const taken = Array.from({ length: Math.floor(n / step) }, (_, i) => i * step)
      part.clear()
      part.take(taken)
      expect(part.size).toBe(taken.length)
      for (let i = 0; i < 40; i++) {
        const asked = i * 71
        const cosines = plainCosines(row(vectors, d, asked), vectors)
        const right = plainOrder(cosines).filter(
          (one) => one % step === 0 && one < taken.length * step,
        )
        const found = part.nearTo(index, asked, 3, { least: -1 })
        expect([...found.rows].map((place) => taken[place])).toEqual(right.slice(0, 3))
        const least = (cosines[right[1] as number] as number) - 1e-9
        const near = part.nearTo(index, asked, 3, { least })
        expect([...near.cosines]).toEqual([...found.cosines.slice(0, 2)])
        const byCodes = part.nearTo(index, asked, 3, { isExact: false }).cosines
        byCodes.forEach((cosine, at) =>
          expect(Math.abs(cosine - (found.cosines[at] as number))).toBeLessThan(0.01),
        )
      }
    }
  })

  test('gives only hits that reach the least cosine that is asked for', () => {
    const [n, d] = [1500, 64]
    const vectors = clusteredVectors(n, d)
    const index = createFlatIndex({ dimensions: d })
    index.add(vectors)
    const cosines = plainCosines(row(vectors, d, 9), vectors)
    const right = plainOrder(cosines)
    const least = (cosines[right[30] as number] as number) - 1e-9
    const { rows } = index.search(row(vectors, d, 9), 100, { least })
    expect([...rows]).toEqual(right.slice(0, 31))
  })

  test('says of equal vectors the lower row first, however many there are', () => {
    const d = 64
    const one = clusteredVectors(1, d)
    const index = createFlatIndex({ dimensions: d })
    for (let i = 0; i < 5000; i++) index.add(one)
    expect([...index.search(one, 30).rows]).toEqual(Array.from({ length: 30 }, (_, i) => i))
  })

  test('is the same whether rows came at once or one after the other', () => {
    const [n, d] = [2500, 48]
    const vectors = clusteredVectors(n, d)
    const [whole, grown] = [createFlatIndex({ dimensions: d }), createFlatIndex({ dimensions: d })]
    whole.add(vectors)
    const query = row(clusteredVectors(1, d, { seed: 3 }), d, 0)
    for (let i = 0; i < n; i++) {
      grown.add(row(vectors, d, i))
      if (i % 600 !== 0) continue
      const upTo = vectors.subarray(0, (i + 1) * d)
      expect([...grown.search(query, 20).rows]).toEqual(
        plainOrder(plainCosines(query, upTo)).slice(0, 20),
      )
    }
    expect(grown.size).toBe(n)
    expect(grown.search(query, 99)).toEqual(whole.search(query, 99))
    expect(row(vectors, d, 1234)).toEqual(grown.vector(1234))
  })

  test('gives only rows of a mask, or of a list', () => {
    const [n, d] = [5000, 64]
    const vectors = clusteredVectors(n, d)
    const index = createFlatIndex({ dimensions: d })
    index.add(vectors)
    const query = row(vectors, d, 17)
    const order = plainOrder(plainCosines(query, vectors))
    for (const keeps of [
      (i: number) => i % 97 === 0,
      (i: number) => i % 3 !== 0,
      (i: number) => i === 4999,
      () => false,
    ]) {
      const mask = createBits(n)
      const kept = Array.from({ length: n }, (_, i) => i).filter(keeps)
      for (const i of kept) setBit(mask, i)
      const right = order.filter(keeps).slice(0, 40)
      expect([...index.search(query, 40, { mask }).rows]).toEqual(right)
      expect([...index.search(query, 40, { rows: Uint32Array.from(kept) }).rows]).toEqual(right)
    }
  })

  test('answers many queries as it answers each', () => {
    const [n, d] = [3000, 80]
    const vectors = clusteredVectors(n, d)
    const index = createFlatIndex({ dimensions: d })
    index.add(vectors)
    const queries = clusteredVectors(150, d, { seed: 4 })
    const many = index.searchMany(queries, 12)
    expect(many).toHaveLength(150)
    many.forEach((hits, i) => expect(hits).toEqual(index.search(row(queries, d, i), 12)))
  })

  test('brings a query to unit length, and refuses one without a direction', () => {
    const d = 32
    const vectors = clusteredVectors(40, d)
    const index = createFlatIndex({ dimensions: d })
    index.add(vectors)
    const longer = row(vectors, d, 5).map((value) => value * 7)
    expect(index.search(longer, 1).cosines[0]).toBeCloseTo(1, 6)
    expect(() => index.search(new Float32Array(d), 1)).toThrow('query 0 has no direction')
    expect(() => index.search(new Float32Array(d + 1), 1)).toThrow('32 dimensions')
  })

  test('refuses vectors that are not of unit length, and then adds none', () => {
    const d = 32
    const index = createFlatIndex({ dimensions: d })
    const vectors = clusteredVectors(3, d)
    row(vectors, d, 2).fill(NaN)
    expect(() => index.add(vectors)).toThrow('vector 2 has length NaN, not 1')
    expect(index.size).toBe(0)
    expect(index.search(row(vectors, d, 0), 5).rows).toHaveLength(0)
  })

  test('assigns each row its nearest query', () => {
    const [n, d] = [3000, 64]
    const vectors = clusteredVectors(n, d, { clusters: 70, spread: 0.2 })
    const index = createFlatIndex({ dimensions: d })
    index.add(vectors)
    const queries = vectors.slice(0, 100 * d)
    const { query, cosines } = index.nearest(queries)
    for (let i = 0; i < n; i++) {
      const exact = plainCosines(row(vectors, d, i), queries)
      const best = Math.max(...exact)
      expect(exact[query[i] as number]).toBeGreaterThan(best - 0.01)
      expect(Math.abs((cosines[i] as number) - best)).toBeLessThan(0.01)
    }
  })
})

describe('one query over many rows', () => {
  const [n, d] = [205_000, 32]
  const vectors = clusteredVectors(n, d, { clusters: 300, spread: 0.8 })
  const entry = new URL('../../../../src/main/search/vectors/scan-worker.ts', import.meta.url)
  const mask = createBits(n)
  for (let i = 0; i < n; i++) if (i % 41 !== 0) setBit(mask, i)

  test('finds at least 99 % of the nearest by sketches first, and the same by several threads', async () => {
    const alone = createFlatIndex({ dimensions: d, sketches: true })
    const together = createFlatIndex({
      dimensions: d,
      sketches: true,
      threads: { entry, count: 2 },
    })
    for (const index of [alone, together]) index.add(vectors)
    try {
      let found = 0
      for (let i = 0; i < 12; i++) {
        const query = row(vectors, d, i * 9973)
        const hits = together.search(query, 100)
        expect(hits).toEqual(alone.search(query, 100))
        const masked = together.search(query, 100, { mask })
        expect(masked).toEqual(alone.search(query, 100, { mask }))
        expect(masked.rows.every((hit) => hit % 41 !== 0)).toBe(true)
        const right = new Set(plainOrder(plainCosines(query, vectors)).slice(0, 100))
        for (const hit of hits.rows) if (right.has(hit)) found++
        // Threads that started meanwhile take part in the next one.
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
      expect(found / 1200).toBeGreaterThanOrEqual(0.99)
      // What comes later is seen by all of them.
      together.add(row(vectors, d, 77))
      alone.add(row(vectors, d, 77))
      const query = row(vectors, d, 77)
      expect(together.search(query, 2).rows).toEqual(Uint32Array.of(77, n))
      expect(alone.search(query, 2).rows).toEqual(Uint32Array.of(77, n))
    } finally {
      together.close()
    }
  })

  test('goes on alone once its threads are closed', () => {
    const index = createFlatIndex({ dimensions: d, sketches: true, threads: { entry, count: 1 } })
    index.add(vectors)
    const query = row(vectors, d, 4)
    const before = index.search(query, 10)
    index.close()
    expect(index.search(query, 10)).toEqual(before)
  })
})

const reference = sharedData('reference/prompts-knn')
describe.skipIf(!reference)('beside numpy and faiss', () => {
  const folder = reference as string
  const read = (name: string): Float32Array => readNpy(join(folder, name)).data

  test('finds the same 100 nearest texts of 200 pictures, with the same cosines', () => {
    const d = 32
    const [images, texts] = [read('image-embeddings.npy'), read('text-embeddings.npy')]
    for (const set of [images, texts])
      for (let i = 0; i < set.length; i += d) makeUnit(set.subarray(i, i + d))
    const index = createFlatIndex({ dimensions: d })
    index.add(texts)
    const cosines = read('top100-cosines.npy')
    const indices = integers(join(folder, 'top100-indices.npy'))
    const found = index.searchMany(images, 100)
    expect(found).toHaveLength(200)
    found.forEach((hits, i) => {
      const right = [...indices.subarray(i * 100, (i + 1) * 100)]
      expect([...hits.rows].sort()).toEqual([...right].sort())
      hits.cosines.forEach((cosine, at) =>
        expect(Math.abs(cosine - (cosines[i * 100 + at] as number))).toBeLessThan(1e-6),
      )
      // Another order only where cosines are equal to single precision.
      hits.rows.forEach((hit, at) => {
        const theirs = right.indexOf(hit)
        const gap = (cosines[i * 100 + at] as number) - (cosines[i * 100 + theirs] as number)
        expect(Math.abs(gap)).toBeLessThan(2e-7)
      })
    })
  })
})

function integers(path: string): Int32Array {
  const bytes = readFileSync(path)
  const end = 10 + bytes.readUInt16LE(8)
  expect(bytes.toString('latin1', 10, end)).toContain("'<i4'")
  return new Int32Array(Uint8Array.from(bytes.subarray(end)).buffer)
}
