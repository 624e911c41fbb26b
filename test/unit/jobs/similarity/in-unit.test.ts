import { expect, it } from 'vitest'
import {
  createGroups,
  inUnit,
  MOST_CANDIDATES,
  softmaxOf,
} from '../../../../src/main/jobs/similarity/in-unit.ts'

it('writes cosines and 100 * max(cos, 0)', () => {
  expect(inUnit(0.123456789, 'cosine')).toBe(0.1234568)
  expect(inUnit(-0.25, 'cosine')).toBe(-0.25)
  expect(inUnit(0.3125, 'x100')).toBe(31.25)
  expect(inUnit(-0.25, 'x100')).toBe(0)
})

it('shares a softmax among the rows that have a cosine', () => {
  // scipy.special.softmax([31.25, 30, 28.5]) = 0.740..., by hand: 1 / (1 + e^-1.25 + e^-2.75)
  const sum = 1 + Math.exp(-1.25) + Math.exp(-2.75)
  const answers = [
    { cosines: [0.3125] },
    { problem: 'no text' },
    { cosines: [0.3] },
    { cosines: [0.285] },
  ]
  const shares = softmaxOf(answers, 0, 100)
  expect(shares[1]).toBeNull()
  expect(shares[0]).toBeCloseTo(1 / sum, 6)
  expect(shares[2]).toBeCloseTo(Math.exp(-1.25) / sum, 6)
  expect(shares[3]).toBeCloseTo(Math.exp(-2.75) / sum, 6)
  expect(softmaxOf([{ problem: 'x' }], 0, 100)).toEqual([null])
  // No overflow, however large the scale.
  expect(softmaxOf([{ cosines: [1] }, { cosines: [-1] }], 0, 1e5)).toEqual([1, 0])
})

it('takes rows that follow each other as one group, rows without a key alone', () => {
  const groups = createGroups<number>('texts')
  const ended: number[][] = []
  for (const [i, key] of ['a', 'a', 'b', null, null, 'b', 'b'].entries()) {
    const group = groups.add(key, i)
    if (group.length > 0) ended.push(group)
  }
  ended.push(groups.end())
  expect(ended).toEqual([[0, 1], [2], [3], [4], [5, 6]])
  expect(() => {
    for (let i = 0; i <= MOST_CANDIDATES; i++) groups.add('same', i)
  }).toThrow(/same picture/)
})
