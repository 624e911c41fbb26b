import { describe, expect, test } from 'vitest'
import { loadTokenizer } from '../../../../src/main/inference/tokenize/tokenizer.ts'
import {
  encodingDigests,
  generatedStrings,
  stringsToTest,
  subwordReference,
  subwordTokenizer,
} from '../../../support/subword-strings.ts'
import { growth } from '../../../support/growth.ts'

const reference = subwordReference()
const bert = loadTokenizer(subwordTokenizer('bert-uncased'))
const LOOKBEHIND = { type: 'Replace', pattern: { Regex: '(?<=a)b' }, content: 'c' }
const slice = (text: string, [start, end]: readonly [number, number]): string =>
  [...text].slice(start, end).join('')

test.each(['bert-uncased', 'bert-cased'])(
  '%s gives the ids and offsets of the reference for every chosen string',
  (kind) => {
    const own = loadTokenizer(subwordTokenizer(kind))
    expect(own).toMatchObject({ kind: 'WordPiece', implementation: 'own' })
    for (const [i, text] of reference.texts.entries()) {
      const { ids, offsets } = own.encode(text)
      const [wantedIds, wantedOffsets] = reference.kinds[kind]?.chosen[i] ?? []
      expect({ text, ids, offsets: offsets.flat() }).toEqual({
        text,
        ids: wantedIds,
        offsets: wantedOffsets,
      })
    }
  },
)

test.each([
  ['bert-uncased', 10_000],
  ['bert-cased', 5000],
  ['bert-accents-kept', 5000],
  ['bert-accents-off-cased', 5000],
  ['wordpiece-nfc', 5000],
  ['wordpiece-nfkc', 5000],
])(
  '%s gives ids, offsets and words of the reference for generated strings',
  (kind, part) => {
    const own = loadTokenizer(subwordTokenizer(kind))
    const count = stringsToTest(reference, kind, part)
    expect(encodingDigests(own.encode, generatedStrings(reference, count))).toEqual(
      reference.kinds[kind]?.digests.slice(0, count / 1000),
    )
  },
  300_000,
)

test.each(reference.kinds['bert-uncased']?.windows ?? [])(
  'windows of $length tokens that share $stride, cut: $cut, are those of the reference',
  ({ pair, length, stride, cut, windows }) => {
    const options = {
      maxLength: length,
      stride,
      cut: ({ only_first: 'first', only_second: 'second' } as const)[cut] ?? ('longest' as const),
    }
    const { overflowing, ...first } = pair
      ? bert.encode(reference.question, { ...options, pair: reference.long })
      : bert.encode(reference.long, options)
    const rest = overflowing.map(({ overflowing: none, ...window }) => {
      expect(none).toEqual([])
      return window
    })
    expect([first, ...rest]).toEqual(windows)
    if (cut !== 'longest_first') expect(rest.length).toBeGreaterThan(2)
  },
)

describe('offsets', () => {
  test('point into the original where lower case and accents changed the length', () => {
    const text = 'I\u0307 \u0130 e\u0301te\u0301 \u{1f600} Caf\u00c9'
    const { offsets, specialMask } = bert.encode(text)
    const quotes = offsets.filter((_, i) => specialMask[i] === 0).map((at) => slice(text, at))
    expect(quotes.join('|')).toMatch(/\u{1f600}/u)
    expect(quotes.at(-1)).toMatch(/\u00c9$/)
  })

  test('of a long page come in proportion to its length', async () => {
    const work = (n: number): void => {
      const page = `${'the picture of a Caf\u00e9 '.repeat(n)}`
      const { overflowing } = bert.encode(page, { maxLength: 512, stride: 128 })
      expect(overflowing.at(-1)?.offsets.at(-2)?.[1]).toBe(page.trimEnd().length)
    }
    expect(await growth(work, { from: 700, times: 4, atMost: 10 })).toBeLessThan(10)
  })

  test('are asked for in windows that have room, or refused', () => {
    expect(() => bert.encode('a b c', { maxLength: 2 })).toThrow(/no room/)
    expect(() => bert.encode('a b c d e f', { maxLength: 5, stride: 3 })).toThrow(/share 3/)
    expect(() => bert.encode('a b c d', { maxLength: 6, pair: 'e f g h', cut: 'second' })).toThrow(
      /no room/,
    )
  })
})

test('a word without end is one unknown token, in time in proportion', async () => {
  const work = (n: number): void => {
    expect(bert.encode('ab'.repeat(n), { bare: true })).toMatchObject({
      ids: [1],
      offsets: [[0, 2 * n]],
      wordIds: [0],
    })
  }
  expect(await growth(work, { from: 125_000, times: 4, atMost: 10 })).toBeLessThan(10)
})

test('a tokenizer with an unknown step is left to the other library, and says so', () => {
  const json = JSON.parse(subwordTokenizer('bert-uncased')) as Record<string, unknown>
  const odd = loadTokenizer(JSON.stringify({ ...json, normalizer: LOOKBEHIND }))
  expect(odd.implementation).toBe('fallback')
  expect(odd.ids('a').length).toBeGreaterThan(2)
  expect(() => odd.encode('a')).toThrow(/cannot follow/)
})
