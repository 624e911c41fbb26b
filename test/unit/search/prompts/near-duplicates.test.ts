import { expect, test } from 'vitest'
import { seededRandom } from '#shared/random.ts'
import { nearDuplicates } from '../../../../src/main/search/prompts/near-duplicates.ts'
import { cachedRows, codesOf, rowsInMemory } from '../../../../src/main/search/prompts/unit-rows.ts'

const DIM = 24

/** Unit rows: `groups` directions, each with rows close to it, in a drawn order. */
function planted(groups: number, each: number, noise: number) {
  const random = seededRandom(3)
  const rows: { group: number; row: number[] }[] = []
  for (let group = 0; group < groups; group++) {
    const centre = Array.from({ length: DIM }, () => random.normal())
    for (let i = 0; i < each; i++) {
      rows.push({ group, row: centre.map((value) => value + noise * random.normal()) })
    }
  }
  const order = Int32Array.from(rows.keys())
  random.shuffle(order)
  const drawn = Array.from(order, (i) => rows[i] as (typeof rows)[number])
  const vectors = new Float32Array(drawn.length * DIM)
  for (const [i, { row }] of drawn.entries()) {
    const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0))
    vectors.set(
      row.map((value) => value / length),
      i * DIM,
    )
  }
  return { vectors, groups: drawn.map(({ group }) => group) }
}

/** By the definition, pair by pair. */
function byHand(vectors: Float32Array, threshold: number): number[] {
  const kept: number[] = []
  const out: number[] = []
  for (let row = 0; row < vectors.length / DIM; row++) {
    const isNear = kept.some((other) => {
      let cosine = 0
      for (let i = 0; i < DIM; i++) {
        cosine += (vectors[row * DIM + i] as number) * (vectors[other * DIM + i] as number)
      }
      return cosine > threshold
    })
    ;(isNear ? out : kept).push(row)
  }
  return out
}

test('takes every row that is like an earlier one that stays, and says which', () => {
  const { vectors, groups } = planted(40, 5, 0.1)
  const { found, cells } = nearDuplicates(rowsInMemory(vectors, DIM), 0.9)
  expect(cells).toBeNull()
  expect(found.map(({ row }) => row)).toEqual(byHand(vectors, 0.9))
  expect(found.length).toBeGreaterThan(100)
  const out = new Set(found.map(({ row }) => row))
  for (const { row, of, cosine } of found) {
    expect(of).toBeLessThan(row)
    expect(out.has(of)).toBe(false)
    expect(cosine).toBeGreaterThan(0.9)
    expect(groups[of]).toBe(groups[row])
  }
})

test('by cells it finds nearly the same with far less work', () => {
  const { vectors } = planted(400, 5, 0.1)
  const exact = new Set(nearDuplicates(rowsInMemory(vectors, DIM), 0.9).found.map(({ row }) => row))
  const { found, cells } = nearDuplicates(rowsInMemory(vectors, DIM), 0.9, { exact: 100 })
  expect(cells).toBe(Math.ceil(Math.sqrt(2000)))
  const missed = [...exact].filter((row) => !found.some((one) => one.row === row))
  expect(missed.length / exact.size).toBeLessThan(0.01)
})

test('ends where it is told to', () => {
  const { vectors } = planted(2, 2, 0.1)
  expect(() =>
    nearDuplicates(rowsInMemory(vectors, DIM), 0.9, {
      tell: () => {
        throw new Error('enough')
      },
    }),
  ).toThrow('enough')
})

test('rows that lie about the threshold are told apart exactly, with few in memory, too', () => {
  const { vectors } = planted(4, 150, 0.32)
  const wanted = byHand(vectors, 0.9)
  expect(wanted.length).toBeGreaterThan(30)
  expect(wanted.length).toBeLessThan(570)
  const rows = rowsInMemory(vectors, DIM)
  for (const one of [rows, cachedRows(rows, 7 * 4 * DIM)]) {
    expect(nearDuplicates(one, 0.9).found.map(({ row }) => row)).toEqual(wanted)
  }
})

test('codes never say less than the cosine, and not much more', () => {
  const { vectors } = planted(20, 5, 0.3)
  const rows = rowsInMemory(vectors, DIM)
  const codes = codesOf(rows)
  for (let one = 0; one < rows.size; one++) {
    for (let other = 0; other < rows.size; other++) {
      const a = rows.row(one)
      const cosine = rows.row(other).reduce((sum, value, i) => sum + value * (a[i] as number), 0)
      expect(codes.most(one, other)).toBeGreaterThan(cosine)
      expect(codes.most(one, other) - cosine).toBeLessThan(0.05)
    }
  }
})
