import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { loadTokenizer } from '../../../../src/main/inference/tokenize/tokenizer.ts'
import { clipTokenizerJson } from '../../../support/clip-tokenizer.ts'
import { sharedData } from '../../../support/shared-data.ts'
import {
  encodingDigests,
  generatedStrings,
  stringsToTest,
  subwordReference,
  subwordTokenizer,
} from '../../../support/subword-strings.ts'
import { growth } from '../../../support/growth.ts'

const reference = subwordReference()

test.each(['siglip', 't5'])(
  '%s gives the ids and offsets of the reference for every chosen string',
  (kind) => {
    const own = loadTokenizer(subwordTokenizer(kind))
    expect(own).toMatchObject({ kind: 'Unigram', implementation: 'own' })
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
  ['siglip', 10_000],
  ['t5', 5000],
  ['unigram-bytes', 5000],
  ['unigram-whole', 5000],
  ['roberta', 5000],
  ['gemma', 5000],
])(
  '%s gives ids, offsets and words of the reference for generated strings',
  (kind, part) => {
    const own = loadTokenizer(subwordTokenizer(kind))
    const count = stringsToTest(reference, kind, part)
    expect(own.implementation).toBe('own')
    expect(encodingDigests(own.encode, generatedStrings(reference, count))).toEqual(
      reference.kinds[kind]?.digests.slice(0, count / 1000),
    )
  },
  300_000,
)

const merges = sharedData('clip/reference/bpe_simple_vocab_16e6.txt.gz')
test.skipIf(merges === null || !reference.kinds.clip)(
  "CLIP's real tokenizer gives the offsets of the reference, and the same ids on its two ways",
  () => {
    const own = loadTokenizer(JSON.stringify(clipTokenizerJson(merges as string)))
    const count = stringsToTest(reference, 'clip', 5000)
    const texts = [...generatedStrings(reference, count)]
    expect(encodingDigests(own.encode, texts)).toEqual(
      reference.kinds.clip?.digests.slice(0, count / 1000),
    )
    for (const text of texts.slice(0, 2000)) expect(own.ids(text)).toEqual(own.encode(text).ids)
  },
  300_000,
)

const captions = sharedData('tables/coco_captions_val2017.json')
test.skipIf(captions === null)('real captions have the ids and offsets of the reference', () => {
  const { annotations } = JSON.parse(readFileSync(captions as string, 'utf8')) as {
    annotations: { caption: string }[]
  }
  const texts = annotations.slice(0, 10_000).map(({ caption }) => caption)
  for (const kind of ['siglip', 't5', 'bert-uncased']) {
    const own = loadTokenizer(subwordTokenizer(kind))
    expect(encodingDigests(own.encode, texts)).toEqual(reference.kinds[kind]?.real.slice(0, 10))
  }
})

test('a million letters without a space are tokenized in proportion', async () => {
  const own = loadTokenizer(subwordTokenizer('siglip'))
  const work = (n: number): void => {
    const { offsets } = own.encode('ab'.repeat(n))
    expect(offsets.at(-2)?.[1]).toBe(2 * n)
  }
  expect(await growth(work, { from: 125_000, times: 4, atMost: 10 })).toBeLessThan(10)
})

test('a map of characters that is cut short is not followed', () => {
  const json = JSON.parse(subwordTokenizer('t5')) as {
    normalizer: { precompiled_charsmap: string }
  }
  json.normalizer.precompiled_charsmap = json.normalizer.precompiled_charsmap.slice(0, 1000)
  let implementation = 'refused'
  try {
    implementation = loadTokenizer(JSON.stringify(json)).implementation
  } catch {
    // As good.
  }
  expect(implementation).not.toBe('own')
})
