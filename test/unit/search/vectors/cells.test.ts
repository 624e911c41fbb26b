import { describe, expect, test } from 'vitest'
import { createFlatIndex } from '../../../../src/main/search/vectors/flat-index.ts'
import type { FlatIndex } from '../../../../src/main/search/vectors/flat-index.ts'
import { kmeans, rowsOfCells } from '../../../../src/main/search/vectors/kmeans.ts'
import { NO_ROW, neighboursWithin } from '../../../../src/main/search/vectors/knn.ts'
import { clusteredVectors, plainCosines, plainOrder } from '../../../support/vectors.ts'

const D = 48
function indexOf(vectors: Float32Array): FlatIndex {
  const index = createFlatIndex({ dimensions: D })
  index.add(vectors)
  return index
}
const row = (values: Float32Array, i: number): Float32Array => values.subarray(i * D, (i + 1) * D)

/** 12 groups that lie far apart; the group of a row is known by its nearest true centre. */
const centres = clusteredVectors(12, D, { clusters: 12, spread: 0, seed: 5 })

describe('spherical k-means', () => {
  const vectors = clusteredVectors(3000, D, { clusters: 12, spread: 0.1, seed: 7 })
  const index = indexOf(vectors)

  test('finds groups that lie apart, and names each row by the nearest centroid', () => {
    const { centroids, cellOf, cosines, sizes } = kmeans(index, { k: 12, seed: 1 })
    expect(sizes.reduce((a, b) => a + b)).toBe(3000)
    let sum = 0
    for (let i = 0; i < 3000; i++) {
      const exact = plainCosines(row(vectors, i), centroids)
      expect(exact[cellOf[i] as number]).toBeGreaterThan(Math.max(...exact) - 0.01)
      expect(
        Math.abs((exact[cellOf[i] as number] as number) - (cosines[i] as number)),
      ).toBeLessThan(0.01)
      sum += exact[cellOf[i] as number] as number
    }
    // With a group that is split and two that are joined it would be below.
    expect(sum / 3000).toBeGreaterThan(0.99)
  })

  test('gives the same cells for the same seed, other ones for another', () => {
    const options = { k: 20, seed: 3, rounds: 4 }
    expect(kmeans(index, options)).toEqual(kmeans(index, options))
    expect(kmeans(index, { ...options, seed: 4 }).cellOf).not.toEqual(kmeans(index, options).cellOf)
  })

  test('never gives a better sum with fewer cells', () => {
    const sumOf = (k: number): number => {
      const { centroids, cellOf } = kmeans(index, { k, seed: 2 })
      return cellOf.reduce(
        (sum, cell, i) => sum + (plainCosines(row(vectors, i), row(centroids, cell))[0] as number),
        0,
      )
    }
    const sums = [1, 4, 12, 60].map(sumOf)
    expect([...sums].sort((a, b) => a - b)).toEqual(sums)
  })

  test('parts rows that are all alike, and refuses more cells than rows', () => {
    const same = indexOf(new Float32Array(50 * D).map((_, i) => row(centres, 0)[i % D] as number))
    const { sizes } = kmeans(same, { k: 5 })
    expect(sizes.reduce((a, b) => a + b)).toBe(50)
    expect(() => kmeans(same, { k: 51 })).toThrow('50 vectors cannot be parted into 51 cells')
  })

  test('lists the rows of each cell', () => {
    const cells = kmeans(index, { k: 9 })
    const lists = rowsOfCells(cells)
    expect(lists.map((list) => list.length)).toEqual([...cells.sizes])
    lists.forEach((list, cell) => {
      expect([...list]).toEqual([...list].sort((a, b) => a - b))
      for (const member of list) expect(cells.cellOf[member]).toBe(cell)
    })
  })
})

describe('the neighbours of every row', () => {
  const vectors = clusteredVectors(1200, D, { clusters: 8, spread: 0.3, seed: 11 })
  const index = indexOf(vectors)
  const cells = kmeans(index, { k: 8, seed: 1 })

  test('are exact where all cells are looked through', () => {
    const { rows, cosines } = neighboursWithin(index, cells, { k: 6, probes: 8 })
    for (let i = 0; i < 1200; i += 17) {
      const exact = plainCosines(row(vectors, i), vectors)
      const right = plainOrder(exact)
        .filter((other) => other !== i)
        .slice(0, 6)
      expect([...rows.subarray(i * 6, i * 6 + 6)]).toEqual(right)
      right.forEach((other, at) =>
        expect(cosines[i * 6 + at]).toBeCloseTo(exact[other] as number, 6),
      )
    }
  })

  test('come from the own cell alone unless more are asked for', () => {
    const { rows } = neighboursWithin(index, cells, { k: 6 })
    rows.forEach((other, at) => {
      if (other === NO_ROW) return
      expect(cells.cellOf[other]).toBe(cells.cellOf[Math.floor(at / 6)])
    })
    expect(rows.includes(NO_ROW)).toBe(false)
  })

  test('are filled up where a cell has too few', () => {
    const few = indexOf(vectors.slice(0, 3 * D))
    const { rows, cosines } = neighboursWithin(few, kmeans(few, { k: 1 }), { k: 4 })
    expect([...rows.subarray(2, 4)]).toEqual([NO_ROW, NO_ROW])
    expect([...cosines.subarray(2, 4)]).toEqual([-1, -1])
    expect([...rows.subarray(0, 2)].sort()).toEqual([1, 2])
  })
})
