import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { codePointLength, offsetMap, sliceCodePoints } from '../../../src/shared/text/offsets.ts'
import {
  checkSpan,
  indexText,
  moveEnd,
  moveSpan,
  quoteSpan,
  snapToGraphemes,
  snapToWords,
  trimSpan,
} from '../../../src/shared/text/spans.ts'
import { growth } from '../../support/growth.ts'

/** Texts with everything that breaks offsets. */
const pieces = fc.constantFrom(
  'cat',
  ' ',
  '\r\n',
  '\u00a0',
  '👩‍👩‍👧',
  '🇩🇪',
  '👍🏽',
  'e\u0301',
  '𝒳',
  'שלום',
  'مرحبا',
  '富士山',
  'ภาษาไทย',
  '.',
  '“',
  'ﬁ',
  'İ',
  '\ud83d',
  '\udc4d',
  '-',
)
const texts = fc.array(pieces, { maxLength: 30 }).map((list) => list.join(''))

describe('offsets', () => {
  test('code points and UTF-16 units are those of iteration, in both directions', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const points = [...text]
        const map = offsetMap(text)
        expect(map.codePoints).toBe(points.length)
        expect(codePointLength(text)).toBe(points.length)
        let unit = 0
        points.forEach((point, place) => {
          expect(map.toUnits(place)).toBe(unit)
          for (let inside = 0; inside < point.length; inside++) {
            expect(map.toCodePoints(unit + inside)).toBe(place)
          }
          unit += point.length
        })
        expect(map.toUnits(points.length)).toBe(text.length)
        expect(map.toCodePoints(text.length)).toBe(points.length)
      }),
    )
  })

  test('a slice is the code points joined', () => {
    fc.assert(
      fc.property(texts, fc.nat(40), fc.nat(40), (text, a, b) => {
        const [start, end] = a < b ? [a, b] : [b, a]
        expect(sliceCodePoints(text, start, end)).toBe([...text].slice(start, end).join(''))
      }),
    )
  })

  test('many offsets into a long text take time in proportion', async () => {
    const work = (n: number): void => {
      const map = offsetMap('word 😀 '.repeat(n))
      for (let i = 0; i < 10 * n; i++) map.toUnits(i % map.codePoints)
    }
    expect(await growth(work, { from: 2500, times: 4, atMost: 10 })).toBeLessThan(10)
  })
})

describe('a span and its quote', () => {
  test('are checked against the text', () => {
    expect(quoteSpan('a 😀 cat', 2, 3).quote).toBe('😀')
    expect(() => checkSpan('a 😀 cat', { start: 2, end: 4, quote: '😀' })).toThrow(/2-4/)
    expect(() => checkSpan('a cat', { start: 2, end: 9, quote: 'cat' })).toThrow(/2-9/)
    expect(() => checkSpan('a cat', { start: 3, end: 2, quote: '' })).toThrow(/no span/)
  })
})

const quote = (text: string, span: { start: number; end: number }): string =>
  sliceCodePoints(text, span.start, span.end)

describe('snapping', () => {
  test.each([
    ['The quick brown fox', 5, 12, 'quick brown'],
    ['The quick brown fox', 3, 10, 'quick'],
    ["I don't know", 3, 4, "don't"],
    ['a 👩‍👩‍👧 b', 3, 4, '👩‍👩‍👧'],
    ['x e\u0301te\u0301 y', 3, 4, 'e\u0301te\u0301'],
    ['שלום לכולם', 6, 7, 'לכולם'],
    ['one\r\ntwo', 4, 6, 'two'],
    ['one\u00a0two', 4, 5, 'two'],
    ['stop!', 1, 5, 'stop!'],
  ])('of %j from %i to %i gives %j', (text, start, end, wanted) => {
    expect(quote(text, snapToWords(text, { start, end }))).toBe(wanted)
    expect(quote(text, snapToWords(text, { start: end, end: start }))).toBe(wanted)
  })

  test('of a caret takes the word it touches, or nothing between spaces', () => {
    expect(quote('a cat sat', snapToWords('a cat sat', { start: 5, end: 5 }))).toBe('cat')
    expect(snapToWords('a  b', { start: 2, end: 2 })).toEqual({ start: 2, end: 2 })
  })

  test('by characters keeps letters with their marks, emoji sequences and CR LF whole', () => {
    expect(quote('xe\u0301y', snapToGraphemes('xe\u0301y', { start: 2, end: 3 }))).toBe('e\u0301')
    expect(quote('a👩‍👩‍👧b', snapToGraphemes('a👩‍👩‍👧b', { start: 2, end: 3 }))).toBe('👩‍👩‍👧')
    expect(quote('a\r\nb', snapToGraphemes('a\r\nb', { start: 2, end: 3 }))).toBe('\r\n')
  })

  test('always gives a span inside the text that covers what was marked, twice the same', () => {
    fc.assert(
      fc.property(texts, fc.nat(60), fc.nat(60), (text, a, b) => {
        const index = indexText(text)
        const snapped = snapToWords(index, { start: a, end: b })
        expect(snapped.start).toBeLessThanOrEqual(snapped.end)
        expect(snapped.end).toBeLessThanOrEqual(index.offsets.codePoints)
        const marked = trimSpan(index, {
          start: Math.min(a, b, index.offsets.codePoints),
          end: Math.min(Math.max(a, b), index.offsets.codePoints),
        })
        if (marked.start < marked.end) {
          expect(snapped.start).toBeLessThanOrEqual(marked.start)
          expect(snapped.end).toBeGreaterThanOrEqual(marked.end)
        }
        // A caret takes the word it touches; a span stays as it is.
        if (snapped.start < snapped.end) expect(snapToWords(index, snapped)).toEqual(snapped)
      }),
    )
  })
})

describe('moving the ends', () => {
  const text = 'Photo: a red fox, 👩‍👩‍👧 ok.'
  const at = (words: string): { start: number; end: number } => {
    const start = [...text.slice(0, text.indexOf(words))].length
    return { start, end: start + [...words].length }
  }

  test('by word stops at words, and past the last one takes the full stop', () => {
    let span = at('red')
    const ends: string[] = []
    for (let i = 0; i < 5; i++) {
      span = moveEnd(text, span, 'end', 'forward', 'word')
      ends.push(quote(text, span))
    }
    expect(ends).toEqual([
      'red fox',
      'red fox, 👩‍👩‍👧',
      'red fox, 👩‍👩‍👧 ok',
      'red fox, 👩‍👩‍👧 ok.',
      'red fox, 👩‍👩‍👧 ok.',
    ])
    expect(quote(text, moveEnd(text, span, 'end', 'backward', 'word'))).toBe('red fox, 👩‍👩‍👧 ok')
    expect(quote(text, moveEnd(text, at('red'), 'start', 'backward', 'word'))).toBe('a red')
  })

  test('by grapheme goes over an emoji sequence in one step', () => {
    const span = at('fox, ')
    expect(quote(text, moveEnd(text, span, 'end', 'forward', 'grapheme'))).toBe('fox, 👩‍👩‍👧')
  })

  test('never empties the span', () => {
    const span = at('red')
    expect(moveEnd(text, span, 'start', 'forward', 'word')).toEqual(span)
    expect(moveEnd(text, span, 'end', 'backward', 'word')).toEqual(span)
    const one = { start: 0, end: 1 }
    expect(moveEnd(text, one, 'end', 'backward', 'grapheme')).toEqual(one)
  })

  test('moves the whole span and keeps its number of words', () => {
    expect(quote(text, moveSpan(text, at('a red'), 'forward', 'word'))).toBe('red fox')
    expect(quote(text, moveSpan(text, at('a red'), 'backward', 'word'))).toBe('Photo: a')
    expect(moveSpan(text, at('Photo'), 'backward', 'word')).toEqual(at('Photo'))
  })

  test('forward and back by word comes home from any word', () => {
    fc.assert(
      fc.property(texts, fc.nat(20), (sample, which) => {
        const index = indexText(sample)
        if (index.wordStarts.length < 2) return
        const word = which % (index.wordStarts.length - 1)
        const span = {
          start: index.wordStarts[word] as number,
          end: index.wordEnds[word] as number,
        }
        const further = moveEnd(index, span, 'end', 'forward', 'word')
        expect(further.end).toBe(index.wordEnds[word + 1])
        expect(moveEnd(index, further, 'end', 'backward', 'word')).toEqual(span)
      }),
    )
  })

  test('a long text is indexed in proportion, and moved in as fast as a short one', async () => {
    const text = (n: number): string => 'Ein Wort 😀 und noch eines. '.repeat(n)
    const index = await growth((n) => indexText(text(n)), { from: 500, times: 4, atMost: 10 })
    expect(index).toBeLessThan(10)
    const indexes = new Map([500, 2000].map((n) => [n, indexText(text(n))]))
    const move = (n: number): void => {
      const index = indexes.get(n) as ReturnType<typeof indexText>
      let span = { start: 0, end: 3 }
      for (let i = 0; i < 1000; i++) span = moveEnd(index, span, 'end', 'forward', 'word')
      for (let i = 0; i < 1000; i++) span = moveEnd(index, span, 'end', 'forward', 'grapheme')
    }
    expect(await growth(move, { from: 500, times: 4, atMost: 3 })).toBeLessThan(3)
  })
})
