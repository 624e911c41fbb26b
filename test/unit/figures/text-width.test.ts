import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fitText, textWidth, wrapText } from '../../../src/figures/text-width.ts'

test('widths follow the signs', () => {
  expect(textWidth('', 11)).toBe(0)
  expect(textWidth('iii', 11)).toBeLessThan(textWidth('mmm', 11))
  expect(textWidth('abc', 22)).toBeCloseTo(2 * textWidth('abc', 11))
  // All figures are as wide as each other.
  expect(textWidth('1111', 11)).toBe(textWidth('8888', 11))
  expect(textWidth('漢字', 10)).toBeGreaterThanOrEqual(20)
  expect(textWidth('e\u0301', 11)).toBe(textWidth('e', 11))
})

const text = fc.string({ unit: 'grapheme', maxLength: 60 })

test('what is fitted fits, and what fits is left alone', () => {
  fc.assert(
    fc.property(text, fc.integer({ min: 20, max: 300 }), (words, width) => {
      const fitted = fitText(words, width, 11)
      expect(textWidth(fitted, 11)).toBeLessThanOrEqual(width + 1e-9)
      if (textWidth(words, 11) <= width) expect(fitted).toBe(words)
    }),
  )
})

test('lines fit, and hold all signs in their order', () => {
  fc.assert(
    fc.property(text, fc.integer({ min: 30, max: 300 }), (words, width) => {
      const lines = wrapText(words, width, 11)
      for (const line of lines) expect(textWidth(line, 11)).toBeLessThanOrEqual(width + 1e-9)
      expect(lines.join('').replace(/[ \t\n]/g, '')).toBe(words.replace(/[ \t\n]/g, ''))
    }),
  )
})

test('a long name breaks where it is parted', () => {
  expect(wrapText('stabilityai/stable-diffusion', 100, 11)).toEqual([
    'stabilityai/stable-',
    'diffusion',
  ])
  expect(wrapText('one two three four', 40, 11, 2).at(-1)).toMatch(/…$/)
})
