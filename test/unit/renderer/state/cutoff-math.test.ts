import { ticks } from '#shared/axis.ts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  binsFor,
  cumulativeAbove,
  estimateAbove,
  estimateCutoff,
  heightOf,
  logTicks,
  niceSpan,
  parseTyped,
  rebin,
  snap,
  type Histogram,
} from '../../../../src/renderer/src/state/cutoff-math.ts'

const scores = fc.array(fc.double({ min: -0.1, max: 0.5, noNaN: true }), {
  minLength: 1,
  maxLength: 400,
})

function histogramOf(values: readonly number[], bins = 1000): Histogram {
  const lo = -0.1
  const hi = 0.5
  const counts = new Array<number>(bins).fill(0)
  for (const value of values) {
    const bin = Math.min(bins - 1, Math.floor(((value - lo) / (hi - lo)) * bins))
    counts[bin] = (counts[bin] ?? 0) + 1
  }
  return { lo, hi, counts, n: values.length }
}

describe('what the line keeps, between two frames', () => {
  test('is off by no more than what stands in the bin of the line', () => {
    fc.assert(
      fc.property(scores, fc.double({ min: -0.2, max: 0.6, noNaN: true }), (values, at) => {
        const histogram = histogramOf(values)
        const above = cumulativeAbove(histogram)
        const exact = values.filter((value) => value >= at).length
        const bin = Math.floor(((at - histogram.lo) / (histogram.hi - histogram.lo)) * 1000)
        const near = [bin - 1, bin, bin + 1].reduce((s, i) => s + (histogram.counts[i] ?? 0), 0)
        expect(Math.abs(estimateAbove(histogram, above, at) - exact)).toBeLessThanOrEqual(near + 1)
      }),
    )
  })

  test('is everything left of the data and nothing right of it', () => {
    const histogram = histogramOf([0.1, 0.2, 0.3])
    const above = cumulativeAbove(histogram)
    expect(estimateAbove(histogram, above, -1)).toBe(3)
    expect(estimateAbove(histogram, above, 0.9)).toBe(0)
  })

  test('shrinks as the line goes up', () => {
    const histogram = histogramOf(Array.from({ length: 500 }, (_, i) => i / 1100))
    const above = cumulativeAbove(histogram)
    let before = Infinity
    for (let at = -0.1; at < 0.5; at += 0.004) {
      const now = estimateAbove(histogram, above, at)
      expect(now).toBeLessThanOrEqual(before)
      before = now
    }
  })

  test('a share leads to a cosine that keeps that share', () => {
    const histogram = histogramOf(Array.from({ length: 5000 }, (_, i) => (i / 5000) * 0.4))
    const above = cumulativeAbove(histogram)
    for (const share of [0, 0.01, 0.2, 0.5, 0.99, 1]) {
      const at = estimateCutoff(histogram, above, share)
      expect(estimateAbove(histogram, above, at) / 5000).toBeCloseTo(share, 2)
    }
  })
})

describe('bins and axes', () => {
  test('joining bins loses no pair', () => {
    const histogram = histogramOf(Array.from({ length: 777 }, (_, i) => i / 2000))
    for (const wanted of [1, 50, 100, 200, 1000]) {
      const joined = rebin(histogram, wanted)
      expect(joined.counts.length).toBeLessThanOrEqual(wanted)
      expect(joined.counts.reduce((a, b) => a + b, 0)).toBe(777)
    }
  })

  test('few scores get wide bars, many get fine ones, and none is thinner than four pixels', () => {
    expect(binsFor(10, 900)).toBe(20)
    expect(binsFor(359, 900)).toBe(25)
    expect(binsFor(1_000_000, 900)).toBe(200)
    expect(binsFor(1_000_000, 420)).toBe(100)
  })

  test('the span holds the data and ends on readable numbers', () => {
    expect(niceSpan(0.1034, 0.4312)).toEqual({ lo: 0.1, hi: 0.44 })
    const one = niceSpan(0.3, 0.3)
    expect(one.lo).toBeLessThan(0.3)
    expect(one.hi).toBeGreaterThan(0.3)
  })

  test('ticks are round and without the noise of floating point', () => {
    expect(ticks(0, 0.4, 4)).toEqual([0, 0.1, 0.2, 0.3, 0.4])
    expect(ticks(-0.1, 0.3, 4)).toEqual([-0.1, 0, 0.1, 0.2, 0.3])
    expect(logTicks(4200)).toEqual([1, 10, 100, 1000, 10_000])
  })

  test('on the log scale a single pair is seen and nothing is nothing', () => {
    expect(heightOf(0, 1000, true)).toBe(0)
    expect(heightOf(1, 1000, true)).toBeGreaterThan(0.05)
    expect(heightOf(1000, 1000, true)).toBe(1)
    expect(heightOf(500, 1000, false)).toBe(0.5)
  })
})

describe('what is typed into the cutoff', () => {
  test('a number is a cosine', () => {
    expect(parseTyped('0.283')).toEqual({ kind: 'cosine', cosine: 0.283 })
    expect(parseTyped(' .28 ')).toEqual({ kind: 'cosine', cosine: 0.28 })
    expect(parseTyped('\u22120.1')).toEqual({ kind: 'cosine', cosine: -0.1 })
  })

  test('per cent is the share that is kept, p a percentile', () => {
    expect(parseTyped('20 %')).toEqual({ kind: 'share', share: 0.2 })
    expect(parseTyped('top 5%')).toEqual({ kind: 'share', share: 0.05 })
    expect(parseTyped('p80')).toEqual({ kind: 'share', share: expect.closeTo(0.2) })
  })

  test('what is neither is refused', () => {
    for (const text of ['', 'abc', '2', '-1.5', '120 %', 'p101', '0.2.3']) {
      expect(parseTyped(text)).toBeNull()
    }
  })

  test('the line stands on thousandths', () => {
    expect(snap(0.28349999)).toBe(0.283)
    expect(snap(-0.0004)).toBeCloseTo(0)
  })
})
