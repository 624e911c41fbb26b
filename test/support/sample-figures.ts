import type {
  BarsFigure,
  DensityFigure,
  DotsFigure,
  Estimate,
  Figure,
  HeatFigure,
  HistogramFigure,
  LinesFigure,
  ProportionsFigure,
  ScatterFigure,
} from '#shared/figures.ts'
import { seededRandom } from '#shared/random.ts'

/** Names as they come: short, long, in other scripts, hostile. */
export const NAMES = [
  'sdxl-turbo',
  'stabilityai/stable-diffusion-3.5-large-turbo-fp16-with-a-very-long-suffix',
  '<script>alert("x")</script> & "co"',
  '通义万相 2.1 文生图',
  'FLUX.1 schnell',
  'pixart-sigma \u0007\ud800',
]
const ASPECTS = ['Prompt adherence', 'Anatomy', 'Text in the picture', 'Overall']

export interface Case {
  /** How many models. */
  models: number
  /** Every third value is missing. */
  missing?: boolean
  /** There is nothing. */
  empty?: boolean
}

const about = (id: string, title: string) => ({
  id,
  title,
  caption:
    'Mean ratings with 95 % intervals from 2,000 bootstrap samples of prompts; models in the order of their means.',
  alt: 'The first model is rated highest in all aspects; the intervals of the others overlap.',
  n: 1204,
  nUnit: 'ratings',
})
const rating = { title: 'Mean rating', unit: '0 to 5', lo: 0, hi: 5, digits: 2 }

/** One figure of each kind for a case. */
export function sampleFigures({ models, missing, empty }: Case): Figure[] {
  const random = seededRandom(7)
  const names = NAMES.slice(0, models)
  let count = 0
  const estimate = (middle: number, spread: number, key: string): Estimate => {
    const value = middle + (random.next() - 0.5) * spread
    const half = spread * (0.1 + 0.2 * random.next())
    return missing && count++ % 3 === 1
      ? { value: null, n: 0, key }
      : { value, interval: { lo: value - half, hi: value + half }, n: 200, key }
  }
  const aspects = empty ? [] : ASPECTS
  const series = names.map((name) => ({ name }))
  const bars: BarsFigure = {
    kind: 'bars',
    ...about('ratings-by-aspect', 'How each model was rated, by aspect'),
    direction: 'vertical',
    categoryTitle: 'Aspect',
    value: rating,
    series,
    rows: aspects.map((label) => ({
      label,
      estimates: names.map((name) => estimate(3, 2, `${label}/${name}`)),
    })),
  }
  const lying: BarsFigure = {
    ...bars,
    ...about('ratings-by-aspect-lying', 'The same, lying'),
    direction: 'horizontal',
    reference: { value: 2.5, label: 'middle' },
  }
  const dots: DotsFigure = {
    kind: 'dots',
    ...about('differences', 'Difference to the baseline'),
    categoryTitle: 'Model',
    value: { title: 'Difference in mean rating', digits: 2 },
    series: [{ name: 'Prompt adherence' }, { name: 'Overall' }],
    rows: empty
      ? []
      : names.map((label) => ({
          label,
          note: 'n = 200',
          estimates: [estimate(0.1, 1, `${label}/a`), estimate(-0.2, 1, `${label}/o`)],
        })),
    reference: { value: 0, label: 'no difference' },
  }
  const lines: LinesFigure = {
    kind: 'lines',
    ...about('levels', 'Ratings by number of objects asked for'),
    x: { title: 'Objects in the prompt' },
    levels: [1, 2, 3, 4, 5].map((x) => ({ x, label: x === 5 ? '5 or more' : String(x) })),
    y: rating,
    intervals: 'whiskers',
    series: names.map((name, m) => ({
      name,
      points: empty
        ? []
        : [1, 2, 3, 4, 5].map((x) => ({
            x,
            ...estimate(4.4 - x * (0.3 + m * 0.05), 0.8, `${name}/${x}`),
          })),
    })),
  }
  const epochs: LinesFigure = {
    kind: 'lines',
    ...about('loss', 'Loss by epoch'),
    x: { title: 'epoch' },
    y: { title: 'loss', lo: 0, digits: 3 },
    intervals: 'band',
    series: ['validation', 'training'].map((name, m) => ({
      name,
      dashed: m === 1,
      points: empty
        ? []
        : Array.from({ length: 20 }, (_, i) => {
            const value = 1 / (i + 1 + m) + 0.1 + 0.02 * random.next()
            return { x: i + 1, value, interval: m ? null : { lo: value - 0.05, hi: value + 0.05 } }
          }),
    })),
    marks: [{ x: 12, label: 'best: epoch 12' }],
  }
  const histogram: HistogramFigure = {
    kind: 'histogram',
    ...about('distribution', 'Distribution of ratings'),
    x: { title: 'Rating', digits: 0 },
    bins: [0, 1, 2, 3, 4, 5].map((at) => ({ from: at - 0.5, to: at + 0.5, label: String(at) })),
    y: 'share',
    panels: names.map((label, m) => ({
      label,
      counts: [0, 1, 2, 3, 4, 5].map((at) =>
        empty ? 0 : Math.round(100 * Math.exp(-((at - 2 - m * 0.4) ** 2) / 3)),
      ),
      keys: [0, 1, 2, 3, 4, 5].map((at) => `${label}=${at}`),
      mean: empty ? null : 2 + m * 0.4,
    })),
  }
  const heat: HeatFigure = {
    kind: 'heat',
    ...about('win-rates', 'Chance that the row’s model is preferred'),
    rowTitle: 'Preferred',
    columnTitle: 'over',
    rows: empty ? [] : names,
    columns: empty ? [] : names,
    cells: names.map((row, r) =>
      names.map((column, c) =>
        r === c ? null : { ...estimate(0.5, 0.9, `${row}>${column}`), interval: null },
      ),
    ),
    value: { title: 'Win rate', lo: 0, hi: 1, digits: 2 },
    palette: 'diverging',
    middle: 0.5,
  }
  const scores: HeatFigure = {
    ...heat,
    ...about('aspects', 'Mean rating by model and aspect'),
    rowTitle: 'Model',
    columnTitle: 'Aspect',
    columns: empty ? [] : ASPECTS,
    cells: names.map((row) => ASPECTS.map((aspect) => estimate(3, 3, `${row}/${aspect}`))),
    value: rating,
    palette: 'cividis',
  }
  const scatter: ScatterFigure = {
    kind: 'scatter',
    ...about('machine-and-people', 'Machine score against people’s ratings'),
    x: { title: 'CLIP cosine', digits: 3 },
    y: rating,
    series: names.map((name, m) => ({
      name,
      points: empty
        ? []
        : Array.from({ length: 40 }, (_, i) => {
            const x = 0.15 + 0.25 * random.next()
            return {
              x,
              y: Math.min(5, Math.max(0, (x - 0.1) * 12 + m * 0.2 + (random.next() - 0.5) * 2)),
              label: `${name} ${i}`,
              key: `${name}#${i}`,
            }
          }),
      trend:
        m === 0 && !empty
          ? [0.15, 0.25, 0.4].map((x) => {
              const y = (x - 0.1) * 12
              return { x, y, interval: { lo: y - 0.3, hi: y + 0.3 } }
            })
          : null,
    })),
    remark: empty ? null : 'r = 0.62 [0.41, 0.77], n = 120',
  }
  const density: DensityFigure = {
    kind: 'density',
    ...about('confidence-and-cosine', 'Confidence vs. cosine'),
    nUnit: 'pairs',
    columns: 32,
    rows: 32,
    counts: Array.from({ length: 1024 }, (_, i) => {
      const [x, y] = [(i % 32) / 32, Math.floor(i / 32) / 32]
      const at = (x - 0.6) ** 2 + (y - 0.5) ** 2 - 0.4 * (x - 0.6) * (y - 0.5)
      return empty ? 0 : Math.floor(2500 * Math.exp(-at * 30))
    }),
    x: { title: 'confidence', lo: 0.012, hi: 0.998, digits: 2 },
    y: { title: 'cosine (clip-vit-b-32)', lo: -0.041, hi: 0.412, digits: 3 },
    yLine: { value: 0.2, label: 'cutoff' },
  }
  const proportions: ProportionsFigure = {
    kind: 'proportions',
    ...about('shares', 'Ratings by model'),
    categoryTitle: 'Model',
    parts: ['0 nothing fits', '1', '2', '3 acceptable', '4', '5 all fits'],
    ordinal: true,
    rows: histogram.panels.map(({ label, counts, keys }) => ({ label, counts, keys })),
  }
  const figures: Figure[] = [
    bars,
    lying,
    dots,
    lines,
    epochs,
    histogram,
    heat,
    scores,
    scatter,
    density,
    proportions,
  ]
  return empty ? figures.map((figure) => ({ ...figure, n: 0 })) : figures
}
