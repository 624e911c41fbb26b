import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { cleanText, unescapeHtml } from '../../../../src/main/inference/tokenize/clean-text.ts'
import { createTextTokenizer } from '../../../../src/main/inference/tokenize/tokenizer.ts'
import { TextRecipe } from '../../../../src/main/inference/kinds/picture-text/manifest.ts'
import { clipTokenizerJson } from '../../../support/clip-tokenizer.ts'
import { numbers } from '../../../support/numbers.ts'
import { sharedData } from '../../../support/shared-data.ts'
import { growth } from '../../../support/growth.ts'

interface Reference {
  chosen: { text: string; ids: number[]; full: number }[]
  fragments: string[]
  seed: number
  count: number
  digests: string[]
  unescape: [string, string][]
}
const reference = JSON.parse(
  readFileSync(new URL('../../../fixtures/inference/clip-tokens.json', import.meta.url), 'utf8'),
) as Reference

const recipe = TextRecipe.parse({
  contextLength: 77,
  padId: 49407,
  endId: 49407,
  padding: 'longest',
})
const merges = sharedData('clip/reference/bpe_simple_vocab_16e6.txt.gz')

describe.skipIf(merges === null)("CLIP's real tokenizer", () => {
  const json = merges === null ? '' : JSON.stringify(clipTokenizerJson(merges))
  const encoder = (): ReturnType<typeof createTextTokenizer> => createTextTokenizer(json, recipe)

  test('gives the ids of the reference for every chosen string', () => {
    const own = encoder()
    for (const { text, ids } of reference.chosen) {
      expect({ text, ids: own.ids(text) }).toEqual({ text, ids })
    }
  })

  test('keeps the end token at 76, 77 and 78 tokens', () => {
    const lengths = [74, 75, 76].map((n) => encoder().ids(Array(n).fill('cat').join(' ')))
    expect(lengths.map((ids) => ids.length)).toEqual([76, 77, 77])
    for (const ids of lengths) expect(ids.at(-1)).toBe(49407)
  })

  test('gives the ids of the reference for 100,000 generated strings', () => {
    const own = encoder()
    const { below } = numbers(reference.seed)
    const digests: string[] = []
    let hash = createHash('sha256')
    for (let i = 0; i < reference.count; i++) {
      let text = ''
      for (let parts = 1 + below(24); parts > 0; parts--) {
        text += reference.fragments[below(reference.fragments.length)] as string
        if (below(3) === 0) text += ' '
      }
      hash.update(own.ids(text).join(' ') + '\n')
      if (i % 1000 === 999) {
        digests.push(hash.digest('hex').slice(0, 16))
        hash = createHash('sha256')
      }
    }
    expect(digests).toEqual(reference.digests)
  })

  test('a text of a million letters without a space is encoded in proportion', async () => {
    const own = encoder()
    const work = (n: number): void => {
      expect(own.ids('ab'.repeat(n)).length).toBe(77)
    }
    expect(await growth(work, { from: 125_000, times: 4, atMost: 10 })).toBeLessThan(10)
  })
})

test.each(reference.unescape)('unescaping %j gives what Python gives', (from, to) => {
  expect(unescapeHtml(from)).toBe(to)
})

test("openai's cleaning unescapes twice and collapses white space", () => {
  expect(cleanText('  Tom &amp;amp; Jerry\u00a0\n&lt;b&gt; ', 'openai')).toBe('Tom & Jerry <b>')
  expect(cleanText(' a  b ', 'none')).toBe(' a  b ')
  expect(cleanText(' A photo, of "Cats"!\n', 'siglip')).toBe('a photo of cats')
})

test('a tokenizer that is no JSON or of an unknown kind is refused with a reason', () => {
  expect(() => createTextTokenizer('<html>', recipe)).toThrow(/not JSON/)
  expect(() => createTextTokenizer('{"model":{"type":"Odd"}}', recipe)).toThrow(/not supported/)
})
