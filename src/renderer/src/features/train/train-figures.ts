import type { BarsFigure, DensityFigure, LinesFigure, Tone } from '#shared/figures.ts'
import type { CallOutput, TrainingRun } from '#shared/contract/index.ts'
import { t } from '../../texts/index.ts'
import { curvesOf, LOSSES, MATCHES } from './run-curves.ts'

/** One row of bars: a count, or a value of each series. */
export interface BarRow {
  label: string
  note?: string
  values: readonly (number | null)[]
  /** At the bars' ends; otherwise the values. */
  texts?: readonly string[]
  tone?: Tone
}

/** Lying bars, said row by row to those who do not see them. */
export function barsFigure(of: {
  id: string
  title: string
  categoryTitle: string
  unit: string
  n: number | null
  series?: readonly string[]
  rows: readonly BarRow[]
  /** End of the axis; without, around the values. */
  max?: number
  digits?: number
  axisTitle?: string
  bare?: boolean
}): BarsFigure {
  const series = of.series ?? [of.unit]
  const words = (row: BarRow) =>
    series.map((name, i) => `${name} ${row.texts?.[i] ?? row.values[i] ?? '–'}`)
  return {
    kind: 'bars',
    id: of.id,
    title: of.title,
    caption: '',
    alt: `${of.rows.map((row) => [row.label, row.note, ...words(row)].filter(Boolean).join(', ')).join('; ')}.`,
    n: of.n,
    nUnit: of.unit,
    direction: 'horizontal',
    categoryTitle: of.categoryTitle,
    value: {
      title: of.axisTitle ?? of.unit,
      lo: 0,
      ...(of.max === undefined ? {} : { hi: of.max }),
      digits: of.digits ?? 0,
    },
    series: series.map((name) => ({ name })),
    rows: of.rows.map((row) => ({
      label: row.label,
      note: row.note,
      tone: row.tone,
      estimates: row.values.map((value, i) => ({ value, text: row.texts?.[i] })),
    })),
    bare: of.bare,
  }
}

/** A place on the axis of epochs with its word; `second` is of the run that is laid over. */
export interface EpochMark {
  x: number
  label: string
  second?: boolean
}

/** What a run's curves show: losses, or how well spans match. */
export function runFigure(
  what: 'loss' | 'match',
  run: TrainingRun,
  other: TrainingRun | null,
  marks: readonly EpochMark[],
): LinesFigure {
  const loss = what === 'loss'
  const curves = curvesOf(run, other, loss ? LOSSES : MATCHES)
  const texts = run.splits.find((item) => item.split === 'validation')?.texts ?? null
  return {
    kind: 'lines',
    id: loss ? 'loss-by-epoch' : 'match-by-epoch',
    title: t(loss ? 'train.curves.loss' : 'train.curves.matchLabel'),
    caption: other ? t('train.curves.aAndB', { a: run.title, b: other.title }) : run.title,
    alt: `${curves
      .map(({ name, points }) => `${name} ${points.at(-1)?.y.toFixed(3) ?? '–'}`)
      .join(', ')} (${t('train.curves.epoch')} ${run.history.at(-1)?.epoch ?? 0}).`,
    n: texts,
    nUnit: t('train.curves.validationTexts'),
    x: { title: t('train.curves.epoch'), digits: 0 },
    y: {
      title: t(loss ? 'train.curves.lossAxis' : 'train.curves.matchAxis'),
      lo: 0,
      ...(loss ? {} : { hi: 1 }),
      digits: 3,
    },
    intervals: 'band',
    series: curves.map(({ name, dashed, second, points }) => ({
      name,
      dashed,
      tone: second ? ('accent' as const) : ('plain' as const),
      points: points.map(({ x, y }) => ({ x, value: y })),
    })),
    marks: marks.map(({ x, label, second }) => ({
      x,
      label,
      tone: second ? ('accent' as const) : null,
    })),
  }
}

/** Confidence against cosine, with the lines of what counts as usable. */
export function densityFigure(
  of: CallOutput<'spans.density'>,
  correlation: string,
  model: string,
  least: { cosine: number; confidence: number },
): DensityFigure {
  const [xLo, xHi] = of.confidence
  const [yLo, yHi] = of.cosine
  return {
    kind: 'density',
    id: 'confidence-and-cosine',
    title: t('train.plots.densityLabel'),
    caption: correlation,
    alt: `${correlation}.`,
    n: of.n,
    nUnit: t('train.plots.pairs'),
    columns: of.columns,
    rows: of.rows,
    counts: [...of.counts],
    x: { title: t('train.plots.confidence'), lo: xLo, hi: xHi },
    y: { title: t('train.plots.cosineOf', { model }), lo: yLo, hi: yHi },
    yLine: { value: least.cosine, label: t('train.plots.cutoffLine') },
    xLine:
      least.confidence > 0 ? { value: least.confidence, label: t('train.plots.cutoffLine') } : null,
  }
}
