import { describe, expect, test } from 'vitest'
import { composePrompt } from '../../../../src/main/search/prompts/compose-prompt.ts'
import { ruleOut } from '../../../../src/main/search/prompts/rules.ts'
import { termsOf } from '../../../../src/main/search/prompts/terms.ts'

test('terms are what stands between commas, without weights and brackets', () => {
  expect(termsOf('a (red:1.2) cat, [oil painting]; ((detailed)) | <lora:x:0.8>, ., 35mm.')).toEqual(
    ['a red cat', 'oil painting', 'detailed', 'lora:x:0.8', '35mm'],
  )
})

describe('a composed prompt', () => {
  const neighbours = [
    { text: 'a red cat, oil painting, detailed', cosine: 0.4 },
    { text: 'A cat on a sofa, Oil Painting, artstation', cosine: 0.38 },
    { text: 'a dog, detailed, oil painting', cosine: 0.36 },
    { text: 'a boat, watercolour', cosine: 0.3 },
  ]

  test('begins with the neighbour nearest to the prediction, and takes what two vote for', () => {
    const { prompt, terms } = composePrompt(neighbours, 1)
    expect(prompt).toBe('A cat on a sofa, oil painting, detailed')
    // Weights 1, 0.8, 0.6 and 0, by hand.
    expect(terms[1]?.share).toBeCloseTo(1, 10)
    expect(terms[2]?.share).toBeCloseTo(1.6 / 2.4, 10)
    expect(terms.map((term) => term.neighbours)).toEqual([1, 3, 2])
  })

  test('has no term whose words are all there, and of neighbours all alike each votes as much', () => {
    const alike = neighbours.map(({ text }) => ({ text, cosine: 0.3 }))
    expect(composePrompt(alike, 3).prompt).toBe('a boat, oil painting, detailed')
    const same = [
      { text: 'a cat, cat', cosine: 0.4 },
      { text: 'a dog, cat', cosine: 0.3 },
    ]
    expect(composePrompt(same, 0).prompt).toBe('a cat')
  })

  test('of captions without commas is the nearest caption', () => {
    const captions = ['two men play chess', 'men in a park'].map((text, i) => ({
      text,
      cosine: 0.3 - i / 10,
    }))
    expect(composePrompt(captions, 0).prompt).toBe('two men play chess')
    expect(composePrompt([], 0).prompt).toBe('')
  })
})

describe('the cheap rules', () => {
  const rules = {
    empty: true,
    nan: true,
    languages: ['en'],
    vocabulary: { minPrompts: 3, share: 0.5 },
  }
  const say = (text: string, language: string | null = null, more = {}) =>
    ruleOut(
      text,
      { ...rules, ...more },
      () => language,
      (word) => word.startsWith('xq'),
    )

  test.each([
    ['', 'empty'],
    [' -- ', 'empty'],
    ['🙂🙂', 'empty'],
    ['NaN', 'nan'],
    ['"null"', 'nan'],
    ['#N/A', 'nan'],
    ['12, 345', 'nan'],
    ['xqa xqb dog', 'vocabulary'],
    ['xqa dog', null],
    ['nanny', null],
    ['日本', null],
  ])('%j: %s', (text, step) => {
    expect(say(text)?.step ?? null).toBe(step)
  })

  test('a language that is not wanted goes, one that nobody is sure of stays', () => {
    expect(say('ein Hund', 'de')).toEqual({ step: 'language', why: 'de' })
    expect(say('a dog', 'en')).toBeNull()
    expect(say('ein Hund', null)).toBeNull()
    expect(say('ein Hund', 'de', { languages: null })).toBeNull()
  })

  test('a step that is off takes nothing', () => {
    expect(say('', null, { empty: false })).toBeNull()
    expect(say('nan', null, { nan: false })).toBeNull()
    expect(say('xqa', null, { vocabulary: null })).toBeNull()
  })
})
