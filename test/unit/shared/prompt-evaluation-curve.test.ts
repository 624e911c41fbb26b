import { expect, test } from 'vitest'
import type { PromptEvaluation } from '#shared/contract/prompt-evaluation.ts'
import { evaluationCurve } from '#shared/prompt-evaluation-curve.ts'

function rowsOf(projection: number): PromptEvaluation['rows'] {
  const row = (name: string, kind: 'constant' | 'neighbours' | 'projection', mean: number) => ({
    ...{ name, kind, mean, interval: null, note: '' },
    k: kind === 'neighbours' ? 10 : null,
  })
  return [
    row('mean of the base', 'constant', 0.4),
    { ...row('CLIP alone (k = 1)', 'neighbours', 0.45), k: 1 },
    row('k = 10', 'neighbours', 0.5),
    row('linear projection', 'projection', projection),
  ]
}
const report = (projection: number) => ({
  ...{ rows: rowsOf(projection), heldOut: { pairs: 4, pictures: 4 }, weights: [0.6, 0.4] },
  ...{ seed: 0, gains: [], projections: [] },
})
type Report = Parameters<typeof evaluationCurve>[0]
const drawn = (projection: number) => {
  const figure = evaluationCurve(report(projection) as unknown as Report)
  if (figure.kind !== 'lines') throw new Error('no lines')
  return { names: figure.series.map(({ name }) => name), caption: figure.caption }
}

test('a projection that lies far below is named and does not press the curve flat', () => {
  expect(drawn(-0.1)).toMatchObject({ names: ['neighbours', 'mean of the base'] })
  expect(drawn(-0.1).caption).toMatch(/Below what is drawn: linear projection, -0\.100\.$/)
})

test('one that lies near or above is drawn', () => {
  for (const mean of [0.35, 0.6]) {
    expect(drawn(mean).names).toContain('linear projection')
    expect(drawn(mean).caption).not.toMatch(/Below/)
  }
})
