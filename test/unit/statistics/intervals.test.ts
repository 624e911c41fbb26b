import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../../src/shared/random.ts'
import { medianInterval } from '../../../src/main/statistics/intervals/median-interval.ts'
import { median } from '../../../src/shared/statistics.ts'
import { correlation, kendallTau } from '../../../src/main/statistics/correlation/correlation.ts'
import { bootstrap } from '../../../src/main/statistics/intervals/bootstrap.ts'
import type { BootstrapMethod } from '../../../src/main/statistics/intervals/bootstrap.ts'
import {
  bootstrapClusters,
  bootstrapPairedDifference,
  meanOf,
} from '../../../src/main/statistics/intervals/cluster-bootstrap.ts'
import { clusterMean } from '../../../src/main/statistics/intervals/cluster-error.ts'
import { ratingStudy } from '../../support/rating-study.ts'

const study = ratingStudy()
const SUMMARIES: Record<string, (values: readonly number[]) => number | null> = {
  mean: meanOf,
  median,
  'trimmed0.1': (values) => {
    const cut = Math.floor(values.length * 0.1)
    return meanOf([...values].sort((a, b) => a - b).slice(cut, values.length - cut))
  },
}

describe('the bootstrap', () => {
  test.skipIf(!study)('on given draws gives the intervals of scipy', () => {
    const { expected, draws, rows } = study!
    let compared = 0
    for (const row of expected.bootstrap) {
      const [a, b] = row.data.split('-')
      const of = (model: string | undefined) => rows.filter((one) => one.model === model)
      for (const [key, wanted] of Object.entries(row)) {
        const [, method, level] = /^(percentile|basic|BCa)\.(0\.9.*)$/.exec(key) ?? []
        if (!method) continue
        const options = {
          method: method.toLowerCase() as BootstrapMethod,
          level: Number(level),
          draws,
        }
        const summary = SUMMARIES[row.statistic]
        const found = b
          ? bootstrapPairedDifference(of(a), of(b), options, summary)
          : bootstrapClusters(of(a), options, summary)
        if (!found.ok) throw new Error(found.reason)
        const [low, high] = wanted as [number, number]
        expect(found.n).toBe(20)
        expect(found.estimate).toBeCloseTo(row.estimate, 12)
        expect(found.standardError).toBeCloseTo(row.standard_error, 11)
        expect(found.low, `${row.data} ${row.statistic} ${key}`).toBeCloseTo(low, 10)
        expect(found.high, `${row.data} ${row.statistic} ${key}`).toBeCloseTo(high, 10)
        compared++
      }
    }
    expect(compared).toBe(expected.bootstrap.length * 6)
  })

  test('takes whole clusters, so that equal values within them do not narrow it', () => {
    const random = seededRandom(8)
    const prompts = Array.from({ length: 12 }, () => random.normal())
    const ratings = prompts.flatMap((value, p) =>
      ['r0', 'r1', 'r2', 'r3'].map((rater) => ({ rater, unit: `u${p}`, cluster: `p${p}`, value })),
    )
    const options = { seed: 4, resamples: 300, method: 'percentile', over: 'ratings' } as const
    const whole = bootstrapClusters(ratings, options)
    const single = bootstrap(
      12,
      (places) => meanOf(Array.from(places, (p) => prompts[p] as number)),
      options,
    )
    if (!whole.ok || !single.ok) throw new Error('not defined')
    expect(whole.n).toBe(12)
    expect(whole.low).toBeCloseTo(single.low, 12)
    expect(whole.high).toBeCloseTo(single.high, 12)
  })

  test('says why there is no interval, and refuses draws that do not fit', () => {
    const mean = (values: number[], method: BootstrapMethod) =>
      bootstrap(values.length, (places) => meanOf(Array.from(places, (p) => values[p] as number)), {
        method,
        resamples: 50,
      })
    expect(mean([3], 'percentile')).toMatchObject({ ok: false, n: 1 })
    expect(mean([3, 3, 3], 'percentile')).toMatchObject({ ok: true, low: 3, high: 3 })
    expect(mean([3, 3, 3], 'bca')).toMatchObject({ ok: false, n: 3 })
    expect(bootstrap(3, () => null)).toMatchObject({ ok: false })
    expect(() => bootstrap(3, () => 1, { draws: [[0, 1, 3]] })).toThrow('does not fit')
    expect(() => bootstrap(3, () => 1, { level: 1 })).toThrow('no confidence level')
  })

  test('counts the draws on which a statistic is not defined', () => {
    const values = [1, 2, 3, 4]
    const found = bootstrap(
      4,
      (places) =>
        places[0] === 0 && places[1] === 0
          ? null
          : meanOf(Array.from(places, (p) => values[p] as number)),
      {
        method: 'percentile',
        draws: [
          [0, 0, 1, 2],
          [1, 1, 2, 3],
          [0, 1, 2, 3],
        ],
      },
    )
    expect(found).toMatchObject({ ok: true, resamples: 2, undefinedDraws: 1 })
  })
})

describe('the cluster-robust error', () => {
  test('by hand: clusters {1, 3}, {4, 8}', () => {
    // mean 4; sums of deviations -4 and 4; SE^2 = (16 + 16) / 16 = 2. naive: sd^2 = 26/3, / 4.
    const of = (cluster: string, ...values: number[]) => values.map((value) => ({ cluster, value }))
    const found = clusterMean([...of('a', 1, 3), ...of('b', 4, 8)])
    if (!found.ok) throw new Error(found.reason)
    expect(found).toMatchObject({ n: 4, mean: 4, clusters: 2 })
    expect(found.standardError).toBeCloseTo(Math.SQRT2, 12)
    expect(found.naiveError).toBeCloseTo(Math.sqrt(26 / 12), 12)
    expect(found.designEffect).toBeCloseTo(32 / 26, 12)
    // t(0.975, 1) = 12.706204736
    expect(found.high - found.mean).toBeCloseTo(12.7062047364 * Math.SQRT2, 6)
    expect(clusterMean(of('a', 1, 2))).toMatchObject({ ok: false, n: 2 })
  })
})

describe('correlations', () => {
  test.skipIf(!study)('are those of scipy, with p', () => {
    const { expected, metric } = study!
    for (const row of expected.correlations_metric_vs_mean_score) {
      const x = metric.slice(0, row.first).map((one) => one.metric)
      const y = metric.slice(0, row.first).map((one) => one.score)
      for (const [found, value, p] of [
        [correlation(x, y, 'pearson'), row.pearson, row.pearson_p],
        [correlation(x, y, 'spearman'), row.spearman, row.spearman_p],
      ] as const) {
        expect(found.ok && found.r).toBeCloseTo(value, 12)
        expect(found.ok && found.p / p).toBeCloseTo(1, 8)
      }
      const b = kendallTau(x, y)
      expect(b.ok && b.tau).toBeCloseTo(row.kendall_tau_b, 12)
      expect(b.ok && b.p / row.kendall_p).toBeCloseTo(1, 10)
      const c = kendallTau(x, y, 'c')
      expect(c.ok && c.tau).toBeCloseTo(row.kendall_tau_c, 12)
    }
  })

  test('Kendall is exact for few values without ties', () => {
    // scipy.stats.kendalltau([1,2,3,4,5,6], [2,1,4,3,6,5]): 0.6, p 0.1361111111111111
    const found = kendallTau([1, 2, 3, 4, 5, 6], [2, 1, 4, 3, 6, 5])
    expect(found).toMatchObject({ method: 'exact' })
    expect(found.ok && found.tau).toBeCloseTo(0.6, 12)
    expect(found.ok && found.p).toBeCloseTo(0.1361111111111111, 12)
  })

  test("Pearson's interval is Fisher's, and gaps are left out", () => {
    // r = 0.8 with n = 28: atanh 0.8 +- 1.959964 / 5 = 0.7066, 1.4906: tanh 0.6086, 0.9034.
    const x = Array.from({ length: 28 }, (_, i) => (i % 2 ? 1 : -1))
    const y = x.map((v, i) => v * 0.8 + (i % 4 < 2 ? 0.6 : -0.6))
    const found = correlation([...x, null], [...y, 3], 'pearson')
    if (!found.ok || !found.interval) throw new Error('not defined')
    expect(found).toMatchObject({ n: 28, leftOut: 1 })
    expect(found.r).toBeCloseTo(0.8, 12)
    expect(found.interval.low).toBeCloseTo(Math.tanh(Math.atanh(0.8) - 1.959963984540054 / 5), 9)
    expect(found.interval.high).toBeCloseTo(Math.tanh(Math.atanh(0.8) + 1.959963984540054 / 5), 9)
  })

  test('are not defined where one side does not vary', () => {
    expect(correlation([1, 2, 3], [2, 2, 2], 'spearman')).toMatchObject({ ok: false, n: 3 })
    expect(correlation([1, 2], [2, 1], 'pearson')).toMatchObject({ ok: false, n: 2 })
    expect(kendallTau([1, 2, 3], [2, 2, 2])).toMatchObject({ ok: false })
    expect(correlation([1, 2, 3, 4], [2, 4, 6, 8], 'pearson')).toMatchObject({
      r: 1,
      p: 0,
      interval: null,
    })
  })
})

describe('the interval of a median', () => {
  const numbers = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1)

  test('is that of scipy.stats.quantile_test at p = 0.5, by order statistics', () => {
    // scipy 1.17.1 on 1, 2, ..., n.
    for (const [n, low, high] of [
      [6, 1, 6],
      [7, 1, 7],
      [12, 3, 10],
      [25, 8, 18],
      [100, 40, 61],
      [999, 469, 531],
      [1500, 712, 789],
      [5000, 2431, 2570],
    ] as const) {
      expect(medianInterval(numbers(n)), String(n)).toMatchObject({ ok: true, low, high })
    }
  })

  test('does not exist of five values', () => {
    expect(medianInterval(numbers(5))).toMatchObject({ ok: false, n: 5 })
  })
})
