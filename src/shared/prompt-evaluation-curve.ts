import type { Figure } from './figures.ts'
import type { PromptEvaluation } from './contract/prompt-evaluation.ts'

/** How far below the neighbours a line across may lie at least. */
const FAR = 0.15

/** Mean cosines over k, with lines across for projections and for the mean of the base. */
export function evaluationCurve(report: Omit<PromptEvaluation, 'heldOutPictures'>): Figure {
  const near = report.rows.filter(({ kind }) => kind === 'neighbours')
  const ks = near.map(({ k }) => k as number)
  const [w1, w2] = report.weights
  const means = near.map(({ mean }) => mean)
  const [low, high] = [Math.min(...means), Math.max(...means)]
  /** What lies far below would press the curve flat: it is named in the caption. */
  const floor = low - Math.max(FAR, 2 * (high - low))
  const lines = report.rows.filter(({ kind }) => kind === 'projection' || kind === 'constant')
  const across = lines
    .filter(({ mean }) => mean >= floor)
    .map(({ name, mean }) => ({
      name,
      dashed: true,
      points: ks.map((_, x) => ({ x, value: mean, n: report.heldOut.pictures })),
    }))
  const below = lines
    .filter(({ mean }) => mean < floor)
    .map(({ name, mean }) => ` Below what is drawn: ${name}, ${mean.toFixed(3)}.`)
  return {
    kind: 'lines',
    id: 'image-to-prompt',
    title: 'Predicted prompts beside the true ones',
    caption: `Mean cosine of E_pred = ${w1} · mean of the k nearest + ${w2} · nearest with the true prompt, over held-out pictures; 95 % by bootstrap over pictures, seed ${report.seed}.${below.join('')}`,
    alt: near.map(({ k, mean }) => `k = ${k}: ${mean.toFixed(3)}`).join(', '),
    n: report.heldOut.pictures,
    nUnit: 'pictures',
    x: { title: 'k nearest prompts' },
    levels: ks.map((k, x) => ({ x, label: String(k) })),
    y: { title: 'cosine', digits: 3 },
    intervals: 'whiskers',
    series: [
      {
        name: 'neighbours',
        points: near.map(({ mean, interval }, x) => ({
          x,
          value: mean,
          interval: interval ? { lo: interval[0], hi: interval[1] } : null,
          n: report.heldOut.pictures,
        })),
      },
      ...across,
    ],
  }
}
