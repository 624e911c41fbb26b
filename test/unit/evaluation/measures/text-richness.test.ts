import { expect, test } from 'vitest'
import { countWords, textRichness } from '../../../../src/main/evaluation/measures/text-richness.ts'
import { conceptsOf, wordsOf } from '../../../../src/main/evaluation/measures/words.ts'

test('words are runs of letters and digits in lower case', () => {
  expect(wordsOf("The cat's 2 hats, a SOUP-bowl; naïve Ärger!")).toEqual(
    "the cat's 2 hats a soup bowl naïve ärger".split(' '),
  )
  expect(wordsOf('...')).toEqual([])
  // Full-width letters are the usual ones.
  expect(wordsOf('Ｃａｔ')).toEqual(['cat'])
})

test('scripts without spaces are cut into words', () => {
  expect(wordsOf('猫が好きです').length).toBeGreaterThan(1)
  expect(wordsOf('猫が好きです').join('')).toBe('猫が好きです')
})

test('concepts leave function words and numbers out and count each once', () => {
  const found = conceptsOf(wordsOf('a cat on the mat beside another cat, 1850'))
  expect([...found]).toEqual(['cat', 'mat'])
})

test('all measures of three descriptions, worked out by hand', () => {
  // 3 + 3 + 2 words: a red cat | a red dog | blue map
  const found = textRichness(['A red cat.', 'a red dog', '  ', 'blue map'])
  expect(found).toMatchObject({
    texts: 3,
    empty: 1,
    distinctTexts: 1,
    words: 8,
    types: 6,
    meanWords: 8 / 3,
    medianWords: 3,
    meanCharacters: (10 + 9 + 8) / 3,
    distinct1: 6 / 8,
    // a red, red cat, a red, red dog, blue map
    distinct2: 4 / 5,
    distinct3: 1,
    movingTypeTokenRatio: 6 / 8,
    onceOnly: 4 / 6,
    // red cat | red dog | blue map
    concepts: 2,
    conceptTypes: 5,
    // "a red" of two | "a red" of two | none
    shared2: (1 / 2 + 1 / 2 + 0) / 3,
  })
  // a and red 2 bits each, the others 3.
  expect(found?.rarity).toBeCloseTo((7 / 3 + 7 / 3 + 3) / 3, 12)
})

test('rarity by the words of another set adds one to every count', () => {
  const all = countWords(['a red cat', 'a map'])
  expect(all).toEqual({
    counts: new Map([
      ['a', 2],
      ['red', 1],
      ['cat', 1],
      ['map', 1],
    ]),
    total: 5,
  })
  // p(a) = 3/10, p(owl) = 1/10.
  const found = textRichness(['a owl'], all)
  expect(found?.rarity).toBeCloseTo((Math.log2(10 / 3) + Math.log2(10)) / 2, 12)
})

test('the moving ratio is that of windows of 50 words', () => {
  // 60 words of which the first 10 come again at the end: 11 windows.
  const words = Array.from({ length: 60 }, (_, i) => `w${i % 45}`)
  // Each window of 50 has 45 different ones.
  expect(textRichness([words.join(' ')])?.movingTypeTokenRatio).toBeCloseTo(45 / 50, 12)
  const fresh = Array.from({ length: 60 }, (_, i) => `w${i}`)
  expect(textRichness([fresh.join(' ')])?.movingTypeTokenRatio).toBe(1)
})

test('copies are seen by distinct wordings and by shared bigrams', () => {
  const found = textRichness(['one two three', 'One two, three!', 'one two three'])
  expect(found).toMatchObject({ distinctTexts: 1 / 3, shared2: 1, distinct2: 2 / 6 })
})

test('of nothing there is nothing to say', () => {
  expect(textRichness([])).toBe(null)
  expect(textRichness(['', '!?'])).toBe(null)
  expect(textRichness(['word'])).toMatchObject({ distinct2: null, shared2: null, rarity: 0 })
})
