import { describe, expect, it } from 'vitest'
import { ResultOptions } from '#shared/contract/results.ts'
import { StudyDesign } from '#shared/studies/design.ts'
import { differences } from '../../../../src/main/evaluation/report/differences.ts'
import { maker } from '../../../../src/main/evaluation/report/numbers.ts'
import { prepare } from '../../../../src/main/evaluation/report/prepared.ts'
import { studyResults } from '../../../../src/main/evaluation/report/results.ts'
import type { ReportRows } from '../../../../src/main/evaluation/report/rows.ts'
import { seededRandom } from '#shared/random.ts'
import { simulateRatings } from '../../../../tools/make-study/raters.ts'
import { checkStudy } from '../../../../tools/make-study/study.ts'
import { reportRowsOf, sampleRows } from '../../../support/report-rows.ts'

const fast = ResultOptions.parse({ resamples: 100 })
const testsOf = (rows: ReportRows) => {
  const found = differences(maker(rows.options), prepare(rows)).rows
  return new Map(
    found
      .filter(({ kind, level }) => kind === null && level === null)
      .map((row) => [row.aspect, row]),
  )
}
/** Each prompt as a group of its own, without kinds and levels: only the tests of the family. */
const flat = (rows: ReportRows): ReportRows => {
  const one = <R extends { group: string; level: number; kind: string }>(row: R): R => ({
    ...row,
    group: `${row.group} ${row.level}`,
    level: 1,
    kind: '',
  })
  return { ...rows, prompts: rows.prompts.map(one), ratings: rows.ratings.map(one) }
}

describe('200 studies in which the models are alike', () => {
  // On the sample's ratings: in each study, the labels of each prompt are swapped or not.
  const rows = flat(sampleRows({ options: fast }))
  const found = Array.from({ length: 200 }, (_, study) => {
    const random = seededRandom(1000 + study)
    const swapped = new Map(rows.prompts.map(({ group }) => [group, random.next() < 0.5]))
    const other = (model: string): string => (model === 'base' ? 'tuned' : 'base')
    return testsOf({
      ...rows,
      ratings: rows.ratings.map((row) =>
        swapped.get(row.group) ? { ...row, model: other(row.model) } : row,
      ),
    })
  })

  it('find a difference after Holm in no more than 5 % of them', () => {
    const studies = found.filter((tests) =>
      [...tests.values()].some(({ pHolm }) => pHolm !== null && pHolm < 0.05),
    )
    // 99.9 % of binomial draws of 200 at 0.05 lie at or below 20.
    expect(studies.length).toBeLessThanOrEqual(20)
  })

  it.each(['objects', 'attributes', 'relations', 'setting', 'overall'])(
    'find one on %s alone as often as the level says',
    (aspect) => {
      const hits = found.filter((tests) => (tests.get(aspect)?.wilcoxon.p ?? 1) < 0.05).length
      // 99.8 % of binomial draws of 200 at 0.05 lie between.
      expect(hits).toBeGreaterThanOrEqual(2)
      expect(hits).toBeLessThanOrEqual(20)
      const flips = found.filter((tests) => (tests.get(aspect)?.signFlip.p ?? 1) < 0.05).length
      expect(flips).toBeGreaterThanOrEqual(2)
      expect(flips).toBeLessThanOrEqual(20)
    },
  )
})

describe('the check study of 2 x 1,000 pictures', () => {
  const pictures = checkStudy().map(({ model, prompt, seed, ratings }) => ({
    model,
    kind: prompt.kind,
    group: prompt.group,
    level: prompt.level,
    seed,
    ratings,
  }))
  const said = simulateRatings(pictures, 3, 'report').map((row) => ({
    ...row,
    value: String(row.value),
  }))
  const tests = testsOf(flat(reportRowsOf(said, { options: fast })))

  it.each(['objects', 'attributes', 'relations', 'overall'])(
    'has the planted difference on %s',
    (aspect) => {
      const row = tests.get(aspect)
      expect(row?.pHolm).toBeLessThan(0.001)
      expect(row?.difference.interval?.lo).toBeGreaterThan(0)
    },
  )

  it('has none on the setting, where none was planted', () => {
    const row = tests.get('setting')
    expect(row?.pHolm).toBeGreaterThan(0.05)
    expect(row?.difference.interval?.lo).toBeLessThan(0)
    expect(row?.difference.interval?.hi).toBeGreaterThan(0)
  })
})

describe('a report of little', () => {
  const headlineOf = (rows: ReportRows): string => studyResults(rows).headline.sentence
  const rows = sampleRows({ options: fast })
  const only = (keep: (row: ReportRows['ratings'][number]) => boolean): ReportRows => ({
    ...rows,
    ratings: rows.ratings.filter(keep),
  })

  it('says that nothing can be said without ratings', () => {
    expect(headlineOf(only(() => false))).toMatch(/^Nothing can be said: there are no ratings/)
  })

  it('says that one model cannot be compared', () => {
    const one = only(({ model }) => model === 'base')
    expect(headlineOf({ ...one, models: rows.models.slice(0, 1) })).toMatch(
      /^Nothing can be compared: there is one model \(base\)/,
    )
  })

  it('says that few prompts cannot show a difference', () => {
    expect(headlineOf(only(({ group }) => group === 'cars'))).toMatch(
      /^Nothing can be said: 5 prompts rated for both models/,
    )
  })

  it('says that no difference is shown, and that this is no proof of none', () => {
    const setting = StudyDesign.parse({ primary: ['setting'] })
    const found = studyResults({ ...rows, study: { ...rows.study, design: setting } })
    expect(found.family).toBe(1)
    expect(found.headline.sentence).toMatch(/^No difference between the models is shown: setting/)
    expect(found.headline.sentence).toMatch(/not to say that there is none/)
    const others = found.differences.filter(({ aspect }) => aspect !== 'setting')
    expect(others.every(({ family, pHolm }) => family === 'exploratory' && pHolm === null)).toBe(
      true,
    )
  })

  it('has numbers, or a reason for none, where there is one rater', () => {
    const found = studyResults(only(({ rater }) => rater === 'simulated-1'))
    expect(found.headline.cautions.join(' ')).toMatch(/One rater only/)
    expect(found.agreement[0]?.alpha).toMatchObject({ value: null })
    expect(found.agreement[0]?.alpha.why).toMatch(/two raters/)
    expect(found.differences[0]?.difference.value).not.toBeNull()
  })
})

describe('what counts', () => {
  const rows = sampleRows({ options: fast })
  const late = { ...rows, ratings: rows.ratings.map((row, i) => ({ ...row, blind: i % 2 })) }

  it('leaves ratings after unblinding out, and says so', () => {
    const found = studyResults(late)
    expect(found.counts).toMatchObject({ answers: 590, unblinded: 590 })
    expect(found.headline.cautions.join(' ')).toMatch(/590 answers were .* they are left out/)
  })

  it('takes them in where that is asked for, and says so', () => {
    const found = studyResults({ ...late, options: { ...fast, unblinded: 'in' } })
    expect(found.counts).toMatchObject({ answers: 1180, unblinded: 590 })
    expect(found.headline.cautions.join(' ')).toMatch(/590 answers were .* in all numbers/)
  })

  it('leaves a rater out on a word, and says whom by a pseudonym', () => {
    const found = studyResults({ ...rows, options: { ...fast, without: ['simulated-2'] } })
    expect(found.counts).toMatchObject({ raters: 2, leftOut: 391, answers: 789 })
    expect(found.options.without).toHaveLength(1)
    expect(found.headline.cautions.join(' ')).toMatch(/a person said so: all answers of R[123]/)
  })

  it('counts "cannot judge" by model, and rates it as nothing', () => {
    const ratings = rows.ratings.map((row) =>
      row.model === 'base' && row.rater === 'simulated-1' ? { ...row, value: 'cannot' } : row,
    )
    const found = studyResults({ ...rows, ratings })
    const [base, tuned] = found.counts.byModel
    expect(base?.cannot.value).toBeCloseTo(199 / (base?.answers as number), 2)
    expect(tuned?.cannot.value).toBe(0)
    expect(found.headline.cautions.join(' ')).toMatch(/What cannot be judged differs by model/)
    const used = found.use.filter(({ model }) => model === 'base')
    expect(used.reduce((sum, { n, cannot }) => sum + n + cannot, 0)).toBe(base?.answers)
  })

  it('shows no pictures while the study is blind', () => {
    const found = studyResults({ ...rows, study: { ...rows.study, state: 'frozen', blind: true } })
    expect(found.extremes).toEqual([])
    expect(found.disagreements).toEqual([])
    expect(found.headline.cautions[0]).toMatch(/blind/)
  })
})
