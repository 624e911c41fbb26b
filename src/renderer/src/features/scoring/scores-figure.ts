import type { ScoredTable } from '#shared/contract/index.ts'
import type { HistogramFigure } from '#shared/figures.ts'
import { count } from '../../bridge/format.ts'
import { t } from '../../texts/index.ts'

type Scores = ScoredTable['scores'][number]
type Bin = Scores['bins'][number]

/** How the similarities of each column lie, on one axis; null where no row has one. */
export function scoresFigure({ scores, rows }: ScoredTable): HistogramFigure | null {
  const filled = scores.filter(({ bins }) => bins.length > 0)
  if (filled.length === 0) return null
  const width = Math.max(...filled.map(({ bins: [first] }) => widthOf(first as Bin)))
  const from = Math.min(...filled.map(({ bins }) => placeOf((bins[0] as Bin).from, width)))
  const to = Math.max(...filled.map(({ bins }) => placeOf(middleOf(bins.at(-1) as Bin), width)))
  const edge = (i: number): number => Number((i * width).toPrecision(12))
  const bins = Array.from({ length: to - from + 1 }, (_, i) => ({
    from: edge(from + i),
    to: edge(from + i + 1),
  }))
  const n = Math.max(...scores.map((one) => one.n))
  return {
    kind: 'histogram',
    id: 'similarities',
    title: t('scoring.result.scores'),
    caption: t('scoring.result.caption'),
    alt: t('scoring.result.alt', { n: count(n) }, n),
    n: rows,
    nUnit: t('scoring.result.rows'),
    x: { title: t('scoring.result.axis') },
    bins,
    y: 'count',
    panels: filled.map((one) => {
      const counts = bins.map(() => 0)
      for (const bin of one.bins) {
        const at = placeOf(middleOf(bin), width) - from
        counts[at] = (counts[at] ?? 0) + bin.n
      }
      return { label: one.column, counts, mean: one.mean }
    }),
  }
}

const widthOf = ({ from, to }: Bin): number => Number((to - from).toPrecision(6))
const middleOf = ({ from, to }: Bin): number => (from + to) / 2
/** Widths are multiples of each other, so that a bin lies in one wider bin as a whole. */
const placeOf = (value: number, width: number): number => Math.floor(value / width + 1e-6)
