import type { ResultDifference, ResultNumber, StudyResults } from '#shared/contract/index.ts'
import { cosine } from '../../../bridge/format.ts'

/** 0.82 [0.31, 1.35]; a dash where there is none. */
export function withInterval(of: ResultNumber, isDifference = false): string {
  if (of.value === null) return '–'
  const one = (value: number): string =>
    `${isDifference && value > 0 ? '+' : ''}${cosine(value, 2)}`
  return of.interval
    ? `${one(of.value)} [${one(of.interval.lo)}, ${one(of.interval.hi)}]`
    : one(of.value)
}

export function pWords(p: number | null): string {
  if (p === null) return '–'
  return p < 0.001 ? '< 0.001' : p.toFixed(3)
}

/** The number that stands largest: the difference on the leading aspect of the first two models. */
export function leadingDifference(results: StudyResults): ResultDifference | null {
  const whole = results.differences.filter((row) => row.kind === null && row.level === null)
  const leading = whole.filter(({ aspect }) => aspect === results.byGroup.aspect)
  const found = (leading.length > 0 ? leading : whole).sort(
    (a, b) => Math.abs(b.difference.value ?? 0) - Math.abs(a.difference.value ?? 0),
  )[0]
  return found && found.difference.value !== null ? found : null
}

export function aspectName(results: StudyResults, id: string): string {
  return results.aspects.find((aspect) => aspect.id === id)?.name ?? id
}
