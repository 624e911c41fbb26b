import { describe, expect, test } from 'vitest'
import { calibrationError, fitTemperature } from '../../../src/main/labeling/calibration.ts'
import { decodeSpans, spanLikelihood } from '../../../src/main/labeling/decode-spans.ts'
import type { SpanWindow } from '../../../src/main/labeling/decode-spans.ts'
import { softIouLoss, spanLoss } from '../../../src/main/labeling/losses.ts'
import { seededRandom } from '../../../src/shared/random.ts'
import {
  exportHead,
  headLoss,
  headTensors,
  newHead,
  runHead,
} from '../../../src/main/labeling/span-head.ts'
import type { SpanExample, SpanHead } from '../../../src/main/labeling/span-head.ts'
import {
  divergenceWarning,
  evaluateHead,
  examplesOf,
  trainSpanHead,
} from '../../../src/main/labeling/train-span-head.ts'
import { growth } from '../../support/growth.ts'

const random = seededRandom(11)
const normals = (n: number): number[] => Array.from({ length: n }, () => random.normal())

describe('losses', () => {
  test('of nothing and no answer are 0, never 0/0', () => {
    const sure = [50, -50, -50]
    expect(softIouLoss(sure, sure, null).loss).toBeCloseTo(0, 9)
    expect(spanLoss([3], [2], null).loss).toBe(0)
    expect(spanLoss([3], [2], null).startGradient[0]).toBeCloseTo(0, 12)
  })

  test('of all mass on the gold span are 0', () => {
    const start = [-60, -60, 60, -60, -60]
    const end = [-60, -60, -60, 60, -60]
    const found = spanLoss(start, end, { first: 2, last: 3 })
    expect(found.crossEntropy).toBeCloseTo(0, 9)
    expect(found.softIouLoss).toBeCloseTo(0, 9)
  })

  test('stay finite for logits of 1,000', () => {
    const found = spanLoss([1000, -1000, 0], [-1000, 1000, 0], { first: 2, last: 2 })
    expect(Number.isFinite(found.loss)).toBe(true)
    expect(found.startGradient.every(Number.isFinite)).toBe(true)
  })

  test('weights scale each part', () => {
    const start = normals(6)
    const end = normals(6)
    const gold = { first: 2, last: 4 }
    const both = spanLoss(start, end, gold, { crossEntropy: 2, softIou: 0.5, smoothing: 1 })
    expect(both.loss).toBeCloseTo(2 * both.crossEntropy + 0.5 * both.softIouLoss, 12)
  })
})

describe('the gradient of a head', () => {
  test.each([
    ['linear', 0, { first: 2, last: 4 }],
    ['linear, no answer', 0, null],
    ['with a hidden layer', 4, { first: 1, last: 1 }],
    ['with a hidden layer, no answer', 4, null],
  ])('%s is that of finite differences', (_name, hidden, gold) => {
    const dim = 6
    const head = newHead(dim, hidden, 5)
    const example = { features: Float32Array.from(normals(dim * 8)), gold }
    const options = { crossEntropy: 0.8, softIou: 1.3, smoothing: 0.5 }
    const gradient = new Float64Array(head.parameters.length)
    headLoss(head, example, options, gradient)
    const h = 1e-6
    for (let i = 0; i < gradient.length; i++) {
      const kept = head.parameters[i] as number
      head.parameters[i] = kept + h
      const above = headLoss(head, example, options).loss
      head.parameters[i] = kept - h
      const below = headLoss(head, example, options).loss
      head.parameters[i] = kept
      expect(Math.abs((above - below) / (2 * h) - (gradient[i] as number))).toBeLessThan(1e-7)
    }
  })

  test('adds up, scaled, over a batch', () => {
    const head = newHead(3, 0, 1)
    const example = { features: Float32Array.from(normals(12)), gold: { first: 1, last: 2 } }
    const once = new Float64Array(head.parameters.length)
    const thrice = new Float64Array(head.parameters.length)
    headLoss(head, example, undefined, once)
    for (let i = 0; i < 2; i++) headLoss(head, example, undefined, thrice, 1.5)
    thrice.forEach((value, i) => expect(value).toBeCloseTo(3 * (once[i] as number), 12))
  })

  test('refuses gold outside the window and features that are no rows', () => {
    const head = newHead(3, 0, 1)
    const features = new Float32Array(12)
    expect(() => headLoss(head, { features, gold: { first: 0, last: 1 } })).toThrow(/outside/)
    expect(() => headLoss(head, { features, gold: { first: 1, last: 4 } })).toThrow(/outside/)
    expect(() => runHead(head, new Float32Array(13))).toThrow(/rows of 3/)
  })
})

describe('a head as tensors', () => {
  test('gives the same logits by plain matrix products', () => {
    for (const hidden of [0, 3]) {
      const dim = 4
      const head = newHead(dim, hidden, 2)
      const tensors = new Map(exportHead(head).map((tensor) => [tensor.name, tensor]))
      expect(tensors.has('hidden.weight')).toBe(hidden > 0)
      const features = Float32Array.from(normals(dim * 3))
      const row = (i: number): number[] => [...features.subarray(i * dim, (i + 1) * dim)]
      const times = (name: string, x: number[]): number[] => {
        const weight = tensors.get(`${name}.weight`)
        const bias = tensors.get(`${name}.bias`)
        const [rows, columns] = weight?.shape as [number, number]
        return Array.from({ length: rows }, (_, r) =>
          x.reduce(
            (sum, value, c) => sum + value * (weight?.data[r * columns + c] as number),
            bias?.data[r] as number,
          ),
        )
      }
      const inner = (x: number[]): number[] => (hidden ? times('hidden', x).map(Math.tanh) : x)
      const wanted = [
        times('null', row(0)),
        times('span', inner(row(1))),
        times('span', inner(row(2))),
      ]
      const found = runHead(head, features)
      wanted.forEach(([start, end], i) => {
        expect(found.start[i]).toBeCloseTo(start as number, 5)
        expect(found.end[i]).toBeCloseTo(end as number, 5)
      })
    }
    expect(headTensors(384, 0).reduce((sum, tensor) => sum + tensor.length, 0)).toBe(4 * 384 + 4)
  })
})

describe('decoding', () => {
  const scores = (n: number, peaks: Record<number, number>): number[] =>
    Array.from({ length: n }, (_, i) => peaks[i] ?? 0)

  test('never gives an end before its start, nor a span longer than allowed', () => {
    const window = { start: scores(9, { 6: 9 }), end: scores(9, { 2: 9 }), tokenOffset: 0 }
    for (const { first, last } of decodeSpans([window], { nBest: 50, maxLength: 3 }).spans) {
      expect(last).toBeGreaterThanOrEqual(first)
      expect(last - first).toBeLessThan(3)
      expect(last).toBeLessThan(8)
    }
  })

  test('takes a span at the first token and at the last', () => {
    const at = (start: number, end: number): unknown => {
      const window = {
        start: scores(6, { [start]: 9 }),
        end: scores(6, { [end]: 9 }),
        tokenOffset: 10,
      }
      const { best } = decodeSpans([window])
      return [best?.first, best?.last]
    }
    expect(at(1, 1)).toEqual([10, 10])
    expect(at(5, 5)).toEqual([14, 14])
    expect(at(1, 5)).toEqual([10, 14])
  })

  test('probabilities of all spans and no answer sum to 1, over windows too', () => {
    const window = (tokenOffset: number): SpanWindow => ({
      start: normals(8),
      end: normals(8),
      tokenOffset,
    })
    for (const windows of [[window(0)], [window(0), window(4), window(8)]]) {
      const found = decodeSpans(windows, { nBest: 1000, maxLength: 5 })
      const total = found.spans.reduce((sum, span) => sum + span.probability, found.nullProbability)
      expect(total).toBeCloseTo(1, 9)
      const keys = new Set(found.spans.map((span) => `${span.first}-${span.last}`))
      expect(keys.size).toBe(found.spans.length)
    }
  })

  test('a window decides on the spans whose start it sees best, in tokens of the text', () => {
    // Tokens 4..6 are in both; 4 lies deeper in the first, 6 in the second.
    const left = { start: scores(8, { 7: 9 }), end: scores(8, { 7: 9 }), tokenOffset: 0 }
    const right = { start: scores(8, { 5: 5 }), end: scores(8, { 6: 5 }), tokenOffset: 4 }
    const { best } = decodeSpans([left, right])
    expect([best?.first, best?.last]).toEqual([8, 9])
    const { spans } = decodeSpans([left, right], { nBest: 1000 })
    expect(spans.filter((span) => span.first === 6 && span.last === 6).length).toBe(1)
  })

  test('no answer wins by its least score over windows, and by the threshold', () => {
    const sure = { start: scores(5, { 0: 9 }), end: scores(5, { 0: 9 }), tokenOffset: 0 }
    const unsure = {
      start: scores(5, { 0: 1, 2: 3 }),
      end: scores(5, { 0: 1, 3: 3 }),
      tokenOffset: 2,
    }
    expect(decodeSpans([sure]).best).toBeNull()
    expect(decodeSpans([sure]).confidence).toBeGreaterThan(0.99)
    expect(decodeSpans([sure], { nullThreshold: 20 }).best).not.toBeNull()
    expect(decodeSpans([sure, unsure]).nullScore).toBe(2)
    expect(decodeSpans([sure, unsure]).best?.first).toBe(3)
  })

  test('several spans do not overlap when they are to be distinct', () => {
    const window = {
      start: scores(20, { 2: 9, 10: 8 }),
      end: scores(20, { 4: 9, 12: 8 }),
      tokenOffset: 0,
    }
    const { spans } = decodeSpans([window], { distinct: true, nBest: 2 })
    expect(spans.map((span) => [span.first, span.last])).toEqual([
      [1, 3],
      [9, 11],
    ])
  })

  test('a window without context has no answer, and none at all is refused', () => {
    expect(decodeSpans([{ start: [1], end: [1], tokenOffset: 0 }])).toMatchObject({
      best: null,
      confidence: 1,
    })
    expect(() => decodeSpans([])).toThrow(/no window/)
  })
})

describe('calibration', () => {
  test('finds the factor by which scores are too large', () => {
    const cases = Array.from({ length: 1500 }, () => {
      const start = normals(6)
      const end = normals(6)
      const window = { start, end, tokenOffset: 0 }
      const { spans, nullProbability } = decodeSpans([window], { nBest: 100 })
      let draw = random.next() - nullProbability
      const gold = draw < 0 ? null : (spans.find((span) => (draw -= span.probability) < 0) ?? null)
      const loud = (values: number[]): number[] => values.map((value) => 3 * value)
      return { windows: [{ start: loud(start), end: loud(end), tokenOffset: 0 }], gold }
    })
    const found = fitTemperature(cases, 100)
    expect(found.temperature).toBeGreaterThan(2.6)
    expect(found.temperature).toBeLessThan(3.4)
    expect(found.nllAfter).toBeLessThan(found.nllBefore)
  })

  test('leaves out gold spans that no decoding could give, and says how many', () => {
    const window = { start: normals(6), end: normals(6), tokenOffset: 0 }
    const found = fitTemperature([{ windows: [window], gold: { first: 0, last: 4 } }], 2)
    expect(found).toMatchObject({ temperature: 1, cases: 0, skipped: 1 })
    expect(spanLikelihood([window], { first: 0, last: 4 }, 2, 1)).toBe(Infinity)
  })

  test('error is 0 for confidence that holds, and the gap where it does not', () => {
    expect(calibrationError([0.75, 0.75, 0.75, 0.75], [1, 1, 1, 0]).error).toBeCloseTo(0, 12)
    expect(calibrationError([1, 1], [1, 0]).error).toBeCloseTo(0.5, 12)
  })
})

/**
 * Rows of noise in which the first token of the description carries one mark, the last another, and
 * the window as a whole whether there is one. Texts longer than a window come as two.
 */
function synthetic(texts: number, seed: number, noise = 0.3): SpanExample[] {
  const dim = 8
  const draw = seededRandom(seed)
  return Array.from({ length: texts }).flatMap((_, which): SpanExample[] => {
    const tokens = 12 + draw.below(10)
    const answered = draw.next() < 0.75
    const first = draw.below(tokens - 4)
    const last = first + draw.below(4)
    const rows = Array.from({ length: tokens }, (_, token) =>
      Array.from({ length: dim }, (_, d) => {
        const mark = answered && ((d === 0 && token === first) || (d === 1 && token === last))
        return noise * draw.normal() + (mark ? 1 : 0)
      }),
    )
    const windows =
      tokens > 16
        ? [
            [0, 14],
            [tokens - 14, tokens],
          ]
        : [[0, tokens]]
    return windows.map((window): SpanExample => {
      const [from, to] = window as [number, number]
      const inside = answered && first >= from && last < to
      const whole = Array.from(
        { length: dim },
        (_, d) => noise * draw.normal() + (d === 2 && !inside ? 1 : 0),
      )
      return {
        document: String(which),
        tokenOffset: from,
        features: Float32Array.from([...whole, ...rows.slice(from, to).flat()]),
        gold: inside ? { first: first - from + 1, last: last - from + 1 } : null,
      }
    })
  })
}

describe('training', () => {
  const train = examplesOf(synthetic(300, 1), 8)
  const validation = examplesOf(synthetic(80, 2), 8)
  const held = examplesOf(synthetic(80, 3), 8)

  test('learns to find spans on texts it has not seen', async () => {
    const { head, history, bestEpoch, calibration, reliability } = await trainSpanHead(
      train,
      validation,
      { epochs: 30, learningRate: 0.03 },
    )
    const before = await evaluateHead(newHead(8, 0, 9), held)
    const after = await evaluateHead(head, held)
    expect(before.exactMatch).toBeLessThan(0.4)
    expect(after.exactMatch).toBeGreaterThan(0.8)
    expect(after.iou).toBeGreaterThan(0.85)
    expect(after.answerable.exactMatch).toBeGreaterThan(0.75)
    expect(after.unanswerable.exactMatch).toBeGreaterThan(0.75)
    expect(after.texts).toBe(80)
    expect(history[0]?.trainLoss).toBeGreaterThan(history.at(-1)?.trainLoss as number)
    expect(bestEpoch).toBeGreaterThan(0)
    expect(calibration.nllAfter).toBeLessThanOrEqual(calibration.nllBefore)
    expect(reliability.error).toBeLessThan(0.2)
  })

  test('with a hidden layer learns as well', async () => {
    const { head } = await trainSpanHead(train, validation, {
      hidden: 8,
      epochs: 15,
      learningRate: 0.03,
    })
    expect((await evaluateHead(head, held)).exactMatch).toBeGreaterThan(0.7)
  })

  test('a cancel is heard between epochs that are over in no time', async () => {
    const abort = new AbortController()
    const few = examplesOf(synthetic(2, 1), 8)
    setTimeout(() => abort.abort(), 50)
    const { stopped, history } = await trainSpanHead(few, few, {
      epochs: 20_000,
      patience: 0,
      signal: abort.signal,
    })
    expect(stopped).toBe('canceled')
    expect(history.length).toBeGreaterThan(1)
  })

  test('is the same for the same seed', async () => {
    const options = { epochs: 2, seed: 4 }
    const a = await trainSpanHead(train, validation, options)
    const b = await trainSpanHead(train, validation, options)
    expect([...a.head.parameters]).toEqual([...b.head.parameters])
    const c = await trainSpanHead(train, validation, { ...options, seed: 5 })
    expect([...c.head.parameters]).not.toEqual([...a.head.parameters])
  })

  test('stops early and gives back the weights of the best epoch', async () => {
    const records: number[] = []
    const trained = await trainSpanHead(train, validation, {
      epochs: 200,
      learningRate: 0.05,
      patience: 3,
      onEpoch: (record) => records.push(record.iou),
    })
    expect(trained.stopped).toBe('early')
    expect(records.length).toBe(trained.history.length)
    expect(trained.bestEpoch).toBeLessThanOrEqual(trained.history.length)
    const again = await evaluateHead(trained.head, validation)
    expect(again.iou).toBeCloseTo(Math.max(...records), 9)
  })

  test('goes on from a head, and stops when canceled', async () => {
    const from: SpanHead = newHead(8, 0, 1)
    const kept = from.parameters.slice()
    const controller = new AbortController()
    const found = await trainSpanHead(train, validation, {
      from,
      epochs: 50,
      signal: controller.signal,
      onEpoch: ({ epoch }) => {
        if (epoch === 2) controller.abort()
      },
    })
    expect(found.stopped).toBe('canceled')
    expect(found.history.length).toBe(2)
    expect(from.parameters).toEqual(kept)
  })

  test('refuses what cannot be trained', async () => {
    const empty = examplesOf([], 8)
    await expect(trainSpanHead(empty, validation)).rejects.toThrow(/nothing to train/)
    await expect(trainSpanHead(train, empty)).rejects.toThrow(/nothing to validate/)
    await expect(trainSpanHead(train, examplesOf(synthetic(2, 1), 4))).rejects.toThrow(/inputs/)
    const broken = synthetic(2, 1)
    broken[0]?.features.fill(NaN)
    await expect(trainSpanHead(examplesOf(broken, 8), validation)).rejects.toThrow(
      /no longer a number/,
    )
  })

  test('of embeddings as large as MiniLM gives takes time in proportion to the tokens', async () => {
    const dim = 384
    const sourceOf = (tokens: number): ReturnType<typeof examplesOf> =>
      examplesOf(
        Array.from({ length: 16 }, (_, i): SpanExample => ({
          document: String(i),
          tokenOffset: 0,
          features: Float32Array.from({ length: tokens * dim }, () => random.next() - 0.5),
          gold: { first: 5, last: 20 },
        })),
        dim,
      )
    const sources = new Map([64, 256].map((tokens) => [tokens, sourceOf(tokens)]))
    const train = async (tokens: number): Promise<void> => {
      const source = sources.get(tokens) as ReturnType<typeof examplesOf>
      await trainSpanHead(source, source, { epochs: 2, patience: 0 })
    }
    expect(await growth(train, { from: 64, times: 4, atMost: 10 })).toBeLessThan(10)
  })
})

describe('the warning', () => {
  const curve = (losses: number[], ious: number[]): string | null =>
    divergenceWarning(
      losses.map((validationLoss, i) => ({ epoch: i + 1, validationLoss, iou: ious[i] as number })),
    )

  test('comes when validation loss rises while IoU still improves', () => {
    const warning = curve([3, 2, 1.5, 1.6, 1.8], [0.2, 0.4, 0.5, 0.53, 0.55])
    expect(warning).toContain('from 1.500 (epoch 3) to 1.800 (epoch 5)')
    expect(warning).toContain('from 0.500 to 0.550 (epoch 5)')
  })

  test('does not come when both get worse, when both get better, or for a wiggle', () => {
    expect(curve([3, 2, 1.5, 1.6, 1.8], [0.2, 0.4, 0.5, 0.48, 0.45])).toBeNull()
    expect(curve([3, 2, 1.5, 1.4], [0.2, 0.4, 0.5, 0.6])).toBeNull()
    expect(curve([3, 2, 1.5, 1.504, 1.503], [0.2, 0.4, 0.5, 0.52, 0.53])).toBeNull()
    expect(curve([], [])).toBeNull()
  })
})
