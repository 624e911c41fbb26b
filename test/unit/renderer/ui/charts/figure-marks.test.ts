import { describe, expect, test } from 'vitest'
import type { FigureMark } from '#figures/sheet.ts'
import {
  nearest,
  spoken,
  stepBy,
  stopsOf,
} from '../../../../../src/renderer/src/ui/charts/figure-marks.ts'

const mark = (stop: number, name: string, text: string): FigureMark => ({
  key: null,
  title: `epoch ${stop + 1}`,
  lines: [{ name, text }],
  stop,
})
const marks = [
  mark(0, 'validation', '0.5'),
  mark(1, 'validation', '0.4'),
  mark(0, 'training', '0.3'),
]

test('marks at one place of an axis are read at once, others one by one', () => {
  expect(stopsOf(marks, true).map(spoken)).toEqual([
    'epoch 1: validation 0.5, training 0.3',
    'epoch 2: validation 0.4',
  ])
  expect(stopsOf(marks, true)[0]?.marks).toEqual([0, 2])
  expect(stopsOf(marks, false).map((stop) => stop.marks)).toEqual([[0], [2], [1]])
})

test('arrows walk from either end and stop there', () => {
  expect(stepBy('ArrowRight', null, 3)).toBe(0)
  expect(stepBy('ArrowLeft', null, 3)).toBe(2)
  expect(stepBy('ArrowRight', 2, 3)).toBe(2)
  expect(stepBy('ArrowLeft', 0, 3)).toBe(0)
  expect([stepBy('Home', 2, 3), stepBy('End', 0, 3)]).toEqual([0, 2])
  expect(stepBy('a', 1, 3)).toBeNull()
  expect(stepBy('ArrowRight', null, 0)).toBeNull()
})

describe('the nearest mark', () => {
  const placed = [
    { mark: 0, x: 10, y: 10 },
    { mark: 1, x: 100, y: 10 },
    { mark: 2, x: 100, y: 90 },
  ]

  test('is within reach, or there is none', () => {
    expect(nearest(placed, 14, 12, false)).toBe(0)
    expect(nearest(placed, 55, 50, false)).toBeNull()
  })

  test('along an axis is the one above or below, then the closer one', () => {
    expect(nearest(placed, 80, 300, true)).toBe(2)
    expect(nearest(placed, 80, 0, true)).toBe(1)
  })
})
