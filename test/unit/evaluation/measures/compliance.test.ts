import { describe, expect, test } from 'vitest'
import { complianceParts } from '../../../../src/main/evaluation/measures/compliance.ts'
import type { PictureScore } from '../../../../src/main/evaluation/measures/compliance.ts'

const one = (
  model: string,
  group: string,
  level: number,
  cosine: number,
  kind = 'sensible',
): PictureScore => ({ model, group, level, cosine, kind })

/** Four prompts of two groups; base has two takes of the first prompt, tuned lacks the last one. */
const SCORES = [
  one('base', 'cat', 1, 0.2),
  one('base', 'cat', 1, 0.4),
  one('base', 'cat', 2, 0.5),
  one('base', 'dog', 1, 0.1),
  one('base', 'dog', 2, 0.3),
  one('tuned', 'cat', 1, 0.4),
  one('tuned', 'cat', 2, 0.4),
  one('tuned', 'dog', 1, 0.3),
]
const parts = (
  scores: readonly PictureScore[],
  more: Partial<Parameters<typeof complianceParts>[2]> = {},
) =>
  complianceParts(scores, [...new Set(scores.map(({ model }) => model))], {
    seed: 1,
    scale: null,
    ...more,
  })

describe('compliance within prompts', () => {
  test('a mean is over prompts, each the mean of its takes', () => {
    const [all] = parts(SCORES)
    // (0.3 + 0.5 + 0.1 + 0.3) / 4 and (0.4 + 0.4 + 0.3) / 3, by hand.
    expect(all?.models[0]).toMatchObject({ model: 'base', prompts: 4, pictures: 5 })
    expect(all?.models[0]?.mean).toBeCloseTo(0.3, 12)
    expect(all?.models[1]?.mean).toBeCloseTo(1.1 / 3, 12)
    expect(all?.models[0]?.score).toBe(null)
  })

  test('a difference is of the prompts that both have, the second model less the first', () => {
    const pair = parts(SCORES)[0]?.pairs[0]
    // 0.1, -0.1, 0.2
    expect(pair).toMatchObject({ a: 'base', b: 'tuned', prompts: 3, leftOut: 1 })
    expect(pair?.difference).toBeCloseTo(0.2 / 3, 12)
    // Ranks 1.5, 1.5, 3: W- = 1.5; z = 1.5 / sqrt(3.375) = 0.81650, p = 2 (1 - 0.79289).
    expect(pair?.wilcoxon).toMatchObject({ method: 'normal', statistic: 1.5, effect: 0.5 })
    expect(pair?.wilcoxon?.p).toBeCloseTo(0.41422, 5)
  })

  test('whole groups are drawn beside prompts: of two groups the ends are their means', () => {
    const pair = parts(SCORES)[0]?.pairs[0]
    expect(pair?.overGroups?.groups).toBe(2)
    expect(pair?.overGroups?.low).toBeCloseTo(0, 12)
    expect(pair?.overGroups?.high).toBeCloseTo(0.2, 12)
    expect(pair?.low).toBeGreaterThan(-0.1001)
    expect(pair?.high).toBeLessThan(0.2001)
  })

  test('levels and kinds are parts of their own; a level compares each prompt with itself', () => {
    const scores = [
      ...SCORES,
      one('base', 'moon', 1, 0, 'odd'),
      one('tuned', 'moon', 1, 0.5, 'odd'),
    ]
    const found = parts(scores)
    expect(found.map(({ by, value }) => `${by} ${value}`)).toEqual([
      'all ',
      'kind sensible',
      'kind odd',
      'level 1',
      'level 2',
    ])
    const level = (value: string) =>
      found.find((part) => part.by === 'level' && part.value === value)
    // 0.1, 0.2, 0.5
    expect(level('1')?.pairs[0]?.difference).toBeCloseTo(0.8 / 3, 12)
    expect(level('2')?.pairs[0]?.difference).toBeCloseTo(-0.1, 12)
    expect(level('2')?.pairs[0]).toMatchObject({ low: null, high: null, overGroups: null })
    expect(level('2')?.pairs[0]?.why[0]).toMatch(/two groups/)
    expect(parts(SCORES).some(({ by }) => by === 'kind')).toBe(false)
  })

  test('p values of all prompts are adjusted by Holm over the pairs, those of parts are not', () => {
    // Differences of 5 prompts, all of one sign: exact p = 2 / 2^5; of mixed signs larger.
    const shift = { a: [0, 0, 0, 0, 0], b: [1, 2, 3, 4, 5], c: [2, 1, 5, 3, 9] }
    const scores = Object.entries(shift).flatMap(([model, by]) =>
      by.map((value, i) => one(model, `g${i}`, 1, value / 100)),
    )
    const [all, level] = parts(scores)
    // b - a: 1..5; c - a: 2, 1, 5, 3, 9; c - b: 1, -1, 2, -1, 4 with ties.
    expect(all?.pairs.map(({ wilcoxon }) => wilcoxon?.p)).toMatchObject({ 0: 0.0625, 1: 0.0625 })
    expect(all?.pairs.map(({ wilcoxon }) => wilcoxon?.adjusted)).toMatchObject({
      0: 0.1875,
      1: 0.1875,
    })
    expect(level?.pairs[0]?.wilcoxon?.adjusted).toBe(null)
  })

  test('a preference model shows its scale times the cosine and keeps the cosine', () => {
    const [all] = parts(SCORES, { scale: 100 })
    expect(all?.models[0]?.mean).toBeCloseTo(0.3, 12)
    expect(all?.models[0]?.score).toBeCloseTo(30, 10)
    expect(all?.pairs[0]?.score).toBeCloseTo(20 / 3, 10)
    expect(all?.pairs[0]?.difference).toBeCloseTo(0.2 / 3, 12)
  })

  test('models without scores, and equal ones, are said and not tested', () => {
    expect(parts([])).toMatchObject([{ by: 'all', models: [], pairs: [] }])
    const same = [
      one('a', 'g', 1, 0.1),
      one('b', 'g', 1, 0.1),
      one('a', 'h', 1, 0),
      one('b', 'h', 1, 0),
    ]
    expect(parts(same)[0]?.pairs[0]).toMatchObject({ difference: 0, wilcoxon: null })
    expect(parts(same)[0]?.pairs[0]?.why.join(' ')).toMatch(/No difference is other than 0/)
  })
})
