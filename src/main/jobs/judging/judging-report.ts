import type { JudgingReport, Verdict } from '#shared/contract/judging.ts'
import {
  cutoffFor,
  cutoffGrid,
  estimateCutoff,
  type CutoffEstimate,
} from '../../statistics/sampling/judged-cutoff.ts'
import type { ReaderDb } from '../../store/open.ts'
import {
  itemsOf,
  sampleOf,
  verdictsOf,
  type SampleItem,
} from '../../store/repositories/judgings.ts'
import { describeSample } from './describe-sample.ts'
import { methodsText } from './methods-text.ts'

const LEVEL = 0.95

/**
 * What the judgements of a sample say of its cutoff and of all others. "unsure" is left out of the
 * estimates, as if it had not been drawn, and counted; `ifUnsure` says how far it could move them.
 * @param args.judge null = all of them, by majority
 * @throws AppError `not-found` (the sample)
 */
export function judgingReport(
  db: ReaderDb,
  args: {
    sample: number
    judge: string | null
    cutoff: number | null
    target: number
    populationNow: number
  },
): JudgingReport {
  const row = sampleOf(db, args.sample)
  const items = itemsOf(db, args.sample)
  const verdicts = verdictsBySubject(db, args.sample, args.judge)
  const of = (item: SampleItem): Verdict | 'open' => verdicts.get(item.subject) ?? 'open'
  const counts = { right: 0, wrong: 0, unsure: 0, open: 0 }
  for (const item of items) counts[of(item)]++

  /** @param unsure what it counts as; null = it is left out */
  const estimates = (cutoffs: readonly number[], unsure: boolean | null): CutoffEstimate[] => {
    const answers = items.flatMap((item) => {
      const verdict = of(item)
      const right = verdict === 'right' ? true : verdict === 'wrong' ? false : null
      const answer = verdict === 'unsure' ? unsure : right
      return answer === null ? [] : [{ place: item.place, right: answer }]
    })
    const judged = { scores: row.scores, strata: row.strata, answers }
    return cutoffs.map((cutoff) => estimateCutoff(judged, cutoff, LEVEL))
  }
  const at = args.cutoff ?? row.cutoff
  const curve = estimates(cutoffGrid(row.scores), null)
  const bound = (unsure: boolean): JudgingReport['ifUnsure']['right'] => {
    const [found] = estimates([at], unsure) as [CutoffEstimate]
    return {
      precision: found.precision?.estimate ?? null,
      recall: found.recall?.estimate ?? null,
    }
  }
  const report: Omit<JudgingReport, 'methods'> = {
    sample: describeSample(db, row),
    judge: args.judge,
    counts,
    level: LEVEL,
    at: (estimates([at], null) as [CutoffEstimate])[0],
    ifUnsure: { right: bound(true), wrong: bound(false) },
    curve,
    target: { precision: args.target, ...cutoffFor(curve, args.target) },
    populationNow: args.populationNow,
  }
  return { ...report, methods: methodsText(report) }
}

/** What is said of each subject; of several judges what most say, "unsure" where they are even. */
function verdictsBySubject(
  db: ReaderDb,
  sample: number,
  judge: string | null,
): Map<string, Verdict> {
  const all = new Map<string, Verdict[]>()
  for (const one of verdictsOf(db, sample)) {
    if (judge !== null && one.judge !== judge) continue
    all.set(one.subject, [...(all.get(one.subject) ?? []), one.verdict])
  }
  return new Map(
    [...all].map(([subject, verdicts]) => {
      const n = (wanted: Verdict): number => verdicts.filter((one) => one === wanted).length
      const [right, wrong] = [n('right'), n('wrong')]
      return [subject, right === wrong ? 'unsure' : right > wrong ? 'right' : 'wrong']
    }),
  )
}
