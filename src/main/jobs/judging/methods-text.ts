import type { JudgedCutoff, JudgingReport } from '#shared/contract/judging.ts'
import { formatCount } from '#shared/format.ts'

const three = (value: number): string => value.toFixed(3)
const cosine = (value: number): string => String(Number(value.toFixed(4)))

/** What a paper says of a judged cutoff: every number, the design and the estimators. */
export function methodsText(report: Omit<JudgingReport, 'methods'>): string {
  const { sample, at, counts, target } = report
  const filter = sample.where === '' ? '' : ` that match "${sample.where}"`
  const judges = report.judge === null ? sample.judges.map(({ name }) => name) : [report.judge]
  const who =
    judges.length === 0
      ? 'nobody yet'
      : judges.length === 1
        ? (judges[0] as string)
        : `${judges.join(', ')} (by majority, even votes taken as unsure)`
  const share = ((100 * at.kept) / sample.population).toFixed(1)
  const sizes = sample.strata.map(
    ({ drawn, size }) => `${formatCount(drawn)} of ${formatCount(size)}`,
  )
  const unsure = unsureText(report)
  return [
    `Of ${formatCount(sample.population)} pairs${filter} scored by ${sample.modelName} (${sample.modelDigest.slice(0, 12)}) for their ${sample.text} text, ${formatCount(at.kept)} (${share} %) have a cosine of at least ${cosine(at.cutoff)};`,
    `a stratified random sample of ${formatCount(sample.drawn)} pairs around a cosine of ${cosine(sample.cutoff)} (${sample.strata.length} strata by score, none across the line, without replacement, ${sizes.join(', ')} from the lowest scores up, seed ${sample.seed}), in random order and blind to score and side, was judged by ${who}: ${formatCount(counts.right)} right, ${formatCount(counts.wrong)} wrong, ${formatCount(counts.unsure)} unsure${counts.open > 0 ? `, ${formatCount(counts.open)} not judged` : ''};`,
    `weighted by stratum, precision is ${limits(at.precision, report.level, at.judgedKept, 'kept')} and recall ${limits(at.recall, report.level, at.judgedKept + at.judgedDropped, 'in all')}${unsure};`,
    `the lowest cutoff with a precision of at least ${target.precision} is ${found(target.byEstimate)} by the estimate and ${found(target.byBound)} by the lower limit of its interval.`,
    'Intervals are those of Korn and Graubard (1998) for precision and MOVER-R (Donner and Zou 2012) for recall, each for one cutoff; a picture that occurs several times with the same words was judged once and counts each time.',
  ].join(' ')
}

function limits(of: JudgedCutoff['recall'], level: number, judged: number, where: string): string {
  const n = `${formatCount(judged)} judged ${where}`
  if (!of) return `not known (${n})`
  return `${three(of.estimate)} (${100 * level} % CI ${three(of.low)} to ${three(of.high)}, ${n})`
}

function unsureText({ counts, ifUnsure }: Omit<JudgingReport, 'methods'>): string {
  if (counts.unsure === 0) return ''
  const range = (key: 'precision' | 'recall'): string => {
    const ends = [ifUnsure.wrong[key], ifUnsure.right[key]].flatMap((one) => one ?? [])
    return ends.length === 2
      ? `${key} ${three(Math.min(...ends))} to ${three(Math.max(...ends))}`
      : `${key} not known`
  }
  return ` (unsure ones left out; taken all as wrong or all as right: ${range('precision')}, ${range('recall')})`
}

function found(of: JudgedCutoff | null): string {
  return of
    ? `${cosine(of.cutoff)} (which keeps ${formatCount(of.kept)}${of.precision ? `, precision ${three(of.precision.estimate)}, from ${three(of.precision.low)}` : ''})`
    : 'not among those judged'
}
