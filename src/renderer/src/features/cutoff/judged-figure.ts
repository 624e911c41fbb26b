import type { JudgedCutoff, JudgingReport } from '#shared/contract/index.ts'
import type { LinesFigure } from '#shared/figures.ts'
import { count, cutoffText } from '../../bridge/format.ts'
import { t } from '../../texts/index.ts'

/** Precision and recall over all cutoffs, with their bands and the line. */
export function judgedFigure(report: JudgingReport): LinesFigure {
  const { counts, curve, sample, at } = report
  const n = counts.right + counts.wrong
  const series = (name: string, of: (cutoff: JudgedCutoff) => JudgedCutoff['recall']) => ({
    name,
    points: curve.flatMap((one) => {
      const found = of(one)
      return found
        ? [{ x: one.cutoff, value: found.estimate, interval: { lo: found.low, hi: found.high } }]
        : []
    }),
  })
  return {
    kind: 'lines',
    id: 'judged-cutoff',
    title: t('cutoff.judged.curve'),
    caption: t('cutoff.judged.caption', { n: count(n), total: count(sample.population) }),
    alt: t('cutoff.judged.caption', { n: count(n), total: count(sample.population) }),
    n,
    nUnit: t('cutoff.judged.unit'),
    x: { title: t('cutoff.judged.axis'), digits: 3 },
    y: { title: t('cutoff.judged.share'), lo: 0, hi: 1 },
    intervals: 'band',
    series: [
      { ...series(t('cutoff.judged.precision'), (one) => one.precision), tone: 'above' },
      { ...series(t('cutoff.judged.recall'), (one) => one.recall), tone: 'below', dashed: true },
    ],
    marks: [{ x: at.cutoff, label: cutoffText(at.cutoff) }],
  }
}
