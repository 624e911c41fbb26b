import { expect, it } from 'vitest'
import { ResultOptions } from '#shared/contract/results.ts'
import { StudyDesign } from '#shared/studies/design.ts'
import { studyResults } from '../../../../src/main/evaluation/report/results.ts'
import type { VoteRow } from '../../../../src/main/evaluation/report/rows.ts'
import { reportRowsOf } from '../../../support/report-rows.ts'

/** 40 prompts: b wins 24 times, a 8 times, 6 ties, 2 times both fail; b is the first in every other. */
const CHOICES = [
  ...Array.from({ length: 24 }, () => 'b'),
  ...Array.from({ length: 8 }, () => 'a'),
  ...Array.from({ length: 6 }, () => 'tie'),
  ...Array.from({ length: 2 }, () => 'bad'),
]
const votes = CHOICES.map((choice, i): VoteRow => {
  const [first, second] = i % 2 === 0 ? ['b', 'a'] : ['a', 'b']
  return {
    rater: 'one',
    item: `t${i}`,
    first: first as string,
    second: second as string,
    kind: 'sensible',
    group: `g${i}`,
    level: 1,
    choice: choice === first ? 'first' : choice === second ? 'second' : choice,
    firstLeft: i % 4 < 2 ? 1 : 0,
    at: '2026-11-16T09:00:00.000Z',
    ms: null,
    position: i,
    blind: 1,
  }
})
const rows = reportRowsOf([], {
  models: ['a', 'b'].map((name) => ({ name, version: null, images: 40 })),
  prompts: votes.map(({ kind, group, level }) => ({ kind, group, level, text: group })),
  votes,
  options: ResultOptions.parse({ resamples: 500 }),
  study: { design: StudyDesign.parse({ rate: false, compare: true }) },
})
const results = studyResults(rows)

it('counts wins and ties, "both fail" as a tie, whichever stood first', () => {
  expect(results.comparisons).toMatchObject({ n: 40, ties: 6, bad: 2, raters: 1, prompts: 40 })
  expect(results.comparisons?.pairs[0]).toMatchObject({
    a: 'a',
    b: 'b',
    winsA: 8,
    winsB: 24,
    ties: 8,
  })
  // (24 + 8 / 2) / 40
  expect(results.comparisons?.pairs[0]?.rateB.value).toBeCloseTo(0.7, 12)
  const { lo, hi } = results.comparisons?.pairs[0]?.rateB.interval as { lo: number; hi: number }
  // Of a mean of 1, 1/2 and 0: its standard error is 0.0632.
  expect(lo).toBeCloseTo(0.7 - 1.96 * 0.0632, 1)
  expect(hi).toBeCloseTo(0.7 + 1.96 * 0.0632, 1)
})

it('has the strengths of two models in closed form', () => {
  const of = results.comparisons?.bradleyTerry.map(({ strength }) => strength.value as number)
  // log(28 / 12), halved to each side.
  expect((of?.[1] as number) - (of?.[0] as number)).toBeCloseTo(Math.log(28 / 12), 6)
  // Rao and Kupper: with r = s_b / s_a, P(b) = r / (r + theta) = 0.6, P(a) = 1 / (1 + theta r) = 0.2.
  const rk = results.comparisons?.raoKupper.map(({ strength }) => strength.value as number)
  const theta = Math.sqrt((0.4 / 0.6) * (0.8 / 0.2))
  expect(results.comparisons?.theta.value).toBeCloseTo(theta, 5)
  expect((rk?.[1] as number) - (rk?.[0] as number)).toBeCloseTo(Math.log(4 / theta), 5)
})

it('tests the preference and says it first where nothing was rated', () => {
  // 24 of 32 that decide, all of size 1: the normal approximation of a sign test.
  const z = (24 - 16) / Math.sqrt(32 / 4)
  expect(results.comparisons?.pairs[0]?.wilcoxon.p).toBeCloseTo(2 * (1 - phi(z)), 4)
  expect(results.headline.sentence).toMatch(
    /^Side by side, b was preferred to a in 70.% of 40 comparisons/,
  )
})

/** The normal distribution (Abramowitz and Stegun 26.2.17, 1e-7). */
function phi(z: number): number {
  const t = 1 / (1 + 0.2316419 * z)
  const poly =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
  return 1 - (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * poly
}
