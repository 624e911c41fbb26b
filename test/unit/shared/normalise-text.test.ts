import fc from 'fast-check'
import { expect, test } from 'vitest'
import { normaliseText } from '#shared/text/normalise-text.ts'

test.each([
  ['A red  boat!', 'a red boat'],
  ['“A red boat”', 'a red boat'],
  ['a\u00a0red\nboat', 'a red boat'],
  ['a well-lit room', 'a well lit room'],
  ["a dog's ball", 'a dogs ball'],
  ['a dog’s ball', 'a dogs ball'],
  ['ﬁsh №１', 'fish no1'],
  ['Cafe\u0301', 'café'],
  ['a\u200bb', 'a b'],
  ['🚤 + $5', '🚤 + $5'],
  ['...', ''],
])('%j is %j', (text, plain) => {
  expect(normaliseText(text)).toBe(plain)
})

test('what is normalised stays as it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const once = normaliseText(text)
      expect(normaliseText(once)).toBe(once)
    }),
  )
})
