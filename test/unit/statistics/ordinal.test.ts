import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../../src/shared/random.ts'
import { crossedOf } from '../../../src/main/statistics/ordinal/crossed.ts'
import { ordinalDesign } from '../../../src/main/statistics/ordinal/design.ts'
import { laplace } from '../../../src/main/statistics/ordinal/laplace.ts'
import { mixedOrdinalRegression } from '../../../src/main/statistics/ordinal/mixed-ordinal-regression.ts'
import { ordinalRegression } from '../../../src/main/statistics/ordinal/ordinal-regression.ts'
import type { OrdinalFit } from '../../../src/main/statistics/ordinal/ordinal-regression.ts'
import { rReference } from '../../support/r-reference.ts'
import { ratingStudy } from '../../support/rating-study.ts'

const study = ratingStudy()
const reference = rReference()
const isB = (i: number, of: { model: string[] }): number => Number(of.model[i] === 'b')

function compare(
  found: OrdinalFit,
  wanted: { estimates: number[]; errors: number[]; logLikelihood: number },
  digits: number,
): void {
  const parts = [...found.thresholds, ...found.coefficients]
  parts.forEach(({ estimate, standardError }, i) => {
    expect(estimate).toBeCloseTo(wanted.estimates[i] as number, digits)
    expect(standardError).toBeCloseTo(wanted.errors[i] as number, digits)
  })
  expect(parts).toHaveLength(wanted.estimates.length)
  expect(found.logLikelihood).toBeCloseTo(wanted.logLikelihood, 6)
}

describe('ordinal regression', () => {
  test.each(['logit', 'probit'] as const)("%s is that of R's clm", (link) => {
    const found = ordinalRegression(
      reference.observations((i, of) => [isB(i, of), of.position[i] as number]),
      ['b', 'position'],
      link,
    )
    if (!found.ok) throw new Error(found.reason)
    expect(found).toMatchObject({ converged: true, note: null, n: reference.ratings.length })
    compare(found, reference.ordinal[link], 6)
  })

  test.skipIf(!study)('is that of statsmodels on the stored study', () => {
    const { expected, rows } = study!
    for (const link of ['logit', 'probit'] as const) {
      const fit = expected.ordinal_regression_score_on_model_and_level.fits[link]
      const found = ordinalRegression(
        rows.map((row) => ({
          value: row.value,
          x: [Number(row.model === 'beta'), Number(row.model === 'gamma'), row.level],
        })),
        ['beta', 'gamma', 'level'],
        link,
      )
      if (!found.ok) throw new Error(found.reason)
      expect(found.logLikelihood).toBeCloseTo(fit.log_likelihood, 8)
      found.coefficients.forEach((one, j) => {
        expect(one.name).toBe(fit.names[j])
        expect(one.estimate).toBeCloseTo(fit.params[j] as number, 6)
        expect(one.standardError).toBeCloseTo(fit.standard_errors[j] as number, 5)
      })
      found.thresholds.forEach((one, k) => {
        expect(`${one.below}/${one.above}`).toBe(fit.names[3 + k])
        expect(one.estimate).toBeCloseTo(fit.thresholds[k] as number, 6)
      })
    }
  })

  test('without columns it gives the shares of the scale back', () => {
    const found = ordinalRegression(
      [1, 1, 1, 2, 2, 5, 5, 5, 5, 5].map((value) => ({ value, x: [] })),
      [],
      'logit',
    )
    if (!found.ok) throw new Error(found.reason)
    expect(found.thresholds.map(({ below, above }) => [below, above])).toEqual([
      [1, 2],
      [2, 5],
    ])
    expect(found.thresholds[0]?.estimate).toBeCloseTo(Math.log(3 / 7), 9)
    expect(found.thresholds[1]?.estimate).toBeCloseTo(0, 9)
    expect(found.logLikelihood).toBeCloseTo(
      3 * Math.log(0.3) + 2 * Math.log(0.2) + 5 * Math.log(0.5),
      9,
    )
  })

  test('says what it cannot tell apart, and does not hide that it did not converge', () => {
    const fit = (rows: [number, ...number[]][], names: string[]) =>
      ordinalRegression(
        rows.map(([value, ...x]) => ({ value, x })),
        names,
        'logit',
      )
    expect(fit([[3], [3], [3]], [])).toMatchObject({ ok: false, n: 3 })
    expect(
      fit(
        [
          [3, 1],
          [2, 1],
        ],
        ['a'],
      ),
    ).toMatchObject({ ok: false, n: 2 })
    const twice = fit(
      [1, 2, 3, 1, 2, 3, 3, 1].map((value, i) => [value, i % 2, 2 * (i % 2)]),
      ['a', 'b'],
    )
    expect(twice).toMatchObject({ ok: false })
    // The column separates the values: there is no finite coefficient.
    const apart = fit(
      [0, 0, 0, 0, 5, 5, 5, 5].map((value, i) => [value, Number(i > 3)]),
      ['a'],
    )
    expect(apart.ok && apart.converged).toBe(false)
    expect(() =>
      fit(
        [
          [1, 2],
          [2, 1],
          [3, 1],
        ],
        [],
      ),
    ).toThrow('row 1 has 1 columns, not 0')
  })
})

describe('the cumulative link mixed model', () => {
  test.each(
    reference.mixed.map((fit) => [fit.link, [fit.factors].flat().join(' and '), fit] as const),
  )("%s with %s is that of R's clmm", (link, _name, wanted) => {
    const factors = [wanted.factors].flat()
    const found = mixedOrdinalRegression(
      reference.observations((i, of) => [isB(i, of)]),
      ['b'],
      factors,
      link,
    )
    if (!found.ok) throw new Error(found.reason)
    expect(found).toMatchObject({ converged: true, note: null })
    // clmm stops where its slopes are small, so it may lie a little below.
    expect(found.logLikelihood).toBeGreaterThan(wanted.logLikelihood - 1e-6)
    expect(found.logLikelihood).toBeCloseTo(wanted.logLikelihood, 4)
    ;[...found.thresholds, ...found.coefficients].forEach((one, i) => {
      expect(one.estimate).toBeCloseTo(wanted.estimates[i] as number, 3)
      if (factors.includes('seat')) return
      expect(one.standardError).toBeCloseTo(wanted.errors[i] as number, 3)
    })
    factors.forEach((factor, f) => {
      const one = found.random.find((random) => random.factor === factor)!
      const deviation = [wanted.deviations].flat()[f] as number
      expect(Math.abs(one.standardDeviation - deviation)).toBeLessThan(1e-3)
      expect(one.atBoundary).toBe(factor === 'seat')
      for (const { group, value } of one.modes) {
        expect(value).toBeCloseTo(wanted.modes[factor]?.[group] as number, 2)
      }
    })
  })

  test('its gradient is that of its own differences', () => {
    const rows = reference.observations((i, of) => [isB(i, of), Math.sin(i)])
    for (const link of ['logit', 'probit'] as const) {
      const design = ordinalDesign(rows, ['b', 's'], link)
      const place = (key: string): [Int32Array, number] => {
        const names = [...new Set(rows.map(({ groups }) => groups[key]))]
        return [Int32Array.from(rows, ({ groups }) => names.indexOf(groups[key])), names.length]
      }
      const parts = [place('prompt'), place('rater'), place('seat')]
      const crossed = crossedOf(
        parts.map(([places]) => places),
        parts.map(([, many]) => many),
      )
      const model = { design, link, crossed }
      const at = Float64Array.from([...design.start.subarray(0, 5), 0.4, -0.3, 0.9, 0.5, 0.3])
      const of = (place: Float64Array) => laplace(model, place, new Float64Array(crossed.total))!
      const { gradient } = of(at)
      at.forEach((value, p) => {
        const [up, down] = [1e-5, -1e-5].map((by) => of(at.with(p, value + by)).value) as [
          number,
          number,
        ]
        expect(gradient[p]).toBeCloseTo((up - down) / 2e-5, 5)
      })
    }
  })

  test('finds what it was made of', () => {
    const random = seededRandom(31)
    const draw = (many: number, sd: number): number[] =>
      Array.from({ length: many }, () => sd * random.normal())
    const [prompts, raters] = [draw(150, 1.2), draw(12, 0.6)]
    const rows = prompts.flatMap((prompt, p) =>
      raters.flatMap((rater, r) =>
        [0, 1].map((model) => {
          const u = random.next()
          const latent = 0.8 * model + prompt + rater + Math.log(u / (1 - u))
          return {
            value: [-2, -0.5, 0.5, 2].filter((threshold) => latent > threshold).length,
            x: [model],
            groups: { prompt: `p${p}`, rater: `r${r}` },
          }
        }),
      ),
    )
    const found = mixedOrdinalRegression(rows, ['model'], ['rater', 'prompt'], 'logit')
    if (!found.ok) throw new Error(found.reason)
    expect(found).toMatchObject({ n: 3600, converged: true })
    const off = (estimate: number, truth: number, error: number): number =>
      Math.abs(estimate - truth) / error
    const [model] = found.coefficients
    expect(off(model!.estimate, 0.8, model!.standardError)).toBeLessThan(3)
    for (const { factor, standardDeviation, standardError } of found.random) {
      expect(off(standardDeviation, factor === 'rater' ? 0.6 : 1.2, standardError!)).toBeLessThan(3)
    }
  })

  test('says why it has no answer', () => {
    const rows = reference.observations(() => [])
    expect(mixedOrdinalRegression(rows, [], [], 'logit')).toMatchObject({ ok: false })
    const alone = rows.map((row) => ({ ...row, groups: { rater: 'one' } }))
    expect(mixedOrdinalRegression(alone, [], ['rater'], 'logit')).toMatchObject({
      ok: false,
      reason: 'rater has one group only.',
    })
    expect(() => mixedOrdinalRegression(rows, [], ['day'], 'logit')).toThrow('row 1 has no day')
  })
})
