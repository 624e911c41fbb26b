import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { patternProblem } from '#shared/query/pattern.ts'
import { linearPattern } from '../../../../src/main/store/reads/linear-pattern.ts'
import { growth } from '../../../support/growth.ts'

const TEXTS = [
  '',
  'a red boat on the lake, 1874',
  'IMG_0001.JPG',
  'Éte\u0301 naïve ÄÖÜ ß ſ K',
  'a\u00a0b\u3000c\ufeffd\u200be\u0085f',
  'line one\nline two\r\nthree\u2028four',
  '\u{1f600}\u{1f44d}\u{1f3fd} 猫 \u{20000}',
  'Ωμέγα жизнь كتاب',
  '{x} [y] (z) a-b a_b a/b \\ ^ $ . * + ?',
  'aaaaaaaaaaaaaaaa!',
  '\u0001\u0008\u000b\u000c\u007f',
]

/** JavaScript's own engine reads what people are promised; it is the reference. */
function expectAsJavaScript(source: string, ignoreCase = false): void {
  const reference = new RegExp(source, ignoreCase ? 'iu' : 'u')
  const pattern = linearPattern(source, ignoreCase)
  for (const text of TEXTS) {
    expect({ source, text, found: pattern.test(text) }).toEqual({
      source,
      text,
      found: reference.test(text),
    })
  }
}

test.each([
  '^.$',
  '^..\\u{1f3fd}',
  '\\ud83d\\ude00',
  '[\\ud83d\\ude00]',
  '\\u{1f600}|\\u0041',
  'one.line',
  'two.+three',
  '[^]',
  '[]',
  '[[]y',
  'a\\sb\\sc\\sd\\s',
  '^\\S+$',
  '[\\s]b[\\S]',
  '[^\\s]\\u0085',
  '[^\\S]c',
  '[\\b]',
  '\\x08\\v\\f',
  '\\bboat\\b.*\\B',
  '^\\s*$',
  '\\d{4}$',
  '(?<year>\\d+)',
  '(?:a|b)+?-',
  '\\{x\\} \\[',
  '\\p{L}{5}',
  '\\p{Lu}\\p{Ll}',
  '\\P{L}+$',
  '[\\p{L}\\p{N}]+',
  '\\p{Script=Greek}+',
  '\\cA',
  '[\\w-]+\\.JPG',
  '猫$|猫 ',
  'a|',
])('/%s/ finds what JavaScript finds by code points', (source) => {
  expect(patternProblem(source)).toBeNull()
  expectAsJavaScript(source)
})

test.each(['img', 'ÉTE\u0301', 'Naïve', 'äöü', 'ωΜΈΓΑ', 'ЖИЗНЬ', '[A-F]+T', 'S', 'k', '\\p{Lu}'])(
  '/%s/i does so whatever the case',
  (source) => expectAsJavaScript(source, true),
)

test('any pattern is read as JavaScript reads it', () => {
  const atom = fc.constantFrom(
    ...[
      'a',
      'b',
      'I',
      '.',
      '\\s',
      '\\S',
      '\\d',
      '\\w',
      '[a-e]',
      '[^\\s]',
      '[\\S\\n]',
      '\\u{1f600}',
    ],
    ...['é', '猫', '\\.', '[-\\w]', '[^]', '\\n', ' ', '\\p{L}', '\u{1f600}', '[[a]', '\\/'],
  )
  const pattern = fc.letrec<{ any: string; run: string; some: string }>((tie) => ({
    some: fc
      .tuple(atom, fc.constantFrom('', '', '*', '+', '?', '{2}', '{1,3}', '*?'))
      .map((parts) => parts.join('')),
    run: fc.array(tie('some'), { minLength: 1, maxLength: 4 }).map((parts) => parts.join('')),
    any: fc
      .tuple(
        fc.constantFrom('', '^', '\\b'),
        tie('run'),
        fc.option(tie('run'), { nil: null }),
        fc.constantFrom('', '$'),
      )
      .map(([start, one, two, end]) =>
        two === null ? `${start}${one}${end}` : `${start}(${one}|${two})${end}`,
      ),
  })).any
  fc.assert(
    fc.property(pattern, (source) => {
      expect(patternProblem(source)).toBeNull()
      expectAsJavaScript(source)
    }),
    { numRuns: 300 },
  )
})

test('escapes that say nothing are taken, since people write them', () => {
  expect(patternProblem('IMG\\_\\d+\\-?\\"?')).toBeNull()
  expect(linearPattern('IMG\\_\\d+\\.', false).test('IMG_0001.JPG')).toBe(true)
  expect(linearPattern('a\\-b', false).test('a-b')).toBe(true)
  expect(linearPattern('[a\\-c]b', false).test('bb')).toBe(false)
})

test.each([
  ['(?=a)', /look ahead/],
  ['(?<!a)b', /look ahead or behind/],
  ['(a)\\1', /refer back/],
  ['(?<n>a)\\k<n>', /refer back/],
  ['(', /cannot be read/],
  ['\\y', /cannot be read/],
])('/%s/ is refused with its reason', (source, reason) => {
  expect(patternProblem(source)).toMatch(reason)
})

describe('what is valid and cannot run in linear time or bounded memory', () => {
  test('is refused, with what to do', () => {
    expect(() => linearPattern('((a{1,100}){1,100}){1,100}', false)).toThrow(/too complex/)
    expect(() => linearPattern('\\p{Letter}', false)).toThrow(/cannot be used/)
  })

  test.each(['((a|aa)+)+$', '(a*)*b', '(.*)*x$', '(a|b)*a(a|b){12}c', '(a+)+$'])(
    '/%s/ takes time in proportion to the text',
    async (source) => {
      const pattern = linearPattern(source, true)
      const work = (n: number): void => {
        expect(pattern.test(`${'a'.repeat(n)}!`)).toBe(false)
      }
      expect(await growth(work, { from: 20_000, times: 4, atMost: 10 })).toBeLessThan(10)
    },
  )
})
