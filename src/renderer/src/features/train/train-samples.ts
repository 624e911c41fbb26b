import type { CallOutput } from '#shared/contract/index.ts'
import type { BarsFigure } from '#shared/figures.ts'
import { count, percent } from '../../bridge/format.ts'
import { t } from '../../texts/index.ts'

export type SpanSamples = CallOutput<'training.samples'>
type Bin = SpanSamples['bins'][number]

/** A bin by its upper edge; the two ends, where most samples are, stand alone. */
export function binName({ lo, hi }: Bin): string {
  if (lo === hi) return String(lo)
  return hi === 1 ? '<1' : `≤${hi.toFixed(1)}`
}

/** In words, as a heading over its samples. */
export function binTitle({ lo, hi }: Bin): string {
  if (lo === hi) return lo === 0 ? t('train.samples.nothing') : t('train.samples.everything')
  return t('train.samples.between', { lo: lo.toFixed(1), hi: hi.toFixed(1) })
}

/** IoU by sample. Each bar is given back by its place as `key`. */
export function iouFigure({ bins, n }: SpanSamples): BarsFigure {
  return {
    kind: 'bars',
    id: 'iou-by-sample',
    title: t('train.samples.title'),
    caption: t('train.samples.caption'),
    alt: bins.map((bin) => `${binTitle(bin)}: ${count(bin.n)}`).join('; '),
    n,
    nUnit: t('train.samples.unit'),
    direction: 'vertical',
    categoryTitle: t('train.samples.axis'),
    value: { title: t('train.samples.unit'), lo: 0, digits: 0 },
    series: [{ name: t('train.samples.unit') }],
    rows: bins.map((bin, at) => ({
      label: binName(bin),
      tone: at === 0 ? ('below' as const) : at === bins.length - 1 ? ('above' as const) : null,
      estimates: [
        {
          value: bin.n,
          text: t('train.common.nAndShare', { n: count(bin.n), share: percent(bin.n, n) }),
          key: String(at),
        },
      ],
    })),
  }
}
