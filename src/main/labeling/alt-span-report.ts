import type { PageSource } from '#shared/text/context.ts'
import { ALT_SPAN_KINDS, FIND_ALT_DEFAULTS, findAltSpans } from './find-alt-spans.ts'
import type { AltSpan, AltSpanKind, FindAltOptions, PairTexts } from './find-alt-spans.ts'
import { seededRandom } from '#shared/random.ts'
import { altJudge } from './useless-alts.ts'
import type { AltJudge } from './useless-alts.ts'

export interface AltSpanExample {
  /** What the caller names the pair by. */
  ref: string
  alt: string
  span: AltSpan
  /** Up to 60 code points on either side. */
  left: string
  right: string
}

export interface AltSpanReport {
  pairs: number
  /** Alts that a rule calls useless, by rule (`empty` too); they are not looked for. */
  useless: Record<string, number>
  /** Alts looked for. */
  searched: number
  /** By the kind of the best candidate; `none` = not found. */
  best: Record<AltSpanKind | 'none', number>
  /** Of the best candidates, by where they stand. */
  sources: Record<PageSource, number>
  /** Pairs with more than one candidate. */
  several: number
  /** Pairs whose best candidate lies below the threshold, by tenth of similarity ("0.70"). */
  nearMisses: Record<string, number>
  /** A seeded random draw of each. */
  examples: Record<AltSpanKind, AltSpanExample[]>
  nearMissExamples: AltSpanExample[]
}

export interface AltReportOptions extends Partial<FindAltOptions> {
  judge?: AltJudge
  /** Examples kept of each kind. */
  examples?: number
  seed?: number
  /** Least similarity that counts as a near miss. */
  missesFrom?: number
  /** Goes on from this report, which is changed. */
  from?: AltSpanReport | null
}

/**
 * Compares the rules over a corpus, pair by pair: how many alts each takes, with examples, and what
 * fell just short. Memory does not grow with the corpus.
 */
export function altSpanReport(options: AltReportOptions = {}): {
  add(ref: string, pair: PairTexts): AltSpan[]
  report(): AltSpanReport
} {
  const {
    judge = altJudge(),
    examples = 100,
    seed = 1,
    missesFrom = 0.6,
    from = null,
    ...rest
  } = options
  const settings = { ...FIND_ALT_DEFAULTS, ...rest }
  const report: AltSpanReport = from ?? {
    pairs: 0,
    useless: {},
    searched: 0,
    best: { exact: 0, normalised: 0, near: 0, none: 0 },
    sources: { caption: 0, before: 0, after: 0 },
    several: 0,
    nearMisses: {},
    examples: { exact: [], normalised: [], near: [] },
    nearMissExamples: [],
  }
  let misses = Object.values(report.nearMisses).reduce((sum, n) => sum + n, 0)
  /**
   * Reservoir sampling (Vitter 1985, algorithm R): each of the n seen is kept with equal chance. The
   * nth draw depends on n alone, so that a pass that was killed and goes on draws as a whole one.
   */
  const draw = (list: AltSpanExample[], seen: number, make: () => AltSpanExample): void => {
    const place = list.length < examples ? list.length : seededRandom(seed + seen).below(seen)
    if (place < examples) list[place] = make()
  }
  const example = (ref: string, pair: PairTexts, span: AltSpan): AltSpanExample => {
    const points = [...(pair[span.source] ?? '')]
    const left = points.slice(Math.max(span.start - 60, 0), span.start).join('')
    const right = points.slice(span.end, span.end + 60).join('')
    return { ref, alt: pair.alt ?? '', span, left, right }
  }
  const miss = (ref: string, pair: PairTexts): void => {
    const [span] = findAltSpans(pair, {
      ...settings,
      threshold: missesFrom,
      shortThreshold: missesFrom,
      maxCandidates: 1,
    })
    if (!span) return
    const bin = (Math.floor(span.score * 10) / 10).toFixed(2)
    report.nearMisses[bin] = (report.nearMisses[bin] ?? 0) + 1
    draw(report.nearMissExamples, ++misses, () => example(ref, pair, span))
  }
  return {
    add(ref, pair) {
      report.pairs++
      const useless = judge(pair.alt)
      if (useless) {
        report.useless[useless.rule] = (report.useless[useless.rule] ?? 0) + 1
        return []
      }
      report.searched++
      const spans = findAltSpans(pair, settings)
      const [best] = spans
      if (!best) {
        report.best.none++
        if (missesFrom < settings.threshold) miss(ref, pair)
        return spans
      }
      report.best[best.kind]++
      report.sources[best.source]++
      if (spans.length > 1) report.several++
      draw(report.examples[best.kind], report.best[best.kind], () => example(ref, pair, best))
      return spans
    },
    report: () => report,
  }
}

/** The report as text: tables, then examples. */
export function formatAltSpanReport(report: AltSpanReport, examples: number): string {
  const percent = (n: number, of: number): string =>
    of === 0 ? '' : ` (${((100 * n) / of).toFixed(1)} %)`
  const lines = [
    `pairs ${report.pairs}`,
    `useless alts ${report.pairs - report.searched}${percent(report.pairs - report.searched, report.pairs)}`,
    ...Object.entries(report.useless)
      .sort((a, b) => b[1] - a[1])
      .map(([rule, n]) => `  ${rule.padEnd(20)} ${n}`),
    `alts looked for ${report.searched}`,
    ...[...ALT_SPAN_KINDS, 'none' as const].map(
      (kind) =>
        `  ${kind.padEnd(20)} ${report.best[kind]}${percent(report.best[kind], report.searched)}`,
    ),
    `found in ${Object.entries(report.sources)
      .map(([source, n]) => `${source} ${n}`)
      .join(', ')}; several candidates: ${report.several}`,
    `near misses by similarity: ${
      Object.entries(report.nearMisses)
        .sort()
        .map(([bin, n]) => `${bin} ${n}`)
        .join(', ') || 'none'
    }`,
  ]
  const show = ({ ref, alt, span, left, right }: AltSpanExample): string =>
    `  ${span.score.toFixed(2)} ${span.source} ${JSON.stringify(alt)}\n` +
    `       ...${oneLine(left)}[[${oneLine(span.quote)}]]${oneLine(right)}...  ${ref}`
  for (const kind of ALT_SPAN_KINDS) {
    lines.push(`${kind}:`, ...report.examples[kind].slice(0, examples).map(show))
  }
  lines.push('near misses:', ...report.nearMissExamples.slice(0, examples).map(show))
  return `${lines.join('\n')}\n`
}

const oneLine = (text: string): string => text.replace(/\s+/gu, ' ')
