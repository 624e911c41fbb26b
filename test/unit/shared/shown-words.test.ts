import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { editDistance, shownShare, tolerance } from '#shared/text/shown-words.ts'

describe('the share of words that stand in a picture', () => {
  test.each([
    ['Summer sale', 'SUMMER SALE\nnow only', 1],
    ['Summer sale in the garden', 'SUMMER SALE', 2 / 5],
    ['a cat', 'dog', 0],
    // Each word as often as it stands in the text.
    ['sale sale now', 'sale', 2 / 3],
    // Accents and case are folded as in the index of words.
    ['Käse über Äpfel', 'KASE UBER APFEL', 1],
    // One letter of five, two of eight; none of three.
    ['fresh', 'fre5h', 1],
    ['harbours', 'harb0ur5', 1],
    ['harbours', 'h4rb0ur5', 0],
    ['cat', 'cot', 0],
    ['bread', 'breads', 1],
  ])('%s / %s', (text, read, share) => {
    expect(shownShare(text, read)).toBeCloseTo(share, 10)
  })

  test('is not known without words, and where nothing was read', () => {
    expect(shownShare(null, 'sale')).toBeNull()
    expect(shownShare('', 'sale')).toBeNull()
    expect(shownShare('…', 'sale')).toBeNull()
    expect(shownShare('sale', null)).toBeNull()
    expect(shownShare('sale', '')).toBe(0)
  })

  test('words of other scripts are single characters, and must be the same', () => {
    expect(shownShare('東京駅', '京')).toBeCloseTo(1 / 3, 10)
  })

  test('a hostile text takes no long', () => {
    const many = Array.from({ length: 50_000 }, (_, i) => `word${i}`).join(' ')
    expect(shownShare(many, 'word1999 zzz')).toBeGreaterThan(0)
  })
})

test('the edit distance is a metric, and the tolerance grows with the word', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 7 })
  fc.assert(
    fc.property(word, word, word, (a, b, c) => {
      expect(editDistance(a, b)).toBe(editDistance(b, a))
      expect(editDistance(a, b) === 0).toBe(a === b)
      expect(editDistance(a, c)).toBeLessThanOrEqual(editDistance(a, b) + editDistance(b, c))
    }),
  )
  expect(editDistance('kitten', 'sitting')).toBe(3)
  expect([3, 4, 7, 8].map(tolerance)).toEqual([0, 1, 1, 2])
})
