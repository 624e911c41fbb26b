import { z } from 'zod'

/**
 * Figures as plain data: what is shown, not how. `src/figures` draws them, `figure-table.ts` writes
 * their numbers as a table. Names in them may be anyone's.
 */

/** Where something may lie, in the unit of its value: of confidence, or as the caption says. */
export const FigureInterval = z.object({ lo: z.number(), hi: z.number() })
export type FigureInterval = z.infer<typeof FigureInterval>

/** A number with how sure it is. */
export const Estimate = z.object({
  /** null: there is none; said as a dash. */
  value: z.number().nullable(),
  interval: FigureInterval.nullish(),
  /** How many it stands on. */
  n: z.number().int().min(0).nullish(),
  /** Written instead of the value. */
  text: z.string().nullish(),
  /** What is behind it, in the words of the one who asks: given back on a click. */
  key: z.string().nullish(),
})
export type Estimate = z.infer<typeof Estimate>

/** An axis or a scale. Without `lo` and `hi` it lies on round numbers around the values. */
export const FigureAxis = z.object({
  title: z.string(),
  unit: z.string().nullish(),
  lo: z.number().nullish(),
  hi: z.number().nullish(),
  /** Decimals of values; without, as many as are meant. */
  digits: z.number().int().min(0).max(6).nullish(),
  /** Values are shares, 0 to 1, written as per cent. */
  percent: z.boolean().nullish(),
})
export type FigureAxis = z.infer<typeof FigureAxis>

/** What a mark means beside the order of its series; without, the series' own colour. */
export const TONES = ['plain', 'accent', 'above', 'below', 'faint'] as const
export type Tone = (typeof TONES)[number]
const tone = z.enum(TONES).nullish()

export const FigureSeries = z.object({ name: z.string(), tone })
export type FigureSeries = z.infer<typeof FigureSeries>

/** A line across, with its word: no difference, chance, the cutoff. */
export const ReferenceLine = z.object({ value: z.number(), label: z.string() })
export type ReferenceLine = z.infer<typeof ReferenceLine>

/** One thing with an estimate of each series, in their order; null: not there. */
export const EstimateRow = z.object({
  label: z.string(),
  /** Beside the label: n = 24. */
  note: z.string().nullish(),
  tone,
  estimates: z.array(Estimate.nullable()),
})
export type EstimateRow = z.infer<typeof EstimateRow>

const about = {
  /** Name of the file, too: small letters, digits, hyphens. */
  id: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/),
  title: z.string(),
  /** Below it: what is shown, of what, how the intervals were made. */
  caption: z.string(),
  /** For those who do not see it: what there is to see. */
  alt: z.string(),
  /** What all of it stands on, and what that counts. */
  n: z.number().int().min(0).nullish(),
  nUnit: z.string(),
}

/** Bars from zero, one of each series a row, with intervals. */
export const BarsFigure = z.object({
  kind: z.literal('bars'),
  ...about,
  direction: z.enum(['horizontal', 'vertical']),
  categoryTitle: z.string(),
  value: FigureAxis,
  series: z.array(FigureSeries).min(1),
  rows: z.array(EstimateRow),
  /** No axis below: the words at the bars say it. */
  bare: z.boolean().nullish(),
  reference: ReferenceLine.nullish(),
})
export type BarsFigure = z.infer<typeof BarsFigure>

/** Dots with intervals, one a series and row. */
export const DotsFigure = z.object({
  kind: z.literal('dots'),
  ...about,
  categoryTitle: z.string(),
  value: FigureAxis,
  series: z.array(FigureSeries).min(1),
  rows: z.array(EstimateRow),
  reference: ReferenceLine.nullish(),
})
export type DotsFigure = z.infer<typeof DotsFigure>

/** Lines over levels, epochs or anything with an order. */
export const LinesFigure = z.object({
  kind: z.literal('lines'),
  ...about,
  x: FigureAxis,
  /** Names of the places on the x axis; without, numbers. */
  levels: z.array(z.object({ x: z.number(), label: z.string() })).nullish(),
  y: FigureAxis,
  intervals: z.enum(['whiskers', 'band']),
  series: z.array(
    FigureSeries.extend({
      dashed: z.boolean().nullish(),
      points: z.array(Estimate.extend({ x: z.number() })),
    }),
  ),
  /** Places on the x axis with a word: the best epoch. */
  marks: z.array(z.object({ x: z.number(), label: z.string(), tone })).nullish(),
})
export type LinesFigure = z.infer<typeof LinesFigure>

/** Counts in bins that touch, a panel a model or group, all on the same axes. */
export const HistogramFigure = z.object({
  kind: z.literal('histogram'),
  ...about,
  x: FigureAxis,
  /** With a label it is one value (a rating); without, a range. */
  bins: z.array(z.object({ from: z.number(), to: z.number(), label: z.string().nullish() })).min(1),
  y: z.enum(['count', 'share']),
  panels: z.array(
    z.object({
      label: z.string(),
      tone,
      /** One a bin. */
      counts: z.array(z.number().int().min(0)),
      keys: z.array(z.string().nullable()).nullish(),
      /** Marked on the axis. */
      mean: z.number().nullish(),
    }),
  ),
})
export type HistogramFigure = z.infer<typeof HistogramFigure>

/** Numbers by row and column, written and shaded. */
export const HeatFigure = z.object({
  kind: z.literal('heat'),
  ...about,
  rowTitle: z.string(),
  columnTitle: z.string(),
  rows: z.array(z.string()),
  columns: z.array(z.string()),
  /** By row, one a column; null: not there. */
  cells: z.array(z.array(Estimate.nullable())),
  value: FigureAxis,
  /** `diverging`: from below over neutral at `middle` to above. */
  palette: z.enum(['viridis', 'cividis', 'diverging']),
  middle: z.number().nullish(),
})
export type HeatFigure = z.infer<typeof HeatFigure>

/** Points, with a trend and its band a series. */
export const ScatterFigure = z.object({
  kind: z.literal('scatter'),
  ...about,
  x: FigureAxis,
  y: FigureAxis,
  series: z.array(
    FigureSeries.extend({
      points: z.array(
        z.object({
          x: z.number(),
          y: z.number(),
          label: z.string().nullish(),
          key: z.string().nullish(),
        }),
      ),
      trend: z
        .array(z.object({ x: z.number(), y: z.number(), interval: FigureInterval.nullish() }))
        .nullish(),
    }),
  ),
  /** A line where both are equal. */
  identity: z.boolean().nullish(),
  /** In the plot: r = 0.62 [0.41, 0.77], n = 120. */
  remark: z.string().nullish(),
})
export type ScatterFigure = z.infer<typeof ScatterFigure>

/** How many lie where: two numbers against each other as counts by cell, shaded by logarithm. */
export const DensityFigure = z.object({
  kind: z.literal('density'),
  ...about,
  columns: z.number().int().min(1),
  rows: z.number().int().min(1),
  /** Rows from the least y up, each from the least x. */
  counts: z.array(z.number().int().min(0)),
  x: FigureAxis.extend({ lo: z.number(), hi: z.number() }),
  y: FigureAxis.extend({ lo: z.number(), hi: z.number() }),
  xLine: ReferenceLine.nullish(),
  yLine: ReferenceLine.nullish(),
})
export type DensityFigure = z.infer<typeof DensityFigure>

/** Shares of parts that add up, a bar a row. */
export const ProportionsFigure = z.object({
  kind: z.literal('proportions'),
  ...about,
  categoryTitle: z.string(),
  parts: z.array(z.string()).min(1),
  /** Parts in an order (ratings 0 to 5) take a scale's colours, others those of series. */
  ordinal: z.boolean(),
  rows: z.array(
    z.object({
      label: z.string(),
      note: z.string().nullish(),
      /** One a part. */
      counts: z.array(z.number().int().min(0)),
      keys: z.array(z.string().nullable()).nullish(),
    }),
  ),
})
export type ProportionsFigure = z.infer<typeof ProportionsFigure>

export const Figure = z.discriminatedUnion('kind', [
  BarsFigure,
  DotsFigure,
  LinesFigure,
  HistogramFigure,
  HeatFigure,
  ScatterFigure,
  DensityFigure,
  ProportionsFigure,
])
export type Figure = z.infer<typeof Figure>
export type FigureKind = Figure['kind']
