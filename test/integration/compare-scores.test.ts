import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CallInput, CallName, CallOutput } from '#shared/contract/index.ts'
import { fillCorpus } from '../support/synthetic.ts'
import { startWindowEngine, type WindowEngine } from '../support/window-engine.ts'

let engine: WindowEngine
let corpus: string
async function call<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>> {
  const reply = await engine.call(name, input)
  if (!reply.ok) throw new Error(reply.error.message)
  return reply.value as CallOutput<N>
}

beforeAll(async () => {
  engine = startWindowEngine()
  corpus = engine.corpus('compared', (opened) => {
    fillCorpus(opened, { pairs: 400, scores: ['alt', 'caption'] })
    opened.writer.exec(`DELETE FROM scores WHERE text_source = 'caption' AND pair_id % 3 = 0`)
    opened.writer.exec(
      `UPDATE scores SET cosine = (SELECT a.cosine FROM scores a WHERE a.model_id = scores.model_id
         AND a.pair_id = scores.pair_id AND a.text_source = 'alt')
       WHERE text_source = 'caption' AND pair_id <= 9 AND pair_id IN
         (SELECT pair_id FROM scores WHERE text_source = 'alt')`,
    )
  })
  await call('corpora.open', { path: corpus })
})
afterAll(() => engine.stop())

describe('scores of several texts, side by side', () => {
  test('differ on the pairs that have both, each with its own share kept', async () => {
    const pairs = await call('pairs.list', { corpus, limit: 1000 })
    const of = (text: string, where: (id: number) => boolean = () => true): Map<number, number> =>
      new Map(
        pairs.flatMap(({ id, scores }) => {
          const score = scores.find((one) => one.text === text)
          return score && where(id) ? [[id, score.cosine] as const] : []
        }),
      )
    for (const [where, keeps] of [
      ['', () => true],
      ['id:1..150', (id: number) => id <= 150],
    ] as const) {
      const [alt, caption] = [of('alt', keeps), of('caption', keeps)]
      const both = [...caption].flatMap(([id, cosine]) => {
        const other = alt.get(id)
        return other === undefined ? [] : [Math.fround(cosine) - Math.fround(other)]
      })
      const mean = both.reduce((sum, one) => sum + one, 0) / both.length
      const deviation = Math.sqrt(
        both.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (both.length - 1),
      )
      const found = await call('scores.compare', {
        corpus,
        where,
        sources: [
          { model: 'test/clip', text: 'alt', cutoff: 0.3 },
          { model: 'test/clip', text: 'caption', cutoff: 0.25 },
        ],
      })
      expect(found).toHaveLength(2)
      const [first, second] = found as [(typeof found)[number], (typeof found)[number]]
      expect(first.difference).toBeNull()
      expect(first.n).toBe(alt.size)
      expect(second.kept).toBe([...caption.values()].filter((one) => one >= 0.25).length)
      const { difference } = second
      expect(difference?.n).toBe(both.length)
      expect(difference?.equal).toBe(both.filter((one) => one === 0).length)
      expect(difference?.higher).toBe(both.filter((one) => one > 0).length)
      expect(difference?.mean?.value).toBeCloseTo(mean, 9)
      // t of some hundred degrees of freedom lies between 1.96 and 2.0.
      const half = (difference!.mean!.high - difference!.mean!.low) / 2
      const error = deviation / Math.sqrt(both.length)
      expect(half / error).toBeGreaterThan(1.96)
      expect(half / error).toBeLessThan(2.01)
      const sorted = both.sort((a, b) => a - b)
      expect(difference!.median!.low).toBeLessThanOrEqual(difference!.median!.value)
      expect(sorted).toContain(difference!.median!.low)
      expect(sorted).toContain(difference!.median!.high)
    }
  })

  test('without a pair in common say so by leaving the difference out', async () => {
    const [, caption] = await call('scores.compare', {
      corpus,
      where: 'id=3',
      sources: [
        { model: 'test/clip', text: 'alt', cutoff: 0.3 },
        { model: 'test/clip', text: 'caption', cutoff: 0.3 },
      ],
    })
    expect(caption).toMatchObject({ n: 0, difference: { n: 0, mean: null, median: null } })
  })
})
