import { expect, test } from 'vitest'
import { asZoom, zoomStep } from '#shared/zoom.ts'

test('sizes go up and down by steps, through 100 %, and end at 50 and 300 %', () => {
  const walk = (from: number, by: 1 | -1): number[] => {
    const met = [from]
    for (let next = zoomStep(from, by); next !== met.at(-1); next = zoomStep(next, by)) {
      met.push(next)
    }
    return met
  }
  expect(walk(1, 1)).toEqual([1, 1.1, 1.25, 1.5, 1.75, 2, 2.5, 3])
  expect(walk(1, -1)).toEqual([1, 0.9, 0.8, 0.75, 0.67, 0.5])
  // A size as Chromium rounds it.
  expect(zoomStep(1.0999999, 1)).toBe(1.25)
  expect(zoomStep(1.3, -1)).toBe(1.25)
})

test('what was kept and is no size is 100 %', () => {
  expect([asZoom(1.5), asZoom(9), asZoom(0.01), asZoom('2'), asZoom(Number.NaN)]).toEqual([
    1.5, 3, 0.5, 1, 1,
  ])
})
