import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseLoose } from '../../../../src/main/evaluation/generated/loose-json.ts'
import { parseGeneration } from '../../../../src/main/evaluation/generated/parse-generation.ts'
import { growth } from '../../../support/growth.ts'
import { metadataOf, png } from './metadata.ts'

const KEYWORDS = [
  'parameters',
  'prompt',
  'workflow',
  'Comment',
  'Dream',
  'sd-metadata',
  'invokeai_metadata',
]

/** The same text in every place where one is looked for. */
const everywhere = (text: string) =>
  metadataOf({
    texts: [...KEYWORDS, 'Software', 'Source', 'fooocus_scheme'].map((keyword) => ({
      keyword,
      text,
    })),
    exif: {
      userComment: text,
      make: `workflow:${text}`,
      model: `prompt:${text}`,
      imageDescription: text,
      makerNote: text,
    },
    xmp: text,
    hidden: text,
  })

test('no text makes a parser throw, and the answer can be stored', () => {
  const words = fc.constantFrom(
    'Steps: 20, ',
    'Negative prompt: ',
    'Seed: 1, ',
    '"',
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '\n',
    '\\',
    '<lora:a:1>',
    'NaN',
    '-Infinity',
    '\0',
    '"class_type":',
    '"inputs":',
    '"sui_image_params":',
    '"__proto__":',
    '-1e999',
    '\ud800',
    'Lora hashes: ',
    ' -s 5 -S ',
  )
  const text = fc
    .array(fc.oneof(words, fc.string(), fc.string({ unit: 'binary' })), { maxLength: 30 })
    .map((parts) => parts.join(''))
  fc.assert(
    fc.property(text, (some) => {
      const found = parseGeneration(everywhere(some))
      expect(JSON.stringify(found).isWellFormed()).toBe(true)
      expect(found.prompt?.includes('\0') ?? false).toBe(false)
      expect(found.problems.join()).not.toContain('could not be read:')
    }),
    { numRuns: 500 },
  )
})

test('no JSON makes a parser throw', () => {
  const key = fc.constantFrom(
    'class_type',
    'inputs',
    'nodes',
    'links',
    'id',
    'type',
    'widgets_values',
    'positive',
    'negative',
    'seed',
    'steps',
    'cfg',
    'images',
    'text',
    'model',
    'loras',
    'sui_image_params',
    'sui_models',
    'prompt',
    'v4_prompt',
    'caption',
    'char_captions',
    'base_model',
    'metadata_scheme',
    'extraMetadata',
    '__proto__',
    'constructor',
    '1',
    '2',
  )
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 5 },
      fc.jsonValue(),
      fc.constantFrom(
        'KSampler',
        'CLIPTextEncode',
        'SaveImage',
        ['1', 0],
        ['2', 0],
        null,
        -1,
        1e300,
      ),
      fc.array(tie('tree'), { maxLength: 4 }),
      fc
        .array(fc.tuple(key, tie('tree')), { maxLength: 6 })
        .map((entries) => Object.fromEntries(entries)),
    ),
  }))
  fc.assert(
    fc.property(tree, (value) => {
      const found = parseGeneration(everywhere(JSON.stringify(value)))
      expect(found.problems.join()).not.toContain('could not be read:')
      expect(found.seed === null || /^\d+$/.test(found.seed)).toBe(true)
    }),
    { numRuns: 500 },
  )
})

test.each([
  ['colons', 'a:'],
  ['open brackets', 'a:{,'],
  ['open quotes', 'a:"'],
  ['quotes that are no JSON', 'a:"x"y,'],
  ['settings', 'Steps: 1, Seed: 2, '],
  ['lines', '\n'],
  ['lines of settings', 'Steps: 1\n'],
  ['spaces', ' '],
  ['tags', '<lora:'],
  ['negatives', 'Negative prompt:\n'],
  ['strings of JSON', '{"a":"'],
  ['square brackets', '['],
  ['options', '" -S '],
  ['digits', '1'],
  ['words', 'sui_image_params base_model '],
])('a text of junk is read in time that grows as it does: %s', async (_, piece) => {
  const work = (bytes: number): unknown =>
    parseGeneration(everywhere(piece.repeat(bytes / piece.length)))
  // From 128 KB to 1 MB.
  expect(await growth(work, { from: 1 << 17, times: 8, atMost: 24 })).toBeLessThan(24)
})

test('a graph in which everything is linked to everything ends', async () => {
  const graphOf = (size: number) => {
    const inputs = Object.fromEntries(
      ['positive', 'negative', 'images', 'latent_image', 'seed', 'conditioning_1', 'text'].flatMap(
        (key) =>
          Array.from({ length: size / 50 }, (_, i) => [
            `${key}${i === 0 ? '' : i}`,
            [String((i * 7919) % size), 0],
          ]),
      ),
    )
    return Object.fromEntries(
      Array.from({ length: size }, (_, i) => [
        i,
        { class_type: i % 2 ? 'KSampler' : 'Concat', inputs },
      ]),
    )
  }
  const texts = new Map([100, 400].map((size) => [size, JSON.stringify(graphOf(size))]))
  const work = (size: number) => parseGeneration(png({ prompt: texts.get(size) as string }))
  // Nodes and inputs both grow.
  expect(await growth(work, { from: 100, times: 4, atMost: 48 })).toBeLessThan(48)
})

test.each<[string, unknown]>([
  ['{"a":NaN,"b":[Infinity,-Infinity],"c":"NaN"}', { a: null, b: [null, null], c: 'NaN' }],
  [
    '{"seed":18446744073709551615,"x":-0.12345678901234567}',
    { seed: '18446744073709551615', x: -0.12345678901234567 },
  ],
  ['{"a":"\\"NaN\\\\"}', { a: '"NaN\\' }],
  [' [1,2e3,-4] ', [1, 2000, -4]],
  ['{"a":}', undefined],
  ['{"a":1', undefined],
  ['', undefined],
  ['['.repeat(1000) + ']'.repeat(1000), undefined],
])('JSON as Python writes it: %s', (text, value) => {
  expect(parseLoose(text)).toEqual(value)
})

test('JSON without NaN and long numbers is read as JSON.parse reads it', () => {
  const isPlain = (text: string): boolean => !/\d{16}/.test(text.replace(/"(\\.|[^"\\])*"/g, ''))
  fc.assert(
    fc.property(fc.json().filter(isPlain), (text) => {
      expect(parseLoose(text)).toEqual(JSON.parse(text))
    }),
  )
})
