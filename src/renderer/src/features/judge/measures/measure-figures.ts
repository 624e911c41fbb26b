import type { ComplianceResult } from '#shared/contract/index.ts'
import type { DotsFigure } from '#shared/figures.ts'
import { cosine } from '../../../bridge/format.ts'
import { t } from '../../../texts/index.ts'

/** Differences of each two models by level, with a line where there is none. */
export function complianceFigure(found: ComplianceResult): DotsFigure | null {
  const [all] = found.parts
  const levels = found.parts.filter(({ by }) => by === 'level')
  if (!all || all.pairs.length === 0) return null
  const rows = [...levels, all].map((part) => ({
    label: part.by === 'all' ? t('measures.all') : t('measures.level', { level: part.value }),
    estimates: all.pairs.map(({ a, b }) => {
      const pair = part.pairs.find((one) => one.a === a && one.b === b)
      if (!pair || pair.difference === null) return null
      const { difference: value, low, high, prompts } = pair
      return {
        value,
        n: prompts,
        ...(low === null || high === null ? {} : { interval: { lo: low, hi: high } }),
      }
    }),
  }))
  const series = all.pairs.map(({ a, b }) => ({ name: t('measures.less', { a, b }) }))
  return {
    kind: 'dots',
    id: 'compliance-differences',
    title: t('measures.compliance.figure'),
    caption: t('measures.compliance.caption', { model: found.by.name }),
    alt: rows
      .map(({ label, estimates }) => {
        const words = estimates.map((one, i) =>
          [series[i]?.name, one ? cosine(one.value) : '–'].join(' '),
        )
        return `${label}: ${words.join(', ')}`
      })
      .join('; '),
    n: all.pairs[0]?.prompts ?? 0,
    nUnit: t('measures.compliance.prompts'),
    categoryTitle: t('measures.compliance.levels'),
    value: {
      // Several pairs of models are told apart by the legend.
      title:
        series.length === 1
          ? t('measures.compliance.axisOf', { models: series[0]?.name ?? '' })
          : t('measures.compliance.axis'),
    },
    series,
    rows,
    reference: { value: 0, label: t('measures.compliance.equal') },
  }
}
