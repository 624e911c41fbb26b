import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { adam } from '../../../src/main/labeling/adam.ts'
import { fitTemperature } from '../../../src/main/labeling/calibration.ts'
import { decodeSpans } from '../../../src/main/labeling/decode-spans.ts'
import { spanLoss } from '../../../src/main/labeling/losses.ts'
import { headLoss } from '../../../src/main/labeling/span-head.ts'
import { exactSets, iouOfSets, overlapF1 } from '../../../src/main/labeling/span-metrics.ts'
import {
  addUnit,
  noCoincidences,
  nominalAlpha,
} from '../../../src/main/statistics/agreement/coincidences.ts'
import { unitizingAlpha } from '../../../src/main/statistics/agreement/unitizing-alpha.ts'
import type { Unit } from '../../../src/main/statistics/agreement/unitizing-alpha.ts'
import { quantile } from '../../../src/shared/statistics.ts'

/** Made by tools/reference/spans/make_span_reference.py. */
interface Reference {
  versions: Record<string, string>
  measures: {
    predicted: [number, number][]
    gold: [number, number][]
    iou: number
    precision: number
    recall: number
    f1: number
    exact: number
  }[]
  losses: {
    start: number[]
    end: number[]
    gold: [number, number] | null
    weights: [number, number]
    smoothing: number
    loss: number
    entropy: number
    soft: number
    startGradient: number[]
    endGradient: number[]
  }[]
  head: {
    dim: number
    hidden: number
    features: number[]
    gold: [number, number]
    initial: number[]
    steps: { loss: number; gradient: number[]; parameters: number[] }[]
  }[]
  decoding: {
    start: number[]
    end: number[]
    maxLength: number
    temperature: number
    null: number
    nullProbability: number
    spans: { score: number; first: number; last: number; probability: number }[]
  }[]
  temperature: {
    cases: { start: number[]; end: number[]; gold: [number, number] | null }[]
    temperature: number
    nll: number
    nllAtOne: number
  }
  nominal: { rows: (string | null)[][]; alpha: number | null; nltk?: number }[]
  unitizing: {
    length: number
    annotators: number
    units: Unit[]
    categories: Record<string, { observed: number; expected: number; alpha: number }>
    alpha: number
  }[]
  quantiles: { values: number[]; shares: number[]; quantiles: number[] }
}

const reference = JSON.parse(
  readFileSync(new URL('../../fixtures/labeling/span-reference.json', import.meta.url), 'utf8'),
) as Reference

/** Digits after the point: |difference| < 0.5e-9. */
const DIGITS = 9

const spans = (list: [number, number][]): { start: number; end: number }[] =>
  list.map(([start, end]) => ({ start, end }))

function closeAll(found: ArrayLike<number>, wanted: readonly number[], tolerance = 1e-9): void {
  expect(found.length).toBe(wanted.length)
  let worst = 0
  wanted.forEach((value, i) => {
    worst = Math.max(worst, Math.abs((found[i] as number) - value))
  })
  expect(worst).toBeLessThan(tolerance)
}

describe('measures equal independent implementations', () => {
  test('IoU, precision, recall and F1 over units are those of scikit-learn', () => {
    for (const item of reference.measures) {
      const predicted = spans(item.predicted)
      const gold = spans(item.gold)
      const found = overlapF1(predicted, gold)
      expect(iouOfSets(predicted, gold)).toBeCloseTo(item.iou, DIGITS)
      expect(found.precision).toBeCloseTo(item.precision, DIGITS)
      expect(found.recall).toBeCloseTo(item.recall, DIGITS)
      expect(found.f1).toBeCloseTo(item.f1, DIGITS)
      expect(exactSets(predicted, gold)).toBe(item.exact)
    }
  })
})

describe('losses equal torch', () => {
  test('cross-entropy, soft IoU and the gradients of their weighted sum', () => {
    for (const item of reference.losses) {
      const gold = item.gold && { first: item.gold[0], last: item.gold[1] }
      const [crossEntropy, softIou] = item.weights
      const found = spanLoss(item.start, item.end, gold, {
        crossEntropy,
        softIou,
        smoothing: item.smoothing,
      })
      expect(found.crossEntropy).toBeCloseTo(item.entropy, DIGITS)
      expect(found.softIouLoss).toBeCloseTo(item.soft, DIGITS)
      expect(found.loss).toBeCloseTo(item.loss, DIGITS)
      closeAll(found.startGradient, item.startGradient)
      closeAll(found.endGradient, item.endGradient)
    }
  })

  test('a head, linear or with a hidden layer, takes the steps of torch and AdamW', () => {
    for (const { dim, hidden, features, gold, initial, steps } of reference.head) {
      const head = { dim, hidden, parameters: Float64Array.from(initial) }
      const step = adam(initial.length, { learningRate: 0.05, weightDecay: 0.01 })
      for (const wanted of steps) {
        const gradient = new Float64Array(initial.length)
        const example = {
          features: Float32Array.from(features),
          gold: { first: gold[0], last: gold[1] },
        }
        const options = { crossEntropy: 1, softIou: 0.7, smoothing: 1 }
        expect(headLoss(head, example, options, gradient).loss).toBeCloseTo(wanted.loss, DIGITS)
        closeAll(gradient, wanted.gradient)
        step(head.parameters, gradient)
        closeAll(head.parameters, wanted.parameters)
      }
    }
  })
})

describe('decoding equals enumeration', () => {
  test('n-best spans, their probabilities and that of no answer', () => {
    for (const item of reference.decoding) {
      const { maxLength, temperature } = item
      const window = { start: item.start, end: item.end, tokenOffset: 0 }
      const found = decodeSpans([window], { maxLength, temperature, nBest: 5 })
      expect(found.nullScore).toBeCloseTo(item.null, DIGITS)
      expect(found.nullProbability).toBeCloseTo(item.nullProbability, DIGITS)
      expect(found.spans.length).toBe(item.spans.length)
      found.spans.forEach((span, place) => {
        const wanted = item.spans[place] as (typeof item.spans)[number]
        expect([span.first, span.last]).toEqual([wanted.first, wanted.last])
        expect(span.score).toBeCloseTo(wanted.score, DIGITS)
        expect(span.probability).toBeCloseTo(wanted.probability, DIGITS)
      })
    }
  })

  test("the temperature is that of scipy's minimiser", () => {
    const { cases, temperature, nll, nllAtOne } = reference.temperature
    const found = fitTemperature(
      cases.map(({ start, end, gold }) => ({
        windows: [{ start, end, tokenOffset: 0 }],
        gold: gold && { first: gold[0], last: gold[1] },
      })),
      100,
    )
    expect(found.nllBefore).toBeCloseTo(nllAtOne, DIGITS)
    expect(Math.abs(found.nllAfter - nll)).toBeLessThan(1e-6)
    expect(Math.abs(found.temperature / temperature - 1)).toBeLessThan(2e-3)
  })
})

describe('agreement equals independent implementations', () => {
  test('nominal alpha is that of nltk, and of the coincidence matrix with missing values', () => {
    let compared = 0
    for (const { rows, alpha, nltk } of reference.nominal) {
      const sums = noCoincidences<string>()
      for (const row of rows)
        addUnit(
          sums,
          row.filter((value) => value !== null),
        )
      const found = nominalAlpha(sums)
      if (alpha === null) expect(found).toBeNull()
      else expect(found).toBeCloseTo(alpha, DIGITS)
      if (nltk !== undefined) {
        expect(found).toBeCloseTo(nltk, DIGITS)
        compared++
      }
    }
    expect(compared).toBeGreaterThan(10)
  })

  test("nominal alpha gives the published value of Krippendorff's example (2011, C)", () => {
    const rows = ['123321412...', '1233224125.3', '.3332342251.', '12332441251.']
    const sums = noCoincidences<string>()
    for (let unit = 0; unit < 12; unit++) {
      addUnit(
        sums,
        rows.map((row) => row[unit] as string).filter((value) => value !== '.'),
      )
    }
    expect(nominalAlpha(sums)).toBeCloseTo(0.743, 3)
  })

  test('alpha_U is that of the definition written out section by section', () => {
    for (const { length, annotators, units, categories, alpha } of reference.unitizing) {
      const found = unitizingAlpha(units, annotators, length)
      expect(found.alpha).toBeCloseTo(alpha, DIGITS)
      expect(found.categories.length).toBe(Object.keys(categories).length)
      for (const one of found.categories) {
        const wanted = categories[one.category]
        expect(one.observed).toBeCloseTo(wanted?.observed as number, DIGITS)
        expect(one.expected).toBeCloseTo(wanted?.expected as number, DIGITS)
        expect(one.alpha).toBeCloseTo(wanted?.alpha as number, DIGITS)
      }
    }
  })

  test("alpha_U gives the published values of Krippendorff's example (2004, p. 254)", () => {
    const unit = (category: string, annotator: number, start: number, length: number): Unit => ({
      annotator,
      category,
      start: start - 150,
      end: start - 150 + length,
    })
    const units = [
      unit('c', 0, 225, 70),
      unit('c', 0, 370, 30),
      unit('c', 1, 220, 80),
      unit('c', 1, 355, 20),
      unit('c', 1, 400, 20),
      ...[0, 1].flatMap((who) => [unit('k', who, 180, 60), unit('k', who, 300, 50)]),
    ]
    const { alpha, categories } = unitizingAlpha(units, 2, 300)
    const [c, k] = categories
    expect(c?.observed).toBeCloseTo(0.0144, 4)
    expect(c?.expected).toBeCloseTo(0.0532, 4)
    expect(c?.alpha).toBeCloseTo(0.7286, 4)
    expect(k?.observed).toBe(0)
    expect(k?.expected).toBeCloseTo(0.049, 4)
    expect(k?.alpha).toBe(1)
    expect(Math.abs((alpha as number) - 0.8591)).toBeLessThan(5e-4)
  })

  test("quantiles are numpy's", () => {
    const { values, shares, quantiles } = reference.quantiles
    shares.forEach((share, place) => {
      expect(quantile(values, share)).toBeCloseTo(quantiles[place] as number, DIGITS)
    })
  })
})
