import type { Figure } from './figures.ts'
import type { PromptEvaluation } from './contract/prompt-evaluation.ts'

/** Mean cosines over k, with lines across for the projection and for the mean of the base. */
export function evaluationCurve(report: Omit<PromptEvaluation, 'heldOutPictures'>): Figure {
  const near = report.rows.filter(({ kind }) => kind === 'neighbours')
  const ks = near.map(({ k }) => k as number)
  const [w1, w2] = report.weights
  const across = (kind: 'projection' | 'constant') =>
    report.rows
      .filter((row) => row.kind === kind)
      .map(({ name, mean }) => ({
        name,
        dashed: true,
        tone: kind === 'projection' ? ('accent' as const) : ('faint' as const),
        points: ks.map((_, x) => ({ x, value: mean, n: report.heldOut.pictures })),
      }))
  return {
    kind: 'lines',
    id: 'image-to-prompt',
    title: 'Predicted prompts beside the true ones',
    caption: `Mean cosine of E_pred = ${w1} · mean of the k nearest + ${w2} · nearest with the true prompt, over held-out pictures; 95 % by bootstrap over pictures, seed ${report.seed}.`,
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
      ...across('projection'),
      ...across('constant'),
    ],
  }
}
