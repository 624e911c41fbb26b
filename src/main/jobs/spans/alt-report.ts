import type { PageSource } from '#shared/text/context.ts'
import type { AltReport } from '#shared/contract/spans.ts'
import { wordTokens } from '../../labeling/word-tokens.ts'
import type { AltSpanExample, AltSpanReport } from '../../labeling/alt-span-report.ts'
import { ALT_SPAN_KINDS } from '../../labeling/find-alt-spans.ts'
import type { AltSpanKind } from '../../labeling/find-alt-spans.ts'
import type { UselessAltRule } from '../../labeling/useless-alt-rules.ts'

/** The report as the contract has it: rules by name with their reason, examples with their pair. */
export function toAltReport(report: AltSpanReport, rules: readonly UselessAltRule[]): AltReport {
  const explanations = new Map(rules.map(({ name, explanation }) => [name, explanation]))
  explanations.set('empty', 'No alt text, or a blank one.')
  const example = ({
    ref,
    alt,
    span,
    left,
    right,
  }: AltSpanExample): AltReport['examples'][number] => {
    const { source, start, end, quote, kind, score } = span
    return {
      pair: Number(ref),
      alt,
      place: { source, start, end, quote },
      kind,
      score,
      left,
      right,
    }
  }
  return {
    pairs: report.pairs,
    useless: Object.entries(report.useless)
      .map(([rule, n]) => ({ rule, explanation: explanations.get(rule) ?? '', n }))
      .sort((a, b) => b.n - a.n || (a.rule < b.rule ? -1 : 1)),
    lookedFor: report.searched,
    best: { ...report.best },
    sources: { ...report.sources },
    several: report.several,
    nearMisses: Object.entries(report.nearMisses)
      .map(([similarity, n]) => ({ similarity, n }))
      .sort((a, b) => (a.similarity < b.similarity ? 1 : -1)),
    examples: ALT_SPAN_KINDS.flatMap((kind) => report.examples[kind].map(example)),
    nearMissExamples: report.nearMissExamples.map(example),
  }
}

/** Back, so that a pass that was killed goes on with its counts and examples. */
export function fromAltReport(report: AltReport): AltSpanReport {
  const count = (key: string): number => report.best[key] ?? 0
  const examples: AltSpanReport['examples'] = { exact: [], normalised: [], near: [] }
  const back = (one: AltReport['examples'][number]): AltSpanExample => ({
    ref: String(one.pair),
    alt: one.alt,
    span: {
      ...one.place,
      source: one.place.source as PageSource,
      kind: one.kind as AltSpanKind,
      score: one.score,
      distance: 0,
      words: wordTokens(one.place.quote).count,
    },
    left: one.left,
    right: one.right,
  })
  for (const one of report.examples) examples[one.kind as AltSpanKind].push(back(one))
  return {
    pairs: report.pairs,
    useless: Object.fromEntries(report.useless.map(({ rule, n }) => [rule, n])),
    searched: report.lookedFor,
    best: {
      exact: count('exact'),
      normalised: count('normalised'),
      near: count('near'),
      none: count('none'),
    },
    sources: {
      caption: report.sources['caption'] ?? 0,
      before: report.sources['before'] ?? 0,
      after: report.sources['after'] ?? 0,
    },
    several: report.several,
    nearMisses: Object.fromEntries(report.nearMisses.map(({ similarity, n }) => [similarity, n])),
    examples,
    nearMissExamples: report.nearMissExamples.map(back),
  }
}
