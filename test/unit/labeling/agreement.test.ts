import { describe, expect, test } from 'vitest'
import { agreement, canonicalSpans } from '../../../src/main/labeling/agreement.ts'
import type { AgreementItem, TypedSpan } from '../../../src/main/labeling/agreement.ts'
import { seededRandom } from '../../../src/shared/random.ts'
import { growth } from '../../support/growth.ts'

const TEXT = 'We saw a red fox in the snow, and then a white hare under the old tree by the road.'

const span = (words: string, type = ''): TypedSpan => {
  const start = TEXT.indexOf(words)
  return { start, end: start + words.length, type }
}
const item = (id: string, ...answers: TypedSpan[][]): AgreementItem => ({
  id,
  text: TEXT,
  annotations: answers.map((spans, n) => ({ annotator: `p${n}`, spans })),
})

describe('agreement', () => {
  test('does not see order, repetition or space at the edges', () => {
    const spaced = { ...span(' a red fox '), type: '' }
    const one = item(
      'x',
      [span('a red fox'), span('a white hare')],
      [span('a white hare'), spaced, span('a red fox')],
    )
    for (const unit of ['word', 'code-point'] as const) {
      const found = agreement([one], { unit, resamples: 0 })
      expect(found.exactMatch.value).toBe(1)
      expect(found.f1.value).toBe(1)
      expect(found.iou.value).toBe(1)
      expect(found.alpha.value).toBe(1)
      expect(found.alphaUnitizing.value).toBe(1)
    }
    expect(canonicalSpans(TEXT, [spaced], false)).toEqual([span('a red fox')])
  })

  test('of nothing with nothing is full, of nothing with something none', () => {
    expect(agreement([item('x', [], [])], { resamples: 0 }).iou.value).toBe(1)
    const half = agreement([item('x', [], [span('a red fox')])], { resamples: 0 })
    expect([half.exactMatch.value, half.f1.value, half.iou.value]).toEqual([0, 0, 0])
  })

  test('counts words or code points, by hand', () => {
    // a red fox | red fox in: 2 words in common of 4; 7 characters of 12 (9 and 10).
    const one = item('x', [span('a red fox')], [span('red fox in')])
    expect(agreement([one], { unit: 'word', resamples: 0 }).iou.value).toBeCloseTo(2 / 4, 12)
    const points = agreement([one], { unit: 'code-point', resamples: 0 })
    expect(points.iou.value).toBeCloseTo(7 / 12, 12)
    expect(points.f1.value).toBeCloseTo(14 / 19, 12)
  })

  test('asks for the types only when told to', () => {
    const one = item('x', [span('a red fox', 'content')], [span('a red fox', 'context')])
    expect(agreement([one], { resamples: 0 }).exactMatch.value).toBe(1)
    const typed = agreement([one], { types: true, resamples: 0 })
    expect(typed.exactMatch.value).toBe(0)
    expect(typed.iou.value).toBe(0)
    expect(typed.alphaUnitizing.categories.map((one) => one.category)).toEqual([
      'content',
      'context',
    ])
  })

  test('takes any number of annotators, and items that some left out', () => {
    const items = [
      item('a', [span('a red fox')], [span('a red fox')], [span('red fox')]),
      item('b', [span('a white hare')], [span('a white hare')]),
      item('c', [span('the old tree')]),
    ]
    const found = agreement(items, { resamples: 0 })
    expect(found.items).toBe(2)
    expect(found.pairs).toBe(4)
    expect(found.exactMatch.value).toBeCloseTo(2 / 4, 12)
    // Only the first item has all three.
    expect(found.alphaUnitizing.items).toBe(1)
    const twice = item('x', [], [])
    ;(twice.annotations[1] as { annotator: string }).annotator = 'p0'
    expect(() => agreement([twice])).toThrow(/twice/)
  })

  test('says that alpha is not defined when everybody marks everything or nothing', () => {
    const none = agreement([item('x', [], [])], { resamples: 0 })
    expect(none.alpha.value).toBeNull()
    expect(none.alphaUnitizing.value).toBeNull()
    expect(agreement([]).iou).toEqual({ value: null, low: null, high: null })
  })

  test('is near 0 in alpha for chance and has intervals that hold the value and the seed', () => {
    const random = seededRandom(3)
    const guess = (): TypedSpan[] => {
      const start = random.below(60)
      return [{ start, end: start + 1 + random.below(20), type: '' }]
    }
    const items = Array.from({ length: 150 }, (_, n) => item(String(n), guess(), guess()))
    const found = agreement(items, { resamples: 200 })
    for (const estimate of [found.iou, found.f1, found.alpha, found.alphaUnitizing]) {
      expect(estimate.low as number).toBeLessThanOrEqual(estimate.value as number)
      expect(estimate.high as number).toBeGreaterThanOrEqual(estimate.value as number)
      expect((estimate.high as number) - (estimate.low as number)).toBeGreaterThan(0.01)
    }
    expect(Math.abs(found.alpha.value as number)).toBeLessThan(0.2)
    expect(agreement(items, { resamples: 200 })).toEqual(found)
    expect(agreement(items, { resamples: 200, seed: 2 }).iou.low).not.toBe(found.iou.low)
  })

  test('of hundreds of items takes time in proportion to them and to the resamples', async () => {
    const itemsOf = (count: number): ReturnType<typeof item>[] =>
      Array.from({ length: count }, (_, n) =>
        item(String(n), [span('a red fox')], [span(n % 3 ? 'a red fox' : 'red fox in the snow')]),
      )
    const some = itemsOf(125)
    const more = await growth((n) => agreement(itemsOf(n), { resamples: 100 }), {
      from: 125,
      times: 4,
      atMost: 10,
    })
    expect(more).toBeLessThan(10)
    const again = await growth((resamples) => agreement(some, { resamples }), {
      from: 100,
      times: 4,
      atMost: 10,
    })
    expect(again).toBeLessThan(10)
  })
})
