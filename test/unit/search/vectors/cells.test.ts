import { expect, test } from 'vitest'
import { seededRandom } from '#shared/random.ts'
import { cellsOf } from '../../../../src/main/search/vectors/cells.ts'
import { createFlatIndex, dot } from '../../../../src/main/search/vectors/flat-index.ts'
import { growth } from '../../../support/growth.ts'

const D = 32

function unitRows(n: number, seed: number): Float32Array[] {
  const { next } = seededRandom(seed)
  return Array.from({ length: n }, () => {
    const row = Float32Array.from({ length: D }, () => next() + next() - 1)
    const length = Math.hypot(...row)
    return row.map((value) => value / length)
  })
}

function indexOf(rows: Float32Array[]) {
  const index = createFlatIndex({ dimensions: D })
  for (const row of rows) index.add(row)
  return index
}

test('every row lies in one cell, nearer to its own centroid than to most others', () => {
  const rows = unitRows(4000, 1)
  const { rows: cells, centroids } = cellsOf(indexOf(rows), { perCell: 60 })
  expect(cells.length).toBeGreaterThan(40)
  expect(Math.max(...cells.map((cell) => cell.length))).toBeLessThanOrEqual(90)
  const all = cells.flatMap((cell) => [...cell])
  expect(new Set(all).size).toBe(4000)
  expect(all).toHaveLength(4000)
  let better = 0
  for (const [cell, members] of cells.entries()) {
    expect([...members].sort((a, b) => a - b)).toEqual([...members])
    for (const row of members) {
      const own = dot(rows[row] as Float32Array, centroids.subarray(cell * D, (cell + 1) * D))
      for (let other = 0; other < cells.length; other++) {
        const at = centroids.subarray(other * D, (other + 1) * D)
        if (dot(rows[row] as Float32Array, at) > own) better++
      }
    }
  }
  // Of all cells, how many lie nearer to a row than its own, on average.
  expect(better / 4000 / cells.length).toBeLessThan(0.02)
})

test('rows that are all alike are one cell, and end', () => {
  const [row] = unitRows(1, 2)
  const same = Array.from({ length: 500 }, () => row as Float32Array)
  const { rows: cells } = cellsOf(indexOf(same), { perCell: 20 })
  expect(cells.reduce((sum, cell) => sum + cell.length, 0)).toBe(500)
})

test('work grows with the rows, not with their square', async () => {
  const indexes = new Map([3000, 12_000].map((n) => [n, indexOf(unitRows(n, 3))]))
  const part = (n: number) => cellsOf(indexes.get(n) as ReturnType<typeof indexOf>, { perCell: 30 })
  expect(await growth(part, { from: 3000, times: 4, atMost: 8 })).toBeLessThan(8)
})
