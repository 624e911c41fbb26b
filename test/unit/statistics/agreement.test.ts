import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cohenKappa } from '../../../src/main/statistics/agreement/cohen-kappa.ts'
import { fleissKappa } from '../../../src/main/statistics/agreement/fleiss-kappa.ts'
import { intraclassCorrelations } from '../../../src/main/statistics/agreement/icc.ts'
import type { IccForm } from '../../../src/main/statistics/agreement/icc.ts'
import {
  MEASURES,
  krippendorffAlpha,
} from '../../../src/main/statistics/agreement/krippendorff-alpha.ts'
import { ratingStudy, ratingsOf } from '../../support/rating-study.ts'

const study = ratingStudy()
const alpha = (...input: Parameters<typeof krippendorffAlpha>): number | null => {
  const found = krippendorffAlpha(input[0], input[1], { interval: null, ...input[2] })
  return found.ok ? found.alpha : null
}
const table = fc.array(
  fc.array(fc.option(fc.integer({ min: 0, max: 5 }), { nil: null }), {
    minLength: 6,
    maxLength: 6,
  }),
  { minLength: 2, maxLength: 5 },
)
/** Krippendorff 2011, example C; values printed there: nominal 0.743, ordinal 0.815, interval 0.849, ratio 0.797. */
const EXAMPLE = [
  [1, 2, 3, 3, 2, 1, 4, 1, 2, null, null, null],
  [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, null, 3],
  [null, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, null],
  [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, null],
]
/** Shrout and Fleiss 1979, table 2: six targets by four judges. */
const JUDGES = [
  [9, 6, 8, 7, 10, 6],
  [2, 1, 4, 1, 5, 2],
  [5, 3, 6, 2, 6, 4],
  [8, 2, 8, 6, 9, 7],
]

describe("Krippendorff's alpha", () => {
  test.each([
    ['nominal', 0.743],
    ['ordinal', 0.815],
    ['interval', 0.849],
    ['ratio', 0.797],
  ] as const)('%s: the published example gives the printed value', (measure, printed) => {
    const found = krippendorffAlpha(ratingsOf(EXAMPLE), measure, { interval: null })
    expect(found).toMatchObject({ ok: true, n: 40, units: 11, raters: 4, interval: null })
    expect(found.ok && found.alpha).toBeCloseTo(printed, 3)
  })

  test.skipIf(!study)('is that of another program on the stored study', () => {
    const { expected, rows } = study!
    for (const [name, values] of Object.entries(expected.krippendorff_alpha)) {
      const of = rows.filter((row) =>
        name === 'all'
          ? true
          : name === 'two_raters_r0_r1'
            ? ['r0', 'r1'].includes(row.rater)
            : row.model === name,
      )
      for (const measure of MEASURES) expect(alpha(of, measure)).toBeCloseTo(values[measure], 10)
    }
    for (const one of Object.values(expected.krippendorff_edge_cases)) {
      for (const measure of MEASURES) {
        const wanted = one[measure]
        if (typeof wanted === 'number')
          expect(alpha(ratingsOf(one.data), measure)).toBeCloseTo(wanted, 10)
        else expect(krippendorffAlpha(ratingsOf(one.data), measure)).toMatchObject({ ok: false })
      }
    }
  })

  test('says why it is not defined', () => {
    expect(krippendorffAlpha([], 'ordinal')).toMatchObject({ ok: false, n: 0 })
    expect(
      krippendorffAlpha(
        ratingsOf([
          [3, 3],
          [3, 3],
        ]),
        'ordinal',
      ),
    ).toEqual({
      ok: false,
      n: 4,
      reason: 'All ratings are alike: there is nothing to agree on.',
    })
    expect(() =>
      alpha(
        ratingsOf([
          [-1, 2],
          [1, 2],
        ]),
        'ratio',
      ),
    ).toThrow('ratio scale')
    expect(() => alpha(ratingsOf([[Number.NaN, 2]]), 'nominal')).toThrow('NaN')
    const twice = [...ratingsOf([[1, 2]]), ...ratingsOf([[3, 2]])]
    expect(() => alpha(twice, 'nominal')).toThrow('r0 rated u0 twice')
  })

  test('does not depend on the order of raters and units, nor on their names', () => {
    fc.assert(
      fc.property(table, fc.constantFrom(...MEASURES), (rows, measure) => {
        const back = [...rows].reverse().map((row) => [...row].reverse())
        const [a, b] = [alpha(ratingsOf(rows), measure), alpha(ratingsOf(back), measure)]
        if (a === null) expect(b).toBeNull()
        else expect(b).toBeCloseTo(a, 9)
      }),
    )
  })

  test('ordinal does not depend on distances, interval not on the origin, ratio not on the unit', () => {
    fc.assert(
      fc.property(table, (rows) => {
        const on = (change: (v: number) => number): (number | null)[][] =>
          rows.map((row) => row.map((v) => (v === null ? null : change(v))))
        for (const [measure, change] of [
          ['nominal', (v: number) => (v * 7) % 11],
          ['ordinal', (v: number) => v ** 3],
          ['interval', (v: number) => 3 * v - 8],
          ['ratio', (v: number) => 4 * v],
        ] as const) {
          const [a, b] = [alpha(ratingsOf(rows), measure), alpha(ratingsOf(on(change)), measure)]
          if (a === null) expect(b).toBeNull()
          else expect(b).toBeCloseTo(a, 9)
        }
      }),
    )
  })

  test('its interval holds it, is the same for a seed, and is wider over prompts that agree within', () => {
    const rows = Array.from({ length: 3 }, (_, rater) =>
      Array.from({ length: 40 }, (_, unit) => ((unit >> 2) * 7 + (unit % 3 === rater ? 1 : 0)) % 6),
    )
    const ratings = ratingsOf(rows).map((rating) => ({
      ...rating,
      cluster: `p${Number(rating.unit.slice(1)) >> 2}`,
    }))
    const over = (which: 'unit' | 'cluster'): [number, number, number] => {
      const found = krippendorffAlpha(ratings, 'interval', {
        over: which,
        interval: { seed: 5, resamples: 400 },
      })
      if (!found.ok || !found.interval) throw new Error('not defined')
      expect(found.interval).toMatchObject({ resamples: 400, level: 0.95, method: 'percentile' })
      return [found.interval.low, found.alpha, found.interval.high]
    }
    expect(over('unit')).toEqual(over('unit'))
    const [low, value, high] = over('unit')
    expect(low).toBeLessThan(value)
    expect(high).toBeGreaterThan(value)
    const wide = over('cluster')
    expect(wide[2] - wide[0]).toBeGreaterThan(high - low)
  })
})

describe('kappa', () => {
  test.skipIf(!study)("Cohen's is that of scikit-learn for all pairs of raters", () => {
    const { expected, rows } = study!
    const units = [...new Set(rows.map(({ unit }) => unit))]
    const by = (rater: string): (number | null)[] => {
      const values = new Map(
        rows.filter((row) => row.rater === rater).map((row) => [row.unit, row.value]),
      )
      return units.map((unit) => values.get(unit) ?? null)
    }
    for (const { a, b, n, ...wanted } of expected.cohen_kappa) {
      for (const weights of ['none', 'linear', 'quadratic'] as const) {
        const found = cohenKappa(by(a), by(b), weights, [0, 1, 2, 3, 4, 5])
        expect(found.n).toBe(n)
        expect(found.ok && found.kappa).toBeCloseTo(wanted[weights], 12)
      }
    }
  })

  test("Cohen's needs two raters who say more than one thing", () => {
    expect(cohenKappa([1, 1], [1, 1], 'none')).toMatchObject({ ok: false, n: 2 })
    expect(cohenKappa([1, null], [null, 1], 'none')).toMatchObject({ ok: false, n: 0 })
    expect(() => cohenKappa([1], [1, 2], 'none')).toThrow('one side has 1, the other 2')
    expect(() => cohenKappa([1, 7], [1, 2], 'none', [1, 2])).toThrow('7 is not among')
  })

  test.skipIf(!study)("Fleiss' is that of statsmodels on the complete units", () => {
    const { expected, rows } = study!
    const found = fleissKappa(rows)
    expect(found).toMatchObject({ ok: true, n: expected.complete_units, ratingsPerUnit: 4 })
    expect(found.ok && found.kappa).toBeCloseTo(expected.fleiss_kappa_complete_units, 12)
  })

  test("Fleiss' needs units with two ratings that are not all alike", () => {
    expect(
      fleissKappa(
        ratingsOf([
          [1, 2, null],
          [null, null, 3],
        ]),
      ),
    ).toMatchObject({ ok: false })
    expect(
      fleissKappa(
        ratingsOf([
          [1, 1],
          [1, 1],
        ]),
      ),
    ).toMatchObject({ ok: false, n: 2 })
  })
})

describe('intraclass correlations', () => {
  const value = (form: IccForm): number => {
    const found = intraclassCorrelations(ratingsOf(JUDGES))
    return found.ok ? found.forms[form].icc : Number.NaN
  }
  test('give the values printed by Shrout and Fleiss 1979', () => {
    const printed = { '1,1': 0.17, '2,1': 0.29, '3,1': 0.71, '1,k': 0.44, '2,k': 0.62, '3,k': 0.91 }
    for (const [form, wanted] of Object.entries(printed)) {
      expect(value(form as IccForm), form).toBeCloseTo(wanted, 2)
    }
  })

  test.skipIf(!study)('are those of pingouin on the complete units, with F, p and interval', () => {
    const { expected, rows } = study!
    const names = {
      '1,1': '(1,1)',
      '2,1': '(A,1)',
      '3,1': '(C,1)',
      '1,k': '(1,k)',
      '2,k': '(A,k)',
      '3,k': '(C,k)',
    }
    for (const [ratings, wanted] of [
      [rows, expected.icc_complete_units],
      [ratingsOf(JUDGES), expected.icc_shrout_fleiss_1979.values],
    ] as const) {
      const found = intraclassCorrelations(ratings)
      if (!found.ok) throw new Error(found.reason)
      for (const [form, name] of Object.entries(names)) {
        const one = found.forms[form as IccForm]
        const row = wanted.find(({ Type }) => Type === `ICC${name}`)!
        expect(one.icc).toBeCloseTo(row.ICC, 10)
        expect(one.f).toBeCloseTo(row.F, 9)
        expect([one.df1, one.df2]).toEqual([row.df1, row.df2])
        expect(one.p / row.pval).toBeCloseTo(1, 8)
        expect(one.low).toBeCloseTo(row.CI95[0], 1.99)
        expect(one.high).toBeCloseTo(row.CI95[1], 1.99)
      }
    }
    expect(intraclassCorrelations(rows).n).toBe(expected.complete_units)
  })

  test('are not defined for one rater or for ratings that do not vary', () => {
    expect(intraclassCorrelations(ratingsOf([[1, 2, 3]]))).toMatchObject({ ok: false })
    expect(
      intraclassCorrelations(
        ratingsOf([
          [1, 2, 3],
          [1, 2, 3],
        ]),
      ),
    ).toMatchObject({ ok: false })
    expect(
      intraclassCorrelations(
        ratingsOf([
          [1, null],
          [null, 3],
        ]),
      ),
    ).toMatchObject({ ok: false, n: 0 })
  })
})
