import { describe, expect, test } from 'vitest'
import { createRatingClock } from '../../../../../src/renderer/src/features/rating/rating-clock.ts'
import {
  meaningOf,
  withDigit,
} from '../../../../../src/renderer/src/features/rating/rating-keys.ts'
import {
  cornerOf,
  FIT,
  fitScale,
  panBy,
  scaleOf,
  toggleFull,
  zoomBy,
  zoomTo,
} from '../../../../../src/renderer/src/ui/lens.ts'
import {
  leftOpen,
  nextOpenAspect,
  resumeAt,
} from '../../../../../src/renderer/src/features/rating/rating-light.ts'
import { isTiring, paceOf } from '../../../../../src/renderer/src/features/rating/rating-pace.ts'

describe('a key', () => {
  test('answers an aspect from 0 to 5, and 6 to 9 mean nothing', () => {
    const all = ['0', '1', '2', '3', '4', '5', '6', '9', 'Y', 'x'].map((key) =>
      meaningOf('0-5', key),
    )
    expect(all.slice(0, 6)).toEqual(
      ['0', '1', '2', '3', '4', '5'].map((answer) => ({ kind: 'answer', answer })),
    )
    expect(all.slice(6)).toEqual([null, null, null, null])
  })

  test('says yes, partly or no by its letter in any case, or by its value', () => {
    const answers = ['y', 'P', 'n', '2', '1', '0'].map((key) => meaningOf('yes-partly-no', key))
    expect(answers.map((meaning) => meaning?.kind === 'answer' && meaning.answer)).toEqual([
      'yes',
      'partly',
      'no',
      'yes',
      'partly',
      'no',
    ])
    expect(meaningOf('yes-partly-no', '3')).toBeNull()
  })

  test('is one more digit of a count, up to 99 and without leading zeros', () => {
    expect(meaningOf('count', '7')).toEqual({ kind: 'digit', digit: '7' })
    expect(withDigit('', '0')).toBe('0')
    expect(withDigit('0', '4')).toBe('4')
    expect(withDigit('9', '9')).toBe('99')
    expect(withDigit('99', '1')).toBe('99')
  })
})

describe('the light', () => {
  const ids = ['a', 'b', 'c']
  test('goes to the next aspect without an answer, also around; 0 and "cannot" are answers', () => {
    expect(nextOpenAspect(ids, { a: '0' }, 0)).toBe(1)
    expect(nextOpenAspect(ids, { b: '0', c: 'cannot' }, 1)).toBe(0)
    expect(nextOpenAspect(ids, { a: '0', b: 'cannot', c: '5' }, 2)).toBeNull()
  })

  test('begins at the first open item that counts, once one is done; before, in practice', () => {
    expect(resumeAt([false, false, false], 1)).toBe(0)
    expect(resumeAt([true, false, true, false], 2)).toBe(3)
    expect(resumeAt([true, true, false, true], 2)).toBe(2)
    // Left open in practice, and nothing else is open.
    expect(resumeAt([false, true], 1)).toBe(0)
    expect(resumeAt([true, true], 1)).toBeNull()
  })

  test('counts what was left open behind it, without practice and the present item', () => {
    expect(leftOpen([false, true, false, true, false, false], 1, 4)).toBe(1)
    expect(leftOpen([false, false, false], 0, 2)).toBe(2)
    expect(leftOpen([true, true, true], 0, 2)).toBe(0)
  })
})

describe('the pace', () => {
  test('is the median of the last 20 items, and is not said before three', () => {
    expect(paceOf([3, 5])).toBeNull()
    expect(paceOf([3, 50, 5])).toBe(5)
    expect(paceOf([...Array<number>(30).fill(90), ...Array<number>(20).fill(6)])).toBe(6)
    expect(paceOf([1, 2, 3, 10])).toBe(2.5)
  })

  test('falls when the last ten took half as long again as those before', () => {
    const even = Array<number>(30).fill(6)
    expect(isTiring(even)).toBe(false)
    expect(isTiring([...even, ...Array<number>(10).fill(8.9)])).toBe(false)
    expect(isTiring([...even, ...Array<number>(10).fill(9)])).toBe(true)
    expect(isTiring([...Array<number>(19).fill(6), ...Array<number>(10).fill(20)])).toBe(false)
  })
})

describe('the clock', () => {
  function clockAt() {
    let at = 0
    const clock = createRatingClock(() => at)
    return { clock, pass: (ms: number): void => void (at += ms) }
  }

  test('adds the laps of an item and leaves out the time behind other windows', () => {
    const { clock, pass } = clockAt()
    clock.shown()
    pass(1500)
    expect(clock.lap()).toBe(1500)
    clock.pause()
    pass(60_000)
    clock.resume()
    pass(500)
    expect(clock.lap()).toBe(500)
    expect(clock.item()).toBe(2000)
    expect(clock.sitting()).toBe(2000)
    clock.shown()
    expect(clock.item()).toBe(0)
  })

  test('knows no time of an item at which the rater was away, and a long absence is a rest', () => {
    const { clock, pass } = clockAt()
    clock.shown()
    pass(2000)
    clock.touch()
    pass(121_000)
    clock.touch()
    pass(1000)
    expect(clock.lap()).toBeNull()
    expect(clock.item()).toBeNull()
    expect(clock.sitting()).toBe(3000)
    pass(301_000)
    clock.touch()
    expect(clock.sitting()).toBe(0)
  })
})

describe('the lens', () => {
  const mat = { width: 1000, height: 600 }
  test('shows a picture whole and never enlarges it', () => {
    expect(fitScale(mat, { width: 2000, height: 600 })).toBe(0.5)
    expect(fitScale(mat, { width: 500, height: 1200 })).toBe(0.5)
    expect(fitScale(mat, { width: 384, height: 384 })).toBe(1)
    expect(cornerOf(FIT, mat, { width: 384, height: 384 })).toEqual({ left: 308, top: 108 })
  })

  test('keeps what lies under the pointer, and stops at 100 % on its way', () => {
    const picture = { width: 2000, height: 1200 }
    const at = { x: 250, y: 150 }
    const near = zoomTo(FIT, 1, mat, picture, at)
    const corner = cornerOf(near, mat, picture)
    // Before, at half the size, the same point of the picture lay there.
    expect(corner.left + 500 * 1).toBeCloseTo(250, 9)
    expect(corner.top + 300 * 1).toBeCloseTo(150, 9)
    expect(scaleOf(zoomBy({ scale: 0.9, x: 0.5, y: 0.5 }, 1, mat, picture), mat, picture)).toBe(1)
    expect(zoomBy(near, -10, mat, picture)).toEqual(FIT)
  })

  test('is dragged no further than the edge of the picture', () => {
    const picture = { width: 2000, height: 1200 }
    const full = toggleFull(FIT, mat, picture)
    expect(full.scale).toBe(1)
    const corner = cornerOf(panBy(full, 5000, -5000, mat, picture), mat, picture)
    expect(corner).toEqual({ left: 0, top: -600 })
    expect(toggleFull(full, mat, picture)).toEqual(FIT)
    // A small one stays in the middle, however near.
    expect(toggleFull(FIT, mat, { width: 10, height: 10 })).toEqual(FIT)
  })
})
