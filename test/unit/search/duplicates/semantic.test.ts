import { expect, test } from 'vitest'
import { seededRandom } from '#shared/random.ts'
import { semanticGroups } from '../../../../src/main/search/duplicates/semantic.ts'
import { createFlatIndex, dot } from '../../../../src/main/search/vectors/flat-index.ts'

const D = 64

/** Unit rows around a few directions; every fourth lies near an earlier one. */
function rowsOf(n: number, seed: number): Float32Array[] {
  const { next } = seededRandom(seed)
  const chance = (): number => next() + next() + next() + next() - 2
  const unit = (values: number[]): Float32Array => {
    const length = Math.hypot(...values)
    return Float32Array.from(values, (value) => value / length)
  }
  const topics = Array.from({ length: 20 }, () => Array.from({ length: D }, chance))
  const rows: Float32Array[] = []
  for (let i = 0; i < n; i++) {
    const near = i % 4 === 3 ? (rows[Math.floor(next() * i)] as Float32Array) : null
    const topic = topics[Math.floor(next() * topics.length)] as number[]
    rows.push(
      near
        ? unit(Array.from(near, (value) => value + chance() * 0.03))
        : unit(topic.map((value) => value + chance() * 0.8)),
    )
  }
  return rows
}

function indexOf(rows: Float32Array[]) {
  const index = createFlatIndex({ dimensions: D })
  for (const row of rows) index.add(row)
  return index
}

function byAll(rows: Float32Array[], threshold: number): Map<number, number> {
  const leaders: number[] = []
  const joined = new Map<number, number>()
  for (const [i, row] of rows.entries()) {
    let best = { leader: -1, cosine: threshold }
    for (const leader of leaders) {
      const cosine = dot(row, rows[leader] as Float32Array)
      if (cosine > best.cosine) best = { leader, cosine }
    }
    if (best.leader < 0) leaders.push(i)
    else joined.set(i, best.leader)
  }
  return joined
}

test('in one cell the groups are those of comparing all with all', () => {
  const rows = rowsOf(700, 1)
  const expected = byAll(rows, 0.95)
  expect(expected.size).toBeGreaterThan(120)
  const found = semanticGroups(indexOf(rows), { threshold: 0.95 })
  expect(new Map(found.map(({ member, leader }) => [member, leader]))).toEqual(expected)
  for (const { member, leader, cosine } of found) {
    expect(cosine).toBeCloseTo(dot(rows[member] as Float32Array, rows[leader] as Float32Array), 6)
    expect(leader).toBeLessThan(member)
  }
})

test('over many cells nearly all copies are found, and none that is none', () => {
  const rows = rowsOf(3000, 2)
  const expected = byAll(rows, 0.95)
  const found = semanticGroups(indexOf(rows), { threshold: 0.95, perCell: 150 })
  const led = new Set(found.map(({ leader }) => leader))
  for (const { member, leader, cosine } of found) {
    expect(cosine).toBeGreaterThanOrEqual(0.95)
    expect(led.has(member)).toBe(false)
    expect(leader).toBeLessThan(member)
  }
  expect(found.length).toBeGreaterThan(0.97 * expected.size)
})
