import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { seededRandom } from '#shared/random.ts'
import { createDots } from '../../../../src/main/search/map/dots.ts'
import { fuzzyGraph, reach } from '../../../../src/main/search/map/fuzzy-graph.ts'
import { layOut } from '../../../../src/main/search/map/layout.ts'
import { nearestOthers } from '../../../../src/main/search/map/nearest.ts'
import { cellsOf, placer } from '../../../../src/main/search/map/place.ts'
import { principalAxes, project } from '../../../../src/main/search/map/principal-axes.ts'
import { regionWords, wordsOf } from '../../../../src/main/search/map/region-words.ts'
import { regionsOf, spreadOf } from '../../../../src/main/search/map/regions.ts'

interface Reference {
  n: number
  dim: number
  k: number
  rows: number[]
  shares: number[]
  axes: number[][]
  places: number[][]
  neighbours: number[][]
  rho: number[]
  sigma: number[]
  edges: number
  weights: [number, number, number][]
  sum: number
}
const reference = JSON.parse(
  readFileSync(new URL('../../../fixtures/map/reference.json', import.meta.url), 'utf8'),
) as Reference
const { dim, k } = reference
const rows = { values: Float32Array.from(reference.rows), dim }

/** Rows around centres, and which centre each belongs to. */
function clustered(count: number, dim: number, clusters: number) {
  const random = seededRandom(4)
  const centres = Array.from({ length: clusters }, () =>
    Float32Array.from({ length: dim }, () => 4 * random.normal()),
  )
  const of = Int32Array.from({ length: count }, () => random.below(clusters))
  const values = new Float32Array(count * dim)
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < dim; j++) values[i * dim + j] = centres[of[i]!]![j]! + random.normal()
  }
  return { rows: { values, dim }, of }
}

describe('principal axes', () => {
  test('are numpy’s eigenvectors of the covariance, with the same sign', () => {
    const axes = principalAxes(rows, 4)
    expect([...axes.shares]).toEqual(
      reference.shares.map((one) => expect.closeTo(one, 6) as number),
    )
    for (const [i, axis] of reference.axes.entries()) {
      const own = axes.axes.values.slice(i * dim, (i + 1) * dim)
      expect(Math.max(...axis.map((value, j) => Math.abs(value - own[j]!)))).toBeLessThan(1e-5)
    }
    const places = project(rows, axes).values
    for (const [i, place] of reference.places.entries()) {
      expect(places[4 * i]).toBeCloseTo(place[0]!, 4)
      expect(places[4 * i + 1]).toBeCloseTo(place[1]!, 4)
    }
  })

  test('of rows that lie on a line are that line', () => {
    const line = Float32Array.from({ length: 30 }, (_, i) => Math.floor(i / 3) * [1, 2, -2][i % 3]!)
    const { axes, shares } = principalAxes({ values: line, dim: 3 }, 2)
    expect([...axes.values.slice(0, 3)].map((v) => Math.round(v * 1e5) / 1e5)).toEqual(
      [-1 / 3, -2 / 3, 2 / 3].map(
        (v) => (Math.round(v * 1e5) / 1e5) * (axes.values[0]! < 0 ? 1 : -1),
      ),
    )
    expect(shares[0]).toBeCloseTo(1, 9)
  })
})

describe('the graph of neighbours', () => {
  test('holds the k nearest others, each product as plain arithmetic gives it', () => {
    const odd = { values: Float32Array.from({ length: 7 * 5 }, (_, i) => Math.sin(i)), dim: 7 }
    const products = createDots(odd).with(odd.values, 7, 0, 5)
    for (let i = 0; i < 5; i++) {
      let sum = 0
      for (let j = 0; j < 7; j++) sum += odd.values[7 + j]! * odd.values[i * 7 + j]!
      expect(products[i]).toBeCloseTo(sum, 5)
    }
    const near = nearestOthers(rows, k, () => undefined)
    for (const [i, ids] of reference.neighbours.entries()) {
      expect([...near.ids.slice(i * k, (i + 1) * k)]).toEqual(ids)
    }
  })

  test('has the reach and the weights of the paper', () => {
    const near = nearestOthers(rows, k, () => undefined)
    for (const [i, sigma] of reference.sigma.entries()) {
      const found = reach(near.distances, { from: i * k, k, counted: k + 1, overall: 1 })
      expect(found.rho).toBeCloseTo(reference.rho[i]!, 4)
      // The search ends where the sum is within 1e-5.
      expect(Math.abs(found.sigma / sigma - 1)).toBeLessThan(1e-4)
    }
    const graph = fuzzyGraph(near)
    expect(graph.from).toHaveLength(reference.edges)
    for (const [at, [i, j, weight]] of reference.weights.entries()) {
      expect([graph.from[at], graph.to[at]]).toEqual([i, j])
      expect(graph.weights[at]).toBeCloseTo(weight, 4)
    }
    expect(graph.weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(reference.sum, 0)
  })
})

describe('the layout', () => {
  const { rows: many, of } = clustered(600, 20, 6)
  const axes = principalAxes(many, 2)
  const start = project(many, axes).values
  const layout = (seed: number) =>
    layOut(fuzzyGraph(nearestOthers(many, 14, () => undefined)), {
      ...{ start, epochs: 200, seed },
      tell: () => undefined,
    })

  test('puts those of one kind beside each other, the same each time, another for another seed', () => {
    const at = layout(1)
    const near = nearestOthers({ values: at, dim: 2 }, 5, () => undefined)
    let same = 0
    for (const [i, id] of near.ids.entries()) same += Number(of[Math.floor(i / 5)] === of[id])
    expect(same / near.ids.length).toBeGreaterThan(0.97)
    expect(layout(1)).toEqual(at)
    expect(layout(2)).not.toEqual(at)
  })

  test('places a new one among its own kind, whatever is placed with it', () => {
    const at = layout(1)
    const place = placer({ rows: many, at, cells: cellsOf(many, 1) })
    const { values } = many
    const all = place(many)
    const one = place({ values: values.slice(40 * 20, 41 * 20), dim: 20 })
    expect([...one]).toEqual([...all.slice(80, 82)])
    let same = 0
    for (let i = 0; i < 600; i++) {
      let best = -1
      let least = Infinity
      for (let j = 0; j < 600; j++) {
        const d = (at[2 * j]! - all[2 * i]!) ** 2 + (at[2 * j + 1]! - all[2 * i + 1]!) ** 2
        if (j !== i && d < least) [least, best] = [d, j]
      }
      same += Number(of[best] === of[i])
    }
    expect(same / 600).toBeGreaterThan(0.97)
  })

  test('finds the nearest landmarks through their cells', () => {
    const { rows: wide } = clustered(3000, 16, 40)
    const at = Float32Array.from({ length: 6000 }, (_, i) => i)
    const through = placer({ rows: wide, at, cells: cellsOf(wide, 1) })(wide)
    const plain = placer({
      ...{ rows: wide, at },
      cells: {
        centres: { values: new Float32Array(16), dim: 16 },
        members: Int32Array.from({ length: 3000 }, (_, i) => i),
        begins: Int32Array.of(0, 3000),
      },
    })(wide)
    let same = 0
    for (let i = 0; i < 3000; i++) same += Number(Math.abs(through[2 * i]! - plain[2 * i]!) < 1e-3)
    expect(same / 3000).toBeGreaterThan(0.97)
  })
})

describe('what the layout and the placing hold to', () => {
  test('steps grow smaller to the end, so that a ring becomes an even ring', () => {
    const n = 120
    const values = Float32Array.from({ length: 2 * n }, (_, i) =>
      i % 2 === 0 ? Math.cos((Math.PI * i) / n) : Math.sin((Math.PI * (i - 1)) / n),
    )
    const ring = { values, dim: 2 }
    const at = layOut(fuzzyGraph(nearestOthers(ring, 6, () => undefined)), {
      start: values,
      epochs: 200,
      seed: 1,
      tell: () => undefined,
    })
    const gaps = Array.from({ length: n }, (_, i) => {
      const next = (i + 1) % n
      return Math.hypot(at[2 * i]! - at[2 * next]!, at[2 * i + 1]! - at[2 * next + 1]!)
    })
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / n
    const deviation = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / n)
    expect(deviation / mean).toBeLessThan(0.5)
  })

  test('a new one lies at the mean of the ten nearest landmarks, weighted by membership', () => {
    const count = 40
    const line = { values: Float32Array.from({ length: count }, (_, i) => i), dim: 1 }
    const at = Float32Array.from({ length: 2 * count }, (_, i) => Math.sin(i))
    const place = placer({ rows: line, at, cells: cellsOf(line, 1) })
    for (const spot of [0, 3.2, 20.5, 39]) {
      const found = place({ values: Float32Array.of(spot), dim: 1 })
      const near = Array.from({ length: count }, (_, i) => ({ i, d: Math.abs(i - spot) }))
        .sort((a, b) => a.d - b.d || a.i - b.i)
        .slice(0, 10)
      const distances = Float32Array.from(near, ({ d }) => d)
      const { rho, sigma } = reach(distances, { from: 0, k: 10, counted: 10, overall: 1 })
      const weights = near.map(({ d }) => Math.exp(-Math.max(0, d - rho) / sigma))
      const sum = weights.reduce((total, weight) => total + weight, 0)
      for (const axis of [0, 1]) {
        const mean = near.reduce((total, { i }, j) => total + weights[j]! * at[2 * i + axis]!, 0)
        expect(found[axis]).toBeCloseTo(mean / sum, 4)
      }
    }
  })
})

describe('regions', () => {
  test('have a spread, which is the radius of a circle of points', () => {
    const circle = Float32Array.from({ length: 80 }, (_, i) =>
      i % 2 === 0 ? 5 + 3 * Math.cos(i) : 1 + 3 * Math.sin(i - 1),
    )
    const points = Int32Array.from({ length: 40 }, (_, i) => i)
    expect(spreadOf(circle, { x: 5, y: 1, points })).toBeCloseTo(3, 5)
  })

  const random = seededRandom(9)
  const heap = (x: number, y: number, count: number): number[] =>
    Array.from({ length: 2 * count }, (_, i) => (i % 2 === 0 ? x : y) + 0.4 * random.normal())

  test('are the heaps, and thin places between them belong to none', () => {
    const at = Float32Array.from([...heap(0, 0, 300), ...heap(8, 0, 200), ...heap(4, 4, 6)])
    const found = regionsOf(at, { grid: 32, least: 20, most: 9 })
    expect(found).toHaveLength(2)
    expect(Math.hypot(found[0]!.x, found[0]!.y)).toBeLessThan(1)
    expect(Math.hypot(found[1]!.x - 8, found[1]!.y)).toBeLessThan(1)
    expect(found[0]!.points.length).toBeGreaterThan(250)
    expect([...found[1]!.points].every((i) => i >= 300 && i < 500)).toBe(true)
  })

  test('are named by words that are typical for sure, and by none where nothing is', () => {
    const texts = (noun: string, count: number): string[] =>
      Array.from({ length: count }, (_, i) => `a ${noun} in the picture of the day ${i % 7}`)
    const mixed = Array.from(
      { length: 60 },
      (_, i) => `the picture of ${['a', 'b', 'c'][i % 3]!}${i}`,
    )
    const [boats, dogs, none, few] = regionWords(
      [texts('boat', 60), texts('dog', 60), mixed, texts('bridge', 5)],
      Array.from({ length: 100 }, () => 'the picture of the day in a house'),
    )
    expect(boats).toEqual([{ word: 'boat', n: 60, with: 60 }])
    expect(dogs?.[0]?.word).toBe('dog')
    expect(none).toEqual([])
    // Five texts are no ground for a name.
    expect(few).toEqual([])
    expect([...wordsOf('Ein Hund, zwei Hunde: it’s 5')]).toEqual([
      'ein',
      'hund',
      'zwei',
      'hunde',
      'it’s',
    ])
    expect(wordsOf('猫が眠る').size).toBeGreaterThan(0)
  })
})
