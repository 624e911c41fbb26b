import type { VersionDiff } from '#shared/contract/index.ts'
import type { LinesFigure } from '#shared/figures.ts'
import { count } from '../../../bridge/format.ts'
import { t } from '../../../texts/index.ts'

/** The cosines of both versions over each other; null where neither has any. */
export function cosinesFigure(diff: VersionDiff): LinesFigure | null {
  const { histogram, a, b } = diff
  if (!histogram) return null
  const { lo, hi } = histogram
  const bins = histogram.a.length
  const width = (hi - lo) / bins || 1
  const points = (counts: readonly number[]) =>
    counts.map((n, i) => ({ x: lo + (i + 0.5) * width, value: n, n }))
  const lines = [a, b].flatMap(({ recipe }) => recipe.cutoff?.cosine ?? [])
  return {
    kind: 'lines',
    id: 'version-cosines',
    title: t('versions.diff.histogram'),
    caption: t('versions.diff.histogramCaption', {
      bins,
      lo: lo.toFixed(3),
      hi: hi.toFixed(3),
      a: a.name,
      b: b.name,
      na: count(a.counts.scored),
      nb: count(b.counts.scored),
    }),
    alt: t('versions.diff.histogramAlt'),
    n: a.counts.scored + b.counts.scored,
    nUnit: t('versions.diff.scored'),
    x: { title: t('versions.diff.cosine'), digits: 3, lo, hi },
    y: { title: t('versions.diff.pairs'), digits: 0, lo: 0 },
    intervals: 'whiskers',
    series: [
      { name: a.name, dashed: true, tone: 'below', points: points(histogram.a) },
      { name: b.name, tone: 'accent', points: points(histogram.b) },
    ],
    marks: [...new Set(lines)].map((x) => ({ x, label: String(x), tone: 'plain' as const })),
  }
}
