import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { alignTokens, editDistance, wordLikeness } from '../../../src/main/labeling/align-tokens.ts'
import { findAltSpans } from '../../../src/main/labeling/find-alt-spans.ts'
import type { AltSpan, PairTexts } from '../../../src/main/labeling/find-alt-spans.ts'
import { foldWord, tokenWeight, wordTokens } from '../../../src/main/labeling/word-tokens.ts'
import { sliceCodePoints } from '../../../src/shared/text/offsets.ts'
import { growth } from '../../support/growth.ts'

const CALM = 'the quick brown 😀 fox jumps over a lazy dog. '

const pair = (alt: string, texts: Partial<PairTexts>): PairTexts => ({
  alt,
  caption: null,
  before: null,
  after: null,
  ...texts,
})
const first = (alt: string, before: string): AltSpan | undefined =>
  findAltSpans(pair(alt, { before }))[0]

describe('an alt in the context', () => {
  test.each([
    ['a red fox', 'We saw a red fox today.', 'exact', 'a red fox'],
    [' a red fox\n', 'We saw a red fox today.', 'exact', 'a red fox'],
    ['A Red Fox', 'We saw a red fox today.', 'normalised', 'a red fox'],
    ['a red\r\nfox', 'We saw a red\u00a0fox today.', 'normalised', 'a red\u00a0fox'],
    ['Cat – the king', 'The cat-the "King".', 'normalised', 'cat-the "King'],
    ["It's a dog", 'Oh, It’s a dog', 'normalised', 'It’s a dog'],
    ['The ﬁsh café', 'the fish cafe\u0301!', 'normalised', 'the fish cafe\u0301'],
    ['STRASSE IM REGEN', 'Eine Straße im Regen.', 'normalised', 'Straße im Regen'],
    ['istanbul at night', 'İstanbul at night', 'normalised', 'İstanbul at night'],
    ['ＦＵＬＬ ｗｉｄｔｈ', 'the full width', 'normalised', 'full width'],
    ['Stop that now!', 'He said: STOP THAT NOW! Twice.', 'normalised', 'STOP THAT NOW!'],
    ['A red fox.', 'There it is, a red fox, again.', 'normalised', 'a red fox'],
    ['“A red fox”', 'His "a red fox", sold.', 'normalised', '"a red fox"'],
    ['👩‍👩‍👧 at the sea', 'Us, 👩‍👩‍👧 at the sea 🌊', 'exact', '👩‍👩‍👧 at the sea'],
    ['富士山と桜', '春の富士山と桜です', 'exact', '富士山と桜'],
    ['שלום עולם', 'אמר: שלום, עולם!', 'normalised', 'שלום, עולם'],
    ['co\u00adopera\u200bte', 'we cooperate', 'normalised', 'cooperate'],
    [
      'A large brown dog on the beach',
      'Here a brown dog on the beach runs',
      'near',
      'a brown dog on the beach',
    ],
    [
      'Charles is aparently a naturalist',
      'Charles is apparently a naturalist',
      'near',
      'Charles is apparently a naturalist',
    ],
  ])('%j in %j is %s', (alt, before, kind, quote) => {
    const found = first(alt, before)
    expect(found?.kind).toBe(kind)
    expect(found?.quote).toBe(quote)
  })

  test.each([
    ['cat', 'A category of cats.'],
    ['e', 'caf e\u0301'],
    ['man', '👨 woman'],
    ['Figure 3: a large map of the town', 'Figure 4: a large map of the town'],
    ['a dog in the garden', 'a cat on the roof'],
    ['the of and', 'of the town and'],
    ['a red hammer', 'A picture of a hammer.'],
    ['a yellow key', 'a yellow beach ball'],
    ['a large brown dog and a cat', 'a large brown\ndog house and a cat'],
  ])('%j is not in %j', (alt, before) => {
    expect(findAltSpans(pair(alt, { before }))).toEqual([])
  })

  test('offsets count code points of the original text, whatever stands before', () => {
    const text = '😀İ\r\n𝒳 e\u0301 ﬁ A RED FOX'
    const found = first('a red fox', text) as AltSpan
    expect(found.start).toBe([...text].length - 9)
    expect(sliceCodePoints(text, found.start, found.end)).toBe('A RED FOX')
    expect(found.quote).toBe('A RED FOX')
  })

  test('a near match does not end in words that lead on to what is not there', () => {
    const found = first('A big yellow submarine on the sea', 'A big yellow submarine on the water')
    expect(found?.quote).toBe('A big yellow submarine')
  })

  test('keeps several candidates: exact before normalised before near, then the nearest', () => {
    const found = findAltSpans(
      pair('a small red fox outside', {
        before: 'a small red fox outside. Far. a small red fox outside near.',
        after: 'Yes, A small red fox outside! And a small, very red fox outside.',
      }),
    )
    expect(found.map((span) => [span.kind, span.source])).toEqual([
      ['exact', 'before'],
      ['exact', 'before'],
      ['normalised', 'after'],
      ['near', 'after'],
    ])
    expect(found[0]?.distance).toBe(6)
    expect(found[1]?.distance).toBe(36)
    expect(found[2]?.distance).toBe(5)
    expect(found.every((span) => span.score <= 1 && span.score >= 0.8)).toBe(true)
  })

  test('a quote is always its slice, and candidates of one source never overlap', () => {
    const words = fc.constantFrom(
      'cat',
      'Cat',
      '😀',
      'e\u0301',
      'a',
      'red',
      'réd',
      '.',
      '\r\n',
      '富',
      'ﬁ',
      '-',
    )
    const text = fc.array(words, { maxLength: 40 }).map((list) => list.join(' '))
    fc.assert(
      fc.property(
        fc.array(words, { minLength: 1, maxLength: 6 }).map((list) => list.join(' ')),
        text,
        text,
        (alt, before, after) => {
          const texts = pair(alt, { before, after })
          const found = findAltSpans(texts, { threshold: 0.5, shortThreshold: 0.5 })
          for (const span of found) {
            const source = texts[span.source] as string
            expect(sliceCodePoints(source, span.start, span.end)).toBe(span.quote)
            expect(span.end - span.start).toBe([...span.quote].length)
            for (const other of found) {
              if (other === span || other.source !== span.source) continue
              expect(other.end <= span.start || span.end <= other.start).toBe(true)
            }
          }
        },
      ),
    )
  })

  test('finds a normalised alt wherever it is put', () => {
    const word = fc.stringMatching(/^[a-zäöü]{2,8}$/)
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 3, maxLength: 8 }),
        fc.array(word, { maxLength: 20 }),
        fc.array(word, { maxLength: 20 }),
        (alt, left, right) => {
          const text = [...left, ...alt.map((one) => one.toUpperCase()), ...right].join(' , ')
          const found = first(alt.join(' '), text)
          expect(found?.kind).toBe('normalised')
          expect(wordTokens(found?.quote ?? '').folded).toEqual(wordTokens(alt.join(' ')).folded)
        },
      ),
    )
  })

  test('an absent, blank or wordless alt and absent texts are no trouble', () => {
    expect(findAltSpans({ alt: null, caption: 'x', before: null, after: null })).toEqual([])
    expect(findAltSpans(pair(' \n', { before: 'x' }))).toEqual([])
    expect(findAltSpans(pair('☆☆☆', { before: 'rated ☆☆☆ by' }))[0]?.quote).toBe('☆☆☆')
    expect(() => findAltSpans(pair('a', { before: 'a' }), { threshold: 0 })).toThrow(/threshold/)
  })

  test.each([
    ['calm', 'the other brown fox jumps over one lazy dog and sleeps', CALM],
    ['of one word', `${'a '.repeat(200)}b`, 'a '],
    ['of one word, for a short alt', 'a', 'a '],
    ['without a space', 'aaaa aaab', 'aaaa'],
  ])('a context %s takes time in proportion to its length', async (_, alt, unit) => {
    const work = (n: number): void => {
      const text = unit.repeat(n / unit.length)
      findAltSpans(pair(alt, { before: text, after: text }))
    }
    expect(await growth(work, { from: 12_500, times: 4, atMost: 10 })).toBeLessThan(10)
  })
})

/** Every run, every alignment: what `alignTokens` must find. */
function bestByEnumeration(wanted: string[], text: string[]): number {
  const weigh = (words: string[]): number => words.reduce((sum, word) => sum + tokenWeight(word), 0)
  let best = 0
  for (let from = 0; from < text.length; from++) {
    for (let to = from + 1; to <= text.length; to++) {
      const run = text.slice(from, to)
      const table = Array.from(
        { length: run.length + 1 },
        () => new Float64Array(wanted.length + 1),
      )
      for (let i = 1; i <= run.length; i++) {
        for (let j = 1; j <= wanted.length; j++) {
          const alike = wordLikeness(run[i - 1] as string, wanted[j - 1] as string)
          ;(table[i] as Float64Array)[j] = Math.max(
            (table[i - 1] as Float64Array)[j] as number,
            (table[i] as Float64Array)[j - 1] as number,
            ((table[i - 1] as Float64Array)[j - 1] as number) +
              alike * tokenWeight(wanted[j - 1] as string),
          )
        }
      }
      const m = (table[run.length] as Float64Array)[wanted.length] as number
      best = Math.max(best, (2 * m) / (weigh(run) + weigh(wanted)))
    }
  }
  return best
}

describe('alignment', () => {
  test('finds the most similar of all runs', () => {
    const word = fc.constantFrom('I', 'if', 'cat', 'table', 'tabel', 'window', 'windows', 'red')
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 1, maxLength: 6 }),
        fc.array(word, { maxLength: 12 }),
        (wanted, text) => {
          const best = bestByEnumeration(wanted, text)
          const runs = alignTokens(wanted, text, 0.5, 4)
          if (best < 0.5 - 1e-9) expect(runs).toEqual([])
          else expect(runs[0]?.similarity).toBeCloseTo(best, 9)
        },
      ),
      { numRuns: 300 },
    )
  })

  test('edit distance is bounded, with swaps of neighbours as one edit', () => {
    expect(editDistance('kitten', 'sitting', 5)).toBe(3)
    expect(editDistance('table', 'tabel', 2)).toBe(1)
    expect(editDistance('kitten', 'sitting', 1)).toBe(2)
    expect(wordLikeness('2014', '2015')).toBe(0)
    expect(wordLikeness('cat', 'car')).toBe(0)
  })
})

describe('folding', () => {
  test.each([
    ['Straße', 'strasse'],
    ['ΣΊΣΥΦΟΣ', 'σίσυφοσ'],
    ['ſ', 's'],
    ['Ⅷ', 'viii'],
    ['é', 'e\u0301'.normalize('NFC')],
    ['don’t', 'dont'],
  ])('%j is %j', (word, folded) => {
    expect(foldWord(word)).toBe(folded)
  })
})
