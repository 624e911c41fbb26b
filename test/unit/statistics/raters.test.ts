import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../../src/shared/random.ts'
import { pearson } from '../../../src/shared/statistics.ts'
import type { Rating } from '../../../src/main/statistics/rating.ts'
import {
  biasRemoved,
  noiseWeighted,
  rawMeans,
} from '../../../src/main/statistics/raters/combine.ts'
import type { UnitScore } from '../../../src/main/statistics/raters/combine.ts'
import { summarizeRaters } from '../../../src/main/statistics/raters/rater-summary.ts'
import { bt500Screening } from '../../../src/main/statistics/raters/screening.ts'
import { krippendorffAlpha } from '../../../src/main/statistics/agreement/krippendorff-alpha.ts'
import { rReference } from '../../support/r-reference.ts'
import { ratingsOf } from '../../support/rating-study.ts'

const reference = rReference()

/** A panel that is known: scores, biases and noise; each unit is rated by `perUnit` of them. */
function panel(
  noise: readonly number[],
  { units = 200, perUnit = noise.length, seed = 1, biasSd = 0.5 } = {},
): { ratings: Rating[]; truth: Map<string, number>; bias: number[] } {
  const random = seededRandom(seed)
  const bias = noise.map(() => biasSd * random.normal())
  const truth = new Map<string, number>()
  const ratings: Rating[] = []
  for (let u = 0; u < units; u++) {
    const score = 2.5 + random.normal()
    truth.set(`u${u}`, score)
    const order = Int32Array.from(noise, (_, i) => i)
    random.shuffle(order)
    for (const r of order.subarray(0, perUnit)) {
      const value = score + (bias[r] as number) + (noise[r] as number) * random.normal()
      ratings.push({ rater: `r${r}`, unit: `u${u}`, cluster: `u${u}`, value })
    }
  }
  return { ratings, truth, bias }
}
const likeTruth = (units: readonly UnitScore[], truth: Map<string, number>): number =>
  pearson(
    Float64Array.from(units, ({ score }) => score),
    Float64Array.from(units, ({ unit }) => truth.get(unit) as number),
  ) as number

describe('combining raters', () => {
  test("bias removed is the least squares of R's lm, with gaps", () => {
    const found = biasRemoved(reference.ratings)
    if (!found.ok) throw new Error(found.reason)
    const { bias } = reference
    const raters = new Map(found.raters.map((one) => [one.rater, one]))
    for (const rater of ['r2', 'r3', 'r4', 'r5', 'r6', 'r7', 'r8']) {
      const gap = raters.get(rater)!.bias - raters.get('r1')!.bias
      expect(gap).toBeCloseTo(bias[`factor(rater)${rater}`] as number, 9)
    }
    for (const { unit, score } of found.units) {
      // R's unit is that of rater r1.
      expect(score + raters.get('r1')!.bias).toBeCloseTo(bias[`unit${unit}`] as number, 9)
    }
    expect(found.raters.reduce((sum, one) => sum + one.bias * one.n, 0)).toBeCloseTo(0, 9)
    expect(found.n).toBe(reference.ratings.length)
  })

  test('where all rated all, removing biases leaves the means as they are', () => {
    const ratings = ratingsOf([
      [1, 2, 3, 4],
      [2, 3, 4, 5],
      [0, 3, 1, 4],
    ])
    const found = biasRemoved(ratings)
    if (!found.ok) throw new Error(found.reason)
    rawMeans(ratings).forEach(({ unit, score, n }, i) => {
      expect(found.units[i]).toMatchObject({ unit, n })
      expect(found.units[i]?.score).toBeCloseTo(score, 12)
    })
  })

  test('groups of raters without a common unit are named', () => {
    const apart = [
      { rater: 'a', unit: '1', cluster: '1', value: 1 },
      { rater: 'b', unit: '1', cluster: '1', value: 2 },
      { rater: 'c', unit: '2', cluster: '2', value: 3 },
    ]
    const found = biasRemoved(apart)
    expect(found.ok ? '' : found.reason).toContain('a, b | c')
    expect(rawMeans(apart).map(({ score }) => score)).toEqual([1.5, 3])
    expect(biasRemoved([])).toMatchObject({ ok: false, n: 0 })
  })

  test("three raters' noise is Grubbs' closed form", () => {
    const { ratings } = panel([0.4, 0.8, 1.2], { units: 60, seed: 3 })
    const found = biasRemoved(ratings)
    if (!found.ok) throw new Error(found.reason)
    const by = (rater: string): number[] => {
      const of = new Map(
        ratings.filter((one) => one.rater === rater).map((one) => [one.unit, one.value]),
      )
      return Array.from({ length: 60 }, (_, u) => of.get(`u${u}`) as number)
    }
    const variance = (a: string, b: string): number => {
      const y = by(b)
      const d = by(a).map((value, i) => value - (y[i] as number))
      const mean = d.reduce((sum, value) => sum + value, 0) / d.length
      return d.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (d.length - 1)
    }
    for (const [a, b, c] of [
      ['r0', 'r1', 'r2'],
      ['r1', 'r2', 'r0'],
      ['r2', 'r0', 'r1'],
    ] as const) {
      const wanted = (variance(a, b) + variance(a, c) - variance(b, c)) / 2
      const sigma = found.raters.find(({ rater }) => rater === a)?.sigma as number
      expect(sigma ** 2).toBeCloseTo(wanted, 9)
    }
  })

  test('weighing by noise finds each rater and comes nearer to the truth than the means', () => {
    const noise = [0.3, 0.3, 0.4, 0.6, 1, 1.6, 2.2, 0.5]
    for (const seed of [1, 2, 3]) {
      const { ratings, truth, bias } = panel(noise, { seed, perUnit: 6, biasSd: 1 })
      const weighted = noiseWeighted(ratings)
      const plain = biasRemoved(ratings)
      if (!weighted.ok || !plain.ok) throw new Error('not defined')
      expect(weighted.converged).toBe(true)
      expect(likeTruth(weighted.units, truth)).toBeGreaterThan(likeTruth(plain.units, truth) + 0.03)
      expect(likeTruth(plain.units, truth)).toBeGreaterThan(likeTruth(rawMeans(ratings), truth))
      for (const { rater, sigma, bias: found } of weighted.raters) {
        const i = Number(rater.slice(1))
        // 150 ratings: the error of a deviation is 6 %, and more for the calm among the loud.
        expect(Math.abs((sigma as number) - (noise[i] as number))).toBeLessThan(
          0.09 + 0.15 * (noise[i] as number),
        )
        const mean = bias.reduce((sum, b) => sum + b, 0) / bias.length
        expect(Math.abs(found - ((bias[i] as number) - mean))).toBeLessThan(0.6)
      }
    }
  })

  test('noise is not weighed on small panels', () => {
    const { ratings } = panel([0.7, 0.7, 0.7, 0.7, 0.7, 0.7, 0.7], { perUnit: 3 })
    expect(noiseWeighted(ratings)).toEqual({
      ok: false,
      n: 600,
      reason: 'Weighing raters by their noise needs 6 ratings a unit; there are 3.0.',
    })
  })
})

describe('screening by BT.500', () => {
  test('flags who swings both ways, not who is always high, and drops nobody', () => {
    const random = seededRandom(6)
    const names = Array.from({ length: 16 }, (_, i) => `r${i}`)
    const rows = names.map((_, r) =>
      Array.from({ length: 60 }, (_, u) => {
        const usual = 1.3 + 2.4 * random.next()
        if (r === 0 && u % 3 === 0) return 2.5 + (u % 2 === 0 ? 2.6 : -2.6)
        if (r === 1 && u % 3 === 1) return 5.1
        return usual
      }),
    )
    const found = bt500Screening(ratingsOf(rows))
    if (!found.ok) throw new Error(found.reason)
    expect(found.raters.filter(({ flagged }) => flagged).map(({ rater }) => rater)).toEqual(['r0'])
    const [swinging, high] = found.raters
    expect(swinging).toMatchObject({ n: 60 })
    expect(high?.above).toBeGreaterThan(3)
    expect(high?.below).toBeLessThan(2)
    expect(found.raters).toHaveLength(16)
  })

  test('by hand: the kurtosis decides how far off a vote may lie', () => {
    // Nine at 3 and one at 5: kurtosis 8.1, so sqrt(20) deviations are asked: none is so far off.
    const lone = ratingsOf(Array.from({ length: 10 }, (_, r) => [r === 0 ? 5 : 3]))
    const first = bt500Screening(lone)
    expect(first.ok && first.raters[0]).toMatchObject({ above: 0, below: 0 })
    // Mean 2.5, sample deviation 1.08, kurtosis 3.6: 5 lies 2.3 deviations above.
    const spread = [5, 2, 2, 2, 2, 2, 2, 3, 3, 2, 1, 2, 3, 3, 3, 2, 1, 4, 3, 3].map((value) => [
      value,
    ])
    const second = bt500Screening(ratingsOf(spread))
    expect(second.ok && second.raters[0]).toMatchObject({ above: 1, below: 0, n: 1 })
    // All alike: nobody is far off.
    const same = bt500Screening(ratingsOf(Array.from({ length: 8 }, () => [3])))
    expect(same.ok && same.raters.every(({ above, below }) => above + below === 0)).toBe(true)
  })

  test('is not shown below eight raters', () => {
    const found = bt500Screening(ratingsOf(Array.from({ length: 7 }, () => [1, 2])))
    expect(found).toMatchObject({
      ok: false,
      reason: 'Screening by BT.500 needs 8 raters; there are 7.',
    })
  })
})

describe('the summary of raters', () => {
  test('shows the one who disagrees', () => {
    const { ratings } = panel([0.3, 0.3, 0.3, 2.5], { units: 80, seed: 9 })
    const { alpha, raters } = summarizeRaters(ratings, 'interval')
    const noisy = raters.find(({ rater }) => rater === 'r3')!
    const others = raters.filter(({ rater }) => rater !== 'r3')
    expect(noisy.alphaWithout).toBeGreaterThan(alpha as number)
    for (const one of others) {
      expect(one.alphaWithout).toBeLessThan(noisy.alphaWithout as number)
      expect(one.correlation).toBeGreaterThan(noisy.correlation as number)
      expect(one.sigma).toBeLessThan(noisy.sigma as number)
      expect(one).toMatchObject({ n: 80, shared: 80 })
    }
    const without = krippendorffAlpha(
      ratings.filter(({ rater }) => rater !== 'r3'),
      'interval',
      { interval: null },
    )
    expect(without.ok && without.alpha).toBe(noisy.alphaWithout)
  })

  test('leaves out what is not defined', () => {
    const { alpha, raters } = summarizeRaters([
      { rater: 'a', unit: '1', cluster: '1', value: 1 },
      { rater: 'b', unit: '2', cluster: '2', value: 2 },
    ])
    expect(alpha).toBeNull()
    expect(raters[0]).toEqual({
      rater: 'a',
      n: 1,
      mean: 1,
      bias: null,
      sigma: null,
      correlation: null,
      shared: 0,
      alphaWithout: null,
    })
  })
})
