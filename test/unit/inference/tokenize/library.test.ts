import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import {
  loadTokenizer,
  TOKENIZERS_VERSION,
} from '../../../../src/main/inference/tokenize/library.ts'
import type { LoadedTokenizer } from '../../../../src/main/inference/tokenize/library.ts'
import { clipTokenizerJson } from '../../../support/clip-tokenizer.ts'
import { sharedData } from '../../../support/shared-data.ts'
import {
  encodingDigests,
  generatedStrings,
  stringsToTest,
  subwordReference,
  subwordTokenizer,
} from '../../../support/subword-strings.ts'

const reference = subwordReference()
const load = (json: string, plain = false): Promise<LoadedTokenizer> =>
  loadTokenizer(json, { about: 'tokenizer.json', plain })

test('the version that is named is the one that is installed', () => {
  const path = new URL('../../../../node_modules/tokenizers/package.json', import.meta.url)
  const { version } = JSON.parse(readFileSync(path, 'utf8')) as { version: string }
  expect(TOKENIZERS_VERSION).toBe(version)
})

test.each([
  ['siglip', 'Unigram'],
  ['t5', 'Unigram'],
  ['bert-uncased', 'WordPiece'],
  ['bert-cased', 'WordPiece'],
])('%s gives the ids and offsets of the reference for every chosen string', async (kind, type) => {
  const tokenizer = await load(subwordTokenizer(kind))
  expect(tokenizer.facts.kind).toBe(type)
  const encodings = await tokenizer.encode(reference.texts, { special: true })
  for (const [i, text] of reference.texts.entries()) {
    const [ids, offsets] = reference.kinds[kind]?.chosen[i] ?? []
    expect({
      text,
      ids: encodings[i]?.getIds(),
      offsets: encodings[i]?.getOffsets().flat(),
    }).toEqual({ text, ids, offsets })
  }
})

test.each([
  'bert-uncased',
  'bert-cased',
  'bert-accents-kept',
  'bert-accents-off-cased',
  'wordpiece-nfc',
  'wordpiece-nfkc',
  'siglip',
  't5',
  'unigram-bytes',
  'unigram-whole',
  'roberta',
  'gemma',
])(
  '%s gives ids, offsets and words of the reference for generated strings',
  async (kind) => {
    const count = stringsToTest(reference, kind, 5000)
    const strings = generatedStrings(reference, count)
    expect(await encodingDigests(await load(subwordTokenizer(kind)), strings)).toEqual(
      reference.kinds[kind]?.digests.slice(0, count / 1000),
    )
  },
  300_000,
)

const merges = sharedData('clip/reference/bpe_simple_vocab_16e6.txt.gz')
test.skipIf(merges === null || !reference.kinds.clip)(
  "CLIP's real tokenizer gives the offsets of the reference",
  async () => {
    const tokenizer = await load(JSON.stringify(clipTokenizerJson(merges as string)))
    const count = stringsToTest(reference, 'clip', 5000)
    expect(await encodingDigests(tokenizer, generatedStrings(reference, count))).toEqual(
      reference.kinds.clip?.digests.slice(0, count / 1000),
    )
  },
  300_000,
)

const captions = sharedData('tables/coco_captions_val2017.json')
test.skipIf(captions === null)('real captions have the ids of the reference', async () => {
  const { annotations } = JSON.parse(readFileSync(captions as string, 'utf8')) as {
    annotations: { caption: string }[]
  }
  const texts = annotations.slice(0, 10_000).map(({ caption }) => caption)
  for (const kind of ['siglip', 't5', 'bert-uncased']) {
    expect(await encodingDigests(await load(subwordTokenizer(kind)), texts)).toEqual(
      reference.kinds[kind]?.real.slice(0, 10),
    )
  }
})

test('a file that truncates and pads does neither here', async () => {
  const json = JSON.parse(subwordTokenizer('bert-uncased')) as object
  const cutting = await load(
    JSON.stringify({
      ...json,
      truncation: { direction: 'Right', max_length: 4, strategy: 'LongestFirst', stride: 0 },
      padding: {
        strategy: { Fixed: 32 },
        direction: 'Right',
        pad_to_multiple_of: null,
        pad_id: 0,
        pad_type_id: 0,
        pad_token: '[PAD]',
      },
    }),
  )
  const texts = ['a', 'a photo of the cat and the dog']
  expect(await cutting.ids(texts)).toEqual(await (await load(JSON.stringify(json))).ids(texts))
  expect(cutting.facts.padId).toBe(0)
})

test('what stands around one text and two is found out, and what added tokens are called', async () => {
  const { facts, addedIds } = await load(subwordTokenizer('bert-uncased'))
  expect(facts.single).toMatchObject({ before: [2], after: [3], firstType: 0 })
  expect(facts.pair).toMatchObject({ between: [3], betweenTypes: [0], secondType: 1, after: [3] })
  expect(addedIds(['[CLS]', '[SEP]', 'nobody', '__proto__', 'constructor'])).toEqual({
    '[CLS]': 2,
    '[SEP]': 3,
  })
})

test('a text cannot spell special tokens where they are left out', async () => {
  const [said] = await (await load(subwordTokenizer('bert-uncased'))).ids(['[SEP]'])
  const [text] = await (await load(subwordTokenizer('bert-uncased'), true)).ids(['[SEP]'])
  expect(said).toEqual([2, 3, 3])
  expect(text?.slice(1, -1)).not.toContain(3)
})

const bert = JSON.parse(subwordTokenizer('bert-uncased')) as Record<string, unknown>
const nested = `${'['.repeat(1e5)}${']'.repeat(1e5)}`
test.each([
  ['HTML', '<html>', /not JSON/],
  ['numbers that are none', '{"model":NaN}', /not JSON/],
  ['brackets without end', '['.repeat(200_000), /not JSON/],
  ['a hundred thousand lists in each other', nested, /cannot be used/],
  ['nothing', '{}', /cannot be used \(Model missing/],
  ['a model nobody knows', '{"model":{"type":"Odd"}}', /cannot be used/],
  ['a step nobody knows', bertWith({ type: 'Odd' }), /cannot be used/],
  [
    'a pattern that cannot be read',
    bertWith({ type: 'Replace', pattern: { Regex: '(' }, content: '' }),
    /cannot be used/,
  ],
])('a tokenizer.json of %s is refused with its reason', async (_, json, reason) => {
  await expect(load(json)).rejects.toMatchObject({
    kind: 'model',
    message: expect.stringMatching(reason) as string,
    hint: expect.stringMatching(/again/) as string,
  })
})

function bertWith(normalizer: unknown): string {
  return JSON.stringify({ ...bert, normalizer })
}
