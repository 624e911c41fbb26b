import type { StudyResults } from '#shared/contract/results.ts'
import { agreement } from './agreement.ts'
import { automatic } from './automatic.ts'
import { comparisons } from './comparisons.ts'
import { counts, use } from './counts.ts'
import { differences, means } from './differences.ts'
import { headline } from './headline.ts'
import { methodsText } from './methods-text.ts'
import { mixedModels } from './mixed.ts'
import { maker } from './numbers.ts'
import { byGroup, pictures } from './pictures.ts'
import { prepare } from './prepared.ts'
import { combined, raters } from './raters.ts'
import type { ReportRows } from './rows.ts'
import { trends } from './trends.ts'

/**
 * Every number of a study's report. Takes seconds on tens of prompts, minutes on thousands; the
 * same rows and options give the same numbers.
 * @param pause called between parts of the work; what it throws ends it
 */
export function studyResults(rows: ReportRows, pause?: () => void): StudyResults {
  const of = prepare(rows)
  const make = maker(rows.options, pause)
  const { without, ...options } = rows.options
  const { name, uid, hash, state, blind, createdAt, frozenAt, unblindedAt } = rows.study
  const compared = differences(make, of)
  const results: Omit<StudyResults, 'headline' | 'methodsText'> = {
    format: 'gleaner study results 1',
    software: rows.software,
    study: { name, uid, hash, state, blind, createdAt, frozenAt, unblindedAt },
    options: {
      ...options,
      without: without.flatMap((rater) => of.pseudonyms.get(rater) ?? []),
    },
    methods: make.methods,
    counts: counts(make, of),
    models: of.models,
    aspects: of.aspects,
    use: use(of),
    means: means(make, of),
    differences: compared.rows,
    family: compared.family,
    mixed: mixedModels(make, of),
    comparisons: comparisons(make, of),
    agreement: agreement(make, of),
    raters: raters(make, of),
    combined: combined(make, of),
    trends: trends(make, of),
    automatic: automatic(make, of),
    byGroup: byGroup(make, of),
    ...pictures(of),
  }
  const said = { ...results, headline: headline(results) }
  return { ...said, methodsText: methodsText(said, rows) }
}
