import { describe, expect, test } from 'vitest'
import { neededFor, studyPower } from '../../../src/main/statistics/design/power.ts'
import { intraclassCorrelations } from '../../../src/main/statistics/agreement/icc.ts'
import type { IccForm } from '../../../src/main/statistics/agreement/icc.ts'
import { clusterMean } from '../../../src/main/statistics/intervals/cluster-error.ts'
import { scaleUse } from '../../../src/main/statistics/trends/scale-use.ts'
import { trend } from '../../../src/main/statistics/trends/trend.ts'
import { rReference } from '../../support/r-reference.ts'
import { ratingsOf } from '../../support/rating-study.ts'

const reference = rReference()

describe('the trend', () => {
  test.each([
    ['within', true],
    ['across', false],
  ] as const)("%s raters is R's lm with the cluster-robust error of sandwich", (name, within) => {
    const found = trend(reference.positions, { within })
    if (!found.ok) throw new Error(found.reason)
    const { slope, error } = reference.trend[name]
    expect(found.slope).toBeCloseTo(slope, 10)
    expect(found.standardError).toBeCloseTo(error, 10)
    expect(found).toMatchObject({ clusters: 8, df: 7, n: reference.positions.length })
    // pt in R: 2 * pt(-|t|, 7)
    expect(found.p).toBeGreaterThan(0.05)
    expect(found.p).toBeLessThan(0.15)
  })

  test('raters who are kind and rate late make no trend within', () => {
    const points = ['a', 'b', 'c', 'd'].flatMap((cluster, r) =>
      [0, 1, 2, 3].map((i) => ({
        cluster,
        x: 10 * r + i,
        value: r + (((i * (i + r)) % 3) - 1) / 5,
      })),
    )
    const across = trend(points, { within: false })
    const within = trend(points)
    if (!across.ok || !within.ok) throw new Error('not defined')
    expect(across.p).toBeLessThan(0.01)
    expect(within.p).toBeGreaterThan(0.05)
  })

  test('is not defined for one rater, one place or a perfect line', () => {
    const at = (cluster: string, x: number, value: number) => ({ cluster, x, value })
    expect(trend([at('a', 1, 1), at('a', 2, 2), at('a', 3, 1)])).toMatchObject({ ok: false })
    expect(trend([at('a', 1, 1), at('b', 1, 2), at('b', 1, 1)])).toMatchObject({ ok: false })
    const line = [1, 2, 3, 4].flatMap((x) => [at('a', x, x), at('b', x, x)])
    expect(trend(line)).toMatchObject({ ok: false })
  })
})

test('the cluster-robust error of a mean is that of sandwich', () => {
  const found = clusterMean(reference.ratings)
  if (!found.ok) throw new Error(found.reason)
  expect(found.mean).toBeCloseTo(reference.mean.value, 12)
  expect(found.standardError).toBeCloseTo(reference.mean.error, 12)
})

test('intervals of intraclass correlations are those of psych', () => {
  const judges = [
    [9, 6, 8, 7, 10, 6],
    [2, 1, 4, 1, 5, 2],
    [5, 3, 6, 2, 6, 4],
    [8, 2, 8, 6, 9, 7],
  ]
  const found = intraclassCorrelations(ratingsOf(judges))
  if (!found.ok) throw new Error(found.reason)
  const { type, icc, low, high } = reference.icc
  expect(type).toEqual(['ICC1', 'ICC2', 'ICC3', 'ICC1k', 'ICC2k', 'ICC3k'])
  ;(['1,1', '2,1', '3,1', '1,k', '2,k', '3,k'] as IccForm[]).forEach((form, i) => {
    expect(found.forms[form].icc).toBeCloseTo(icc[i] as number, 9)
    expect(found.forms[form].low, form).toBeCloseTo(low[i] as number, 7)
    expect(found.forms[form].high, form).toBeCloseTo(high[i] as number, 7)
  })
})

describe('the use of a scale', () => {
  test('counts steps, gaps and ends', () => {
    const found = scaleUse([5, 5, 5, null, 0, 3], [0, 1, 2, 3, 4, 5])
    expect(found).toMatchObject({
      n: 5,
      gaps: 1,
      floor: 0.2,
      ceiling: 0.6,
      atFloor: false,
      atCeiling: true,
    })
    expect(found.counts.map(({ n }) => n)).toEqual([1, 0, 0, 1, 0, 3])
    expect(found.mean).toBeCloseTo(3.6, 12)
    expect(found.standardDeviation).toBeCloseTo(Math.sqrt(19.2 / 4), 12)
    expect(scaleUse([null], [0, 1])).toMatchObject({ n: 0, gaps: 1, floor: null, mean: null })
    expect(() => scaleUse([7], [0, 1])).toThrow('7 is none of its steps')
  })
})

describe('power', () => {
  test.each(reference.power.map((row) => [row.prompts, row.raters, row.difference, row] as const))(
    '%i prompts by %i raters, difference %f: as the same studies simulated in R',
    (prompts, raters, difference, wanted) => {
      const found = studyPower({ prompts, raters, difference }, { studies: 4000, seed: 2 })
      const error = Math.sqrt(wanted.power * (1 - wanted.power) * (1 / wanted.studies + 1 / 4000))
      expect(Math.abs(found.power - wanted.power)).toBeLessThan(4 * error)
      expect(found.low).toBeLessThan(found.power)
      expect(found.high).toBeGreaterThan(found.power)
      // Cutting at the ends takes some of the difference.
      expect(found.observedDifference).toBeLessThan(difference)
      expect(found.observedDifference).toBeGreaterThan(0.8 * difference)
    },
  )

  test('without a difference it is the level of the test', () => {
    const { power } = studyPower({ difference: 0, prompts: 40 }, { studies: 2000, seed: 7 })
    // 99.9 % of Binomial(2000, 0.05) / 2000.
    expect(power).toBeGreaterThan(0.035)
    expect(power).toBeLessThan(0.067)
  })

  test('finds the prompts and raters that are needed, and says where raters cannot do it', () => {
    const options = { studies: 400, seed: 3 }
    const prompts = neededFor('prompts', { difference: 0.4 }, { ...options, most: 300 })
    expect(prompts.needed).not.toBeNull()
    const many = prompts.needed as number
    expect(prompts.power.power).toBeGreaterThanOrEqual(0.8)
    expect(studyPower({ difference: 0.4, prompts: many - 1 }, options).power).toBeLessThan(0.8)
    const raters = neededFor('raters', { difference: 0.3, prompts: 60 }, { ...options, most: 12 })
    expect(raters.needed).toBeGreaterThan(1)
    // Ten prompts whose differences vary more than the models differ: no number of raters helps.
    const hopeless = neededFor('raters', { difference: 0.2, prompts: 10 }, { ...options, most: 20 })
    expect(hopeless).toMatchObject({ needed: null })
    expect(hopeless.power.power).toBeLessThan(0.8)
  })

  test('the same seed gives the same answer; what is no design is refused', () => {
    expect(studyPower({}, { studies: 50, seed: 5 })).toEqual(
      studyPower({}, { studies: 50, seed: 5 }),
    )
    expect(() => studyPower({ prompts: 0 })).toThrow('its design is none')
    expect(() => studyPower({ prompts: 1e6 })).toThrow('its design is none')
  })
})
