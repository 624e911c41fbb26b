import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../../src/shared/random.ts'
import { friedman } from '../../../src/main/statistics/significance/friedman.ts'
import { mannWhitney } from '../../../src/main/statistics/significance/mann-whitney.ts'
import { adjustP } from '../../../src/main/statistics/significance/multiple-tests.ts'
import { pairedT } from '../../../src/main/statistics/significance/paired-t.ts'
import { signFlipTest } from '../../../src/main/statistics/significance/sign-flip.ts'
import { wilcoxonSignedRank } from '../../../src/main/statistics/significance/wilcoxon.ts'
import { ratingStudy } from '../../support/rating-study.ts'

const study = ratingStudy()
const less = (a: readonly number[], b: readonly number[]): number[] =>
  a.map((value, i) => value - (b[i] as number))
/** Hollander and Wolfe, depression before and after a first session. */
const BEFORE = [1.83, 0.5, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.3]
const AFTER = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29]

describe("Wilcoxon's signed-rank test", () => {
  test("gives the textbook's p, exactly", () => {
    const found = wilcoxonSignedRank(less(BEFORE, AFTER), { alternative: 'greater' })
    expect(found).toMatchObject({ ok: true, n: 9, statistic: 40, method: 'exact', z: null })
    expect(found.ok && found.p).toBeCloseTo(0.01953125, 12)
  })

  test.skipIf(!study)('is that of scipy for all ways to treat zeros and the correction', () => {
    const { expected } = study!
    let compared = 0
    for (const row of expected.wilcoxon) {
      const values = row.on === 'means' ? expected.prompt_means : expected.prompt_medians
      const differences = less(values[row.a], values[row.b])
      for (const [key, value] of Object.entries(row)) {
        const wanted = value as { statistic: number; z: number; p: number }
        const [way, zeros, correction, alternative] = key.split('.')
        if (way !== 'approx') continue
        const found = wilcoxonSignedRank(differences, {
          zeros: zeros as 'wilcox' | 'pratt' | 'zsplit',
          correction: correction === 'corrected',
          alternative: alternative as 'two-sided' | 'greater',
          method: 'normal',
        })
        if (!found.ok) throw new Error(found.reason)
        expect(found.statistic).toBe(wanted.statistic)
        expect(found.z).toBeCloseTo(wanted.z, 10)
        expect(found.p / wanted.p).toBeCloseTo(1, 10)
        expect(found.zeros).toBe(row.zeros)
        compared++
      }
      const exact = wilcoxonSignedRank(differences, { method: 'exact' })
      expect(exact.ok && exact.p).toBeCloseTo(row.exact_as_scipy.p, 12)
    }
    expect(compared).toBe(6 * 12)
  })

  test('takes the exact distribution only without ties and zeros, as asked for in both', () => {
    const method = (values: number[]): string => {
      const found = wilcoxonSignedRank(values)
      return found.ok ? found.method : found.reason
    }
    expect(method([1, -2, 3])).toBe('exact')
    expect(method([1, -2, 2, 3])).toBe('normal')
    expect(method([1, -2, 0, 3])).toBe('normal')
    expect(method(Array.from({ length: 51 }, (_, i) => i + 1))).toBe('normal')
    expect(method([0, 0])).toBe('No difference is other than 0.')
    expect(wilcoxonSignedRank([1, null, -2]).n).toBe(2)
  })

  test('a change of sides turns the tails round', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 1, maxLength: 30 }),
        (d) => {
          const one = wilcoxonSignedRank(d, { alternative: 'greater' })
          const other = wilcoxonSignedRank(
            d.map((v) => -v),
            { alternative: 'less' },
          )
          expect(one.ok).toBe(other.ok)
          if (!one.ok || !other.ok) return
          expect(one.p).toBeCloseTo(other.p, 12)
          expect(one.effect).toBeCloseTo(-other.effect, 12)
          expect(one.p).toBeGreaterThanOrEqual(0)
          expect(one.p).toBeLessThanOrEqual(1)
        },
      ),
    )
  })

  test('rejects about one in twenty of 200 studies in which nothing is to be found', () => {
    const random = seededRandom(20)
    let rejected = 0
    for (let s = 0; s < 200; s++) {
      // Means of three ratings on a scale of 0 to 5, by prompt: ties and zeros as in real studies.
      const differences = Array.from({ length: 30 }, () => {
        const prompt = 2.5 + random.normal()
        const side = (): number =>
          [0, 0, 0].reduce<number>(
            (sum) => sum + Math.max(0, Math.min(5, Math.round(prompt + random.normal()))),
            0,
          ) / 3
        return side() - side()
      })
      const found = wilcoxonSignedRank(differences)
      if (found.ok && found.p < 0.05) rejected++
    }
    // 99.9 % of Binomial(200, 0.05) lie in 2..21.
    expect(rejected).toBeGreaterThanOrEqual(2)
    expect(rejected).toBeLessThanOrEqual(21)
  })
})

describe('the sign-flip test', () => {
  test.skipIf(!study)('counts all patterns as scipy and as all 2^20 written out', () => {
    const { expected } = study!
    for (const row of expected.paired_sign_flip_permutation) {
      const all = less(expected.prompt_means[row.a], expected.prompt_means[row.b])
      const p = (values: number[], alternative: 'two-sided' | 'greater'): number => {
        const found = signFlipTest(values, { alternative })
        if (!found.ok || found.method !== 'exact') throw new Error('not exact')
        return found.p
      }
      const first = all.slice(0, 12)
      expect(p(first, 'two-sided')).toBe(row.p_two_sided_first_12_scipy_exact)
      expect(p(first, 'greater')).toBe(row.p_greater_first_12_scipy_exact)
      expect(p(all, 'two-sided')).toBe(row.p_two_sided_all_2_20_sign_flips)
      expect(p(all, 'greater')).toBe(row.p_greater_all_2_20_sign_flips)
      const drawn = signFlipTest(all, { exactLimit: 0, resamples: 40_000, seed: 3 })
      if (!drawn.ok) throw new Error(drawn.reason)
      expect(drawn.method).toBe('monte-carlo')
      const wanted = row.p_two_sided_all_2_20_sign_flips
      expect(Math.abs(drawn.p - wanted)).toBeLessThan(1e-4 + 6 * Math.sqrt(wanted / 40_000))
    }
  })

  test('three differences of one sign give 1/8, ties of sums count', () => {
    expect(signFlipTest([1, 2, 3], { alternative: 'greater' })).toMatchObject({
      p: 1 / 8,
      patterns: 8,
    })
    expect(signFlipTest([0.1, 0.2, -0.3])).toMatchObject({ p: 1 })
    expect(signFlipTest([0, null])).toMatchObject({ ok: false, n: 1 })
  })
})

describe('other tests', () => {
  test.skipIf(!study)('Friedman, paired t and Mann-Whitney are those of scipy', () => {
    const { expected } = study!
    const { alpha, beta, gamma } = expected.prompt_means
    const f = friedman(alpha.map((value, i) => [value, beta[i] as number, gamma[i] as number]))
    expect(f.ok && f.statistic).toBeCloseTo(expected.friedman_prompt_means.statistic, 9)
    expect(f.ok && f.p / expected.friedman_prompt_means.p).toBeCloseTo(1, 6)
    const t = pairedT(less(alpha, beta))
    expect(t.ok && t.t).toBeCloseTo(expected.paired_t_alpha_beta.statistic, 9)
    expect(t.ok && t.p).toBeCloseTo(expected.paired_t_alpha_beta.p, 12)
    const u = mannWhitney(alpha, beta)
    expect(u.ok && u.u).toBe(expected.mannwhitney_alpha_beta.u)
    expect(u.ok && u.p).toBeCloseTo(expected.mannwhitney_alpha_beta.p, 12)
  })

  test('Mann-Whitney is exact for few values without ties', () => {
    // scipy.stats.mannwhitneyu([1.1, 2.3, 4.9], [3.2, 5.5, 6.1, 7.4, 0.4]): U 4, p 0.39285714285714285; greater 0.875
    const [a, b] = [
      [1.1, 2.3, 4.9],
      [3.2, 5.5, 6.1, 7.4, 0.4],
    ]
    const found = mannWhitney(a, b)
    expect(found).toMatchObject({ u: 4, method: 'exact', n: 8 })
    expect(found.ok && found.p).toBeCloseTo(0.39285714285714285, 12)
    const greater = mannWhitney(a, b, 'greater')
    expect(greater.ok && greater.p).toBeCloseTo(0.875, 12)
    expect(mannWhitney([], b)).toMatchObject({ ok: false })
    expect(mannWhitney([1, 1], [1])).toMatchObject({ ok: false })
  })

  test('none of them gives a number where it has none', () => {
    expect(
      friedman([
        [1, 2],
        [2, 1],
      ]),
    ).toMatchObject({ ok: false })
    expect(
      friedman([
        [1, 1, 1],
        [2, 2, 2],
      ]),
    ).toMatchObject({ ok: false })
    expect(
      friedman([
        [1, 2, null],
        [2, 1, 3],
      ]),
    ).toMatchObject({ ok: false, n: 1 })
    expect(pairedT([0.5])).toMatchObject({ ok: false })
    expect(pairedT([0.1, 0.1, 0.1])).toMatchObject({ ok: false })
  })
})

describe('adjusted p values', () => {
  test.skipIf(!study)('are those of statsmodels', () => {
    const { p, holm, bonferroni, fdr_bh } = study!.expected.multiple_testing
    for (const [method, wanted] of [
      ['holm', holm],
      ['bonferroni', bonferroni],
      ['bh', fdr_bh],
    ] as const) {
      adjustP(p, method).forEach((value, i) => expect(value).toBeCloseTo(wanted[i] as number, 12))
    }
  })

  test('a test that was not defined does not count', () => {
    expect(adjustP([0.01, null, 0.04], 'bonferroni')).toEqual([0.02, null, 0.08])
    expect(adjustP([0.01, null, 0.04], 'holm')).toEqual([0.02, null, 0.04])
    expect(adjustP([0.02, null, 0.04], 'bh')).toEqual([0.04, null, 0.04])
    expect(() => adjustP([Number.NaN], 'holm')).toThrow('NaN')
  })

  test('Holm lies between the p value and Bonferroni, and keeps the order', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 }), (p) => {
        const holm = adjustP(p, 'holm') as number[]
        const bonferroni = adjustP(p, 'bonferroni') as number[]
        const bh = adjustP(p, 'bh') as number[]
        p.forEach((value, i) => {
          expect(holm[i]).toBeGreaterThanOrEqual(value)
          expect(bonferroni[i]).toBeGreaterThanOrEqual(holm[i] as number)
          expect(holm[i]).toBeGreaterThanOrEqual((bh[i] as number) - 1e-15)
          p.forEach((other, j) => {
            if (value < other) expect(holm[i]).toBeLessThanOrEqual(holm[j] as number)
          })
        })
      }),
    )
  })
})
