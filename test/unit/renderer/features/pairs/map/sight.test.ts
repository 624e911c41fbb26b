import { describe, expect, test } from 'vitest'
import type { MapLabel } from '#shared/contract/maps.ts'
import {
  boxOf,
  moved,
  toMap,
  toScreen,
  whole,
  zoomAt,
} from '../../../../../../src/renderer/src/features/pairs/map/camera.ts'
import { shownLabels } from '../../../../../../src/renderer/src/features/pairs/map/labels.ts'
import {
  nearestPoint,
  nextPoint,
  readPoints,
} from '../../../../../../src/renderer/src/features/pairs/map/points.ts'
import { statesOf } from '../../../../../../src/renderer/src/features/pairs/map/use-map-view.ts'

const wide = { width: 1000, height: 700 }
const narrow = { width: 600, height: 480 }

describe('what of the map is seen', () => {
  test('the whole map begins right of the legend where there is room, and never leaves the pane', () => {
    for (const pane of [wide, narrow, { width: 2000, height: 500 }, { width: 300, height: 600 }]) {
      const camera = whole(pane)
      const [left, top] = toScreen(camera, pane, 0, 0)
      const [right, bottom] = toScreen(camera, pane, 1, 1)
      expect(left).toBeGreaterThanOrEqual(0)
      expect(top).toBeGreaterThanOrEqual(0)
      expect(right).toBeLessThanOrEqual(pane.width)
      expect(bottom).toBeLessThanOrEqual(pane.height)
    }
    expect(toScreen(whole(wide), wide, 0, 0)[0]).toBeCloseTo(224)
    // Much room: it stands in the middle.
    expect(whole({ width: 2000, height: 500 }).x).toBe(0.5)
  })

  test('zooming keeps what lies under the pointer, moving takes it along', () => {
    const camera = whole(wide)
    const before = toMap(camera, wide, 420, 260)
    const near = zoomAt(camera, wide, 3, 420, 260)
    const after = toMap(near, wide, 420, 260)
    expect(after[0]).toBeCloseTo(before[0], 9)
    expect(after[1]).toBeCloseTo(before[1], 9)
    const along = toMap(moved(near, 50, -30), wide, 470, 230)
    expect(along[0]).toBeCloseTo(before[0], 9)
    expect(along[1]).toBeCloseTo(before[1], 9)
    const [left, top, right, bottom] = boxOf(near, wide)
    expect(toScreen(near, wide, left, top)).toEqual([0, 0])
    expect(toScreen(near, wide, right, bottom).map(Math.round)).toEqual([1000, 700])
  })
})

describe('names of regions', () => {
  const label = (x: number, y: number, word: string, points = 50, spread = 0): MapLabel => ({
    ...{ x, y, points, spread, level: 0, words: [{ word, n: 20, with: 20 }] },
  })
  const none = { width: 0, height: 0 }
  const words = (labels: MapLabel[], over = none): string[] =>
    shownLabels(labels, whole(wide), wide, over).map(({ text }) => text)

  test('stand above their points, the higher the wider these are spread', () => {
    const [small, large] = shownLabels(
      [label(0.3, 0.5, 'small', 60), label(0.7, 0.5, 'large', 50, 0.02)],
      whole(wide),
      wide,
      none,
    )
    const middle = toScreen(whole(wide), wide, 0.3, 0.5)[1]
    expect(small!.y).toBe(middle - 16)
    expect(large!.y).toBeLessThan(small!.y)
    expect(large!.y).toBeGreaterThanOrEqual(middle - 44)
  })

  test('do not touch each other, nor lie below the legend', () => {
    expect(words([label(0.5, 0.5, 'few', 20), label(0.51, 0.5, 'many', 90)])).toEqual(['many'])
    const corner = [label(0.02, 0.95, 'boats'), label(0.9, 0.95, 'dogs')]
    expect(words(corner)).toEqual(['boats', 'dogs'])
    expect(words(corner, { width: 260, height: 200 })).toEqual(['dogs'])
  })
})

describe('points', () => {
  /** A box of the whole map with points at hundredths of it. */
  function pointsAt(list: readonly (readonly [x: number, y: number, place: number])[]) {
    const n = list.length
    const buffer = new ArrayBuffer(13 * n)
    new Int32Array(buffer, 0, n).set(list.map((_, i) => 100 + i))
    new Int32Array(buffer, 4 * n, n).set(list.map(([, , place]) => place))
    new Uint16Array(buffer, 8 * n, n).set(list.map(([x]) => Math.round((x / 100) * 65_535)))
    new Uint16Array(buffer, 10 * n, n).set(list.map(([, y]) => Math.round((y / 100) * 65_535)))
    const counts = { kept: n, others: 0 }
    return readPoints(
      {
        ...{ total: counts, inBox: counts, drawn: counts, cells: 0, thickest: 0 },
        bytes: new Uint8Array(buffer),
      },
      [0, 0, 1, 1],
    )
  }
  const points = pointsAt([
    [50, 50, 3],
    [60, 52, 4],
    [40, 50, 5],
    [50, 30, 6],
    [52, 90, 7],
    [51, 50, -1],
  ])

  test('of the filter are found by a place, others are not, and none where none is near', () => {
    expect(nearestPoint(points, [0.51, 0.5], 0.05)).toBe(0)
    expect(nearestPoint(points, [0.59, 0.52], 0.05)).toBe(1)
    expect(nearestPoint(points, [0.2, 0.2], 0.05)).toBe(-1)
  })

  test('are walked in the direction of the arrow', () => {
    const from = [0.5, 0.5] as const
    expect(nextPoint(points, from, [1, 0], 3)).toBe(1)
    expect(nextPoint(points, from, [-1, 0], 3)).toBe(2)
    expect(nextPoint(points, from, [0, -1], 3)).toBe(3)
    expect(nextPoint(points, from, [0, 1], 3)).toBe(4)
  })

  test('are drawn as selected where their own place is, and nowhere else', () => {
    expect([...statesOf(points, [[4, 5]])]).toEqual([1, 2, 2, 1, 1, 0])
    expect([...statesOf(points, [[7, 7]])]).toEqual([1, 1, 1, 1, 2, 0])
  })
})
