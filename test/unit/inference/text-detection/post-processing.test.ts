import { describe, expect, test } from 'vitest'
import { components } from '../../../../src/main/inference/kinds/text-detection/components.ts'
import { coveredShare } from '../../../../src/main/inference/kinds/text-detection/covered-share.ts'
import { decodeCtc } from '../../../../src/main/inference/kinds/text-detection/ctc.ts'
import { cutLine } from '../../../../src/main/inference/kinds/text-detection/cut-line.ts'
import { textBoxes, unclip } from '../../../../src/main/inference/kinds/text-detection/db-boxes.ts'
import { inReadingOrder } from '../../../../src/main/inference/kinds/text-detection/reading-order.ts'
import { smallestRectangle } from '../../../../src/main/inference/kinds/text-detection/rectangle.ts'
import type {
  Point,
  Rectangle,
} from '../../../../src/main/inference/kinds/text-detection/rectangle.ts'
import { planText } from '../../../../src/main/inference/pictures/text-pixels.ts'

const RULES = { threshold: 0.3, boxThreshold: 0.6, unclip: 1.5, minSide: 3, most: 1000 }

/** A map of rows of letters: `#` is 0.9, `+` 0.5, all else 0. */
function drawn(rows: string[]): { map: Float32Array; width: number; height: number } {
  const width = rows[0]?.length ?? 0
  const values = { '#': 0.9, '+': 0.5 } as Record<string, number>
  const map = Float32Array.from(rows.join(''), (c) => values[c] ?? 0)
  return { map, width, height: rows.length }
}

describe('connected parts', () => {
  test('touch by their corners, and a U is one part', () => {
    const { map, width, height } = drawn(['#..#..#', '#..#.#.', '#####..', '.......', '..#.#..'])
    const parts = components(map, width, height, 0.3)
    expect(parts.map(({ pixels }) => pixels)).toEqual([11, 1, 1])
  })

  test('a staircase over many rows is one part, whichever way it leads', () => {
    const rows = Array.from({ length: 9 }, (_, y) =>
      Array.from({ length: 9 }, (_, x) => (x === y || x === 8 - y ? '#' : '.')).join(''),
    )
    const { map, width, height } = drawn(rows)
    expect(components(map, width, height, 0.3)).toHaveLength(1)
  })
})

describe('boxes', () => {
  test('what is faint or thin is none', () => {
    const bar = (c: string): string[] => Array.from({ length: 6 }, () => c.repeat(20) + '....')
    const space = ['.'.repeat(24)]
    const { map, width, height } = drawn([
      ...space,
      ...bar('#'),
      ...space,
      ...bar('+'),
      ...space,
      '#'.repeat(24),
      ...space,
    ])
    const { boxes } = textBoxes(map, width, height, RULES)
    expect(boxes).toHaveLength(1)
    expect(boxes[0]?.score).toBeCloseTo(0.9, 5)
  })

  test('a kernel of 20 by 6 grows by area times ratio over perimeter', () => {
    const kernel: Rectangle = { x: 0, y: 0, width: 20, height: 6, u: [1, 0] }
    const distance = (20 * 6 * 1.5) / 52
    const grown = unclip(kernel, 1.5)
    expect(grown.width).toBeCloseTo(20 + 2 * distance, 10)
    expect(grown.height).toBeCloseTo(6 + 2 * distance, 10)
  })

  test('past the most that are looked at the largest are kept, and the rest is counted', () => {
    const { map, width, height } = drawn(Array.from({ length: 8 }, () => '####..######..####..'))
    const found = textBoxes(map, width, height, { ...RULES, most: 1 })
    expect(found.passedOver).toBe(2)
    expect(found.boxes[0]?.rectangle.width).toBeGreaterThan(5)
  })

  test('a turned bar is found with its angle', () => {
    const angle = 0.4
    const points: Point[] = []
    for (let a = -30; a <= 30; a++) {
      for (let b = -5; b <= 5; b++) {
        points.push([
          50 + a * Math.cos(angle) - b * Math.sin(angle),
          40 + a * Math.sin(angle) + b * Math.cos(angle),
        ])
      }
    }
    const found = smallestRectangle(points)
    expect(Math.atan2(found.u[1], found.u[0])).toBeCloseTo(angle, 6)
    expect([found.width, found.height]).toEqual([expect.closeTo(60, 6), expect.closeTo(10, 6)])
  })

  test('a point and a row of points are rectangles without area', () => {
    expect(smallestRectangle([[3, 4]])).toMatchObject({ x: 3, y: 4, width: 0, height: 0 })
    const row = smallestRectangle([
      [0, 0],
      [1, 1],
      [2, 2],
    ])
    expect(row.width * row.height).toBeCloseTo(0, 10)
  })
})

test('what two boxes share counts once, and what lies outside not at all', () => {
  const square = (x: number, y: number, side: number): Point[] => [
    [x, y],
    [x + side, y],
    [x + side, y + side],
    [x, y + side],
  ]
  expect(coveredShare([square(0, 0, 50), square(25, 0, 50)], 100, 100)).toBeCloseTo(0.375, 3)
  expect(coveredShare([square(-50, -50, 100)], 100, 100)).toBeCloseTo(0.25, 3)
  expect(coveredShare([], 100, 100)).toBe(0)
})

describe('CTC', () => {
  /** Steps whose likeliest class is named, 0 the blank. */
  const steps = (path: number[], classes: number): Float32Array =>
    Float32Array.from(
      path.flatMap((best) => Array.from({ length: classes }, (_, c) => (c === best ? 0.7 : 0.1))),
    )
  test('takes repeats once unless a blank parts them', () => {
    const read = decodeCtc(steps([1, 1, 0, 1, 2, 2, 0, 0, 3], 4), 4, ['a', 'b', 'c'], 0)
    expect(read.text).toBe('aabc')
    expect(read.confidence).toBeCloseTo(0.7, 6)
  })
  test('nothing but blanks is an empty text without confidence', () => {
    expect(decodeCtc(steps([0, 0], 4), 4, ['a', 'b', 'c'], 0)).toEqual({ text: '', confidence: 0 })
  })
})

describe('cutting a line out', () => {
  /** Each pixel says where it stands: red its column, green its row. */
  const picture = {
    width: 60,
    height: 40,
    data: Uint8Array.from({ length: 60 * 40 * 3 }, (_, i) => {
      const pixel = Math.floor(i / 3)
      return i % 3 === 0 ? pixel % 60 : i % 3 === 1 ? Math.floor(pixel / 60) : 0
    }),
  }
  test('a straight box is cut as it stands', () => {
    const line = cutLine(picture, { x: 30, y: 20, width: 20, height: 10, u: [1, 0] })
    expect([line.width, line.height]).toEqual([20, 10])
    expect([...line.data.subarray(0, 2)]).toEqual([20, 15])
    expect([...line.data.subarray(-3, -1)]).toEqual([39, 24])
  })
  test('a tall one is laid down, what was right on top', () => {
    const line = cutLine(picture, { x: 30, y: 20, width: 10, height: 20, u: [1, 0] })
    expect([line.width, line.height]).toEqual([20, 10])
    expect([...line.data.subarray(0, 2)]).toEqual([34, 10])
    expect([...line.data.subarray(-3, -1)]).toEqual([25, 29])
  })
  test('a turned one is straightened', () => {
    const [c, s] = [Math.cos(0.3), Math.sin(0.3)]
    const line = cutLine(picture, { x: 30, y: 20, width: 21, height: 5, u: [c, s] })
    const middle = 2 * 21 * 3
    expect(line.data[middle]).toBe(Math.round(30 - 10 * c - 0.5))
    expect(line.data[middle + 1]).toBe(Math.round(20 - 10 * s - 0.5))
  })
})

test('lines are read from top to bottom, boxes of a line from left to right', () => {
  const box = (name: string, x: number, y: number): { name: string; rectangle: Rectangle } => ({
    name,
    rectangle: { x, y, width: 30, height: 10, u: [1, 0] },
  })
  const order = inReadingOrder([
    box('d', 80, 43),
    box('b', 90, 12),
    box('a', 20, 14),
    box('c', 10, 41),
  ])
  expect(order.map(({ name }) => name).join('')).toBe('abcd')
})

test('a picture is only made smaller, larger, or fitted, as its detector asks', () => {
  const sides = (...args: Parameters<typeof planText>): number[] => {
    const { width, height } = planText(...args)
    return [width, height]
  }
  expect(sides(1920, 1080, { mode: 'max', side: 960, multiple: 32 })).toEqual([960, 544])
  expect(sides(100, 50, { mode: 'max', side: 960, multiple: 32 })).toEqual([96, 64])
  expect(sides(400, 200, { mode: 'min', side: 736, multiple: 32 })).toEqual([1472, 736])
  expect(sides(480, 240, { mode: 'long', side: 960, multiple: 32 })).toEqual([960, 480])
  // A strip would fill the memory.
  expect(sides(8000, 10, { mode: 'min', side: 736, multiple: 32 })).toEqual([4096, 32])
  // So would a large picture that need not be made smaller.
  expect(sides(4000, 4000, { mode: 'min', side: 736, multiple: 32 })).toEqual([2464, 2464])
  expect(planText(200, 100, { mode: 'pad', width: 1024, height: 1024 }).inner).toEqual({
    left: 0,
    top: 256,
    width: 1024,
    height: 512,
  })
})
