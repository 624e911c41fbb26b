import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { StudyResults, type ResultDifference } from '#shared/contract/results.ts'
import { studyResults } from '../../../../src/main/evaluation/report/results.ts'
import { sampleRows } from '../../../support/report-rows.ts'

interface Reference {
  holm: Record<string, number>
  aspects: Record<
    string,
    {
      means: { base: number; tuned: number }
      difference: number
      prompts: number
      zeros: number
      wilcoxon: { p: number }
      icc: { n: number; one: number; mean: number; lo: number; hi: number }
      kappas: number[]
      mixed: { estimate: number; error: number; logLikelihood: number } | null
      biasRemoved: { base: number; tuned: number }
      slope: number
      scipy: { alpha: number; wilcoxon: number; signFlip: number; bca: [number, number] }
    }
  >
}
// Of R (ordinal, psych) and scipy, from the same ratings; see tools/reference/report.
const reference = JSON.parse(
  readFileSync(resolve(import.meta.dirname, '../../../fixtures/report/reference.json'), 'utf8'),
) as Reference

const results = studyResults(sampleRows({ options: sampleRows().options }))
const whole = ({ kind, level }: { kind: string | null; level: number | null }): boolean =>
  kind === null && level === null
const differenceOf = (aspect: string): ResultDifference =>
  results.differences.find((row) => row.aspect === aspect && whole(row)) as ResultDifference

describe.each(Object.entries(reference.aspects))('the report of the sample on %s', (aspect, is) => {
  it('has the means of R, raw and with the bias of raters removed', () => {
    for (const model of ['base', 'tuned'] as const) {
      const row = results.means.find(
        (one) => one.aspect === aspect && one.model === model && whole(one),
      )
      expect(row?.mean.value).toBeCloseTo(is.means[model], 9)
      expect(row?.mean.n).toBe(is.prompts)
      const both = results.combined.find((one) => one.aspect === aspect && one.model === model)
      // R averages over pictures, each of which is a prompt here.
      expect(both?.biasRemoved.value).toBeCloseTo(is.biasRemoved[model], 9)
    }
  })

  it('has the difference, its tests and Holm of R and scipy', () => {
    const row = differenceOf(aspect)
    expect(row.difference.value).toBeCloseTo(is.difference, 8)
    expect(row.equal).toBe(is.zeros)
    expect(row.wilcoxon.p).toBeCloseTo(is.wilcoxon.p, 9)
    expect(row.wilcoxon.p).toBeCloseTo(is.scipy.wilcoxon, 9)
    expect(row.pHolm).toBeCloseTo(reference.holm[aspect] as number, 9)
    // Both draw sign patterns: four errors of ours, 10,000 patterns.
    const p = is.scipy.signFlip
    const error = Math.sqrt((p * (1 - p)) / 10_000)
    expect(Math.abs((row.signFlip.p as number) - p)).toBeLessThan(4 * error + 0.002)
  })

  it('has an interval like that of scipy, which draws otherwise', () => {
    const { interval } = differenceOf(aspect).difference
    const [lo, hi] = is.scipy.bca
    const width = hi - lo
    expect(Math.abs((interval?.lo as number) - lo)).toBeLessThan(0.1 * width)
    expect(Math.abs((interval?.hi as number) - hi)).toBeLessThan(0.1 * width)
  })

  it('has the agreement of R and of the definition', () => {
    const row = results.agreement.find((one) => one.aspect === aspect)
    expect(row?.alpha.value).toBeCloseTo(is.scipy.alpha, 9)
    const kappas = row?.kappas.map(({ kappa }) => kappa.value as number).sort((a, b) => a - b)
    kappas?.forEach((kappa, i) => expect(kappa).toBeCloseTo(is.kappas[i] as number, 9))
    expect(kappas).toHaveLength(is.kappas.length)
    expect(row?.iccOne).toMatchObject({ n: is.icc.n })
    expect(row?.iccOne.value).toBeCloseTo(is.icc.one, 9)
    expect(row?.iccOne.interval?.lo).toBeCloseTo(is.icc.lo, 6)
    expect(row?.iccOne.interval?.hi).toBeCloseTo(is.icc.hi, 6)
    expect(row?.iccMean.value).toBeCloseTo(is.icc.mean, 9)
  })

  it('has the mixed model of clmm where that converges', () => {
    const row = results.mixed.find((one) => one.aspect === aspect)
    if (!is.mixed) {
      // clmm fails: nearly all ratings of a picture are alike, which the report says.
      expect(row?.why ?? row?.note).toMatch(/Rely on the other tests/)
      return
    }
    // Ours may find a higher one: clmm stops where the slope is small.
    expect(row?.logLikelihood).toBeGreaterThan(is.mixed.logLikelihood - 1e-4)
    if (row?.note?.includes('hardly bounded')) return
    expect(row?.logLikelihood).toBeCloseTo(is.mixed.logLikelihood, 4)
    const model = row?.models[0]
    expect(model?.estimate.value).toBeCloseTo(is.mixed.estimate, 3)
    const { lo, hi } = model?.estimate.interval as { lo: number; hi: number }
    const ours = (hi - lo) / 2 / 1.959964
    expect(Math.abs(ours - is.mixed.error) / is.mixed.error).toBeLessThan(0.01)
  })

  it('has the slope over time of R, within raters', () => {
    const row = results.trends.find((one) => one.aspect === aspect && one.over === 'time')
    expect(row?.slope.value).toBeCloseTo(is.slope, 5)
  })
})

describe('the report of the sample', () => {
  it('says what it found and what not', () => {
    const { sentence, cautions } = results.headline
    expect(sentence).toMatch(
      /^tuned was rated higher than base on overall by 0\.82 of 5 points \(95.% interval 0\.\d\d to 1\.\d\d\), 40 prompts, 3 raters/,
    )
    expect(sentence).toMatch(/No difference is shown on .*setting\.$/)
    expect(cautions.join(' ')).toMatch(/top of the scale: .*base on objects/)
  })

  it('is what its contract says, and says of each number how it was made', () => {
    const { success } = StudyResults.safeParse(JSON.parse(JSON.stringify(results)))
    expect(success).toBe(true)
    const hows = [...JSON.stringify(results).matchAll(/"how":"([^"]+)"/g)].map(([, key]) => key)
    expect(hows.length).toBeGreaterThan(300)
    for (const key of new Set(hows)) expect(results.methods[key as string]).toBeTruthy()
  })

  it('names no rater, and calls them the same however their files were merged', () => {
    expect(JSON.stringify(results)).not.toContain('simulated-')
    const rows = sampleRows()
    const turned = studyResults({ ...rows, ratings: [...rows.ratings].reverse() })
    expect(turned.raters).toEqual(results.raters)
    const named = studyResults({ ...rows, options: { ...rows.options, names: true } })
    expect(named.raters.map(({ name }) => name).sort()).toEqual([
      'simulated-1',
      'simulated-2',
      'simulated-3',
    ])
  })

  it('shows the best and the worst pictures of each model, each once', () => {
    for (const { model, best, worst } of results.extremes) {
      const all = [...best, ...worst]
      expect(best).toHaveLength(4)
      expect(worst).toHaveLength(4)
      expect(new Set(all.map(({ image }) => image)).size).toBe(8)
      expect(all.every((one) => one.model === model)).toBe(true)
      const scores = (of: typeof best) => of.map(({ score }) => score)
      expect(Math.min(...scores(best))).toBeGreaterThanOrEqual(Math.max(...scores(worst)))
    }
  })

  it('tells what a reader must know of a human evaluation', () => {
    const told = results.methodsText.join('\n')
    for (const part of [
      /Instructions to the raters: “You see one picture/,
      /40 prompts in 8 groups/,
      /0: None of them/,
      /what they were paid: The author of the study said nothing of it/,
      /Attributes: alpha 0\.59/,
      /Wilcoxon signed-rank/,
      /drawn from the seed 1/,
      /ratings\.csv and ratings\.parquet/,
      /f{64}/,
    ]) {
      expect(told).toMatch(part)
    }
  })
})
