import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import exifReader from 'exif-reader'
import sharp from 'sharp'
import { afterAll, describe, expect, test } from 'vitest'
import { parseGeneration } from '../../src/main/evaluation/generated/parse-generation.ts'
import { createTie, planImages } from '../../src/main/evaluation/generated/plan-images.ts'
import { walkPictures } from '../../src/main/evaluation/generated/walk-pictures.ts'
import { createPictureHost } from '../../src/main/images/host-client.ts'
import type { PictureMetadata } from '../../src/shared/picture-metadata.ts'
import {
  exifSegment,
  hide,
  pngChunk,
  segment,
  tiffOf,
  withChunks,
  withRiff,
  withSegments,
  withTexts,
  type ExifField,
} from '../support/marked-pictures.ts'

const ENTRY = new URL('../../src/main/images/picture-host.ts', import.meta.url)
const host = createPictureHost(ENTRY, { parallel: 2 })
afterAll(() => host.close())

async function read(bytes: Buffer): Promise<PictureMetadata> {
  const answer = await host.metadata(bytes)
  if (!answer.ok) throw new Error(`${answer.reason}: ${answer.detail}`)
  return answer.metadata
}

const plain = sharp({ create: { width: 40, height: 30, channels: 3, background: '#7f2020' } })
const png = await plain.clone().png().toBuffer()
const jpeg = await plain.clone().jpeg().toBuffer()
const webp = await plain.clone().webp().toBuffer()

const WORDS = 'ein roter Drachen über der Mühle, 猫と犬 🪁'
const TEXT = `${WORDS}\nNegative prompt: Nebel, flou à côté\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 42, Size: 40x30`
const MADE = {
  prompt: WORDS,
  negativePrompt: 'Nebel, flou à côté',
  seed: '42',
  steps: 20,
  guidance: 7,
}

describe('PNG', () => {
  test.each([
    { type: 'iTXt', packed: false },
    { type: 'iTXt', packed: true },
    { type: 'zTXt' },
    { type: 'tEXt' },
  ] as const)(
    'a text in UTF-8 is read from $type (deflated: $packed), at the start and at the end',
    async (how) => {
      for (const place of ['start', 'end'] as const) {
        const metadata = await read(
          withTexts(png, [{ ...how, keyword: 'parameters', text: TEXT }], place),
        )
        expect(metadata).toMatchObject({ mime: 'image/png', width: 40, height: 30, problems: [] })
        expect(metadata.texts).toEqual([{ keyword: 'parameters', text: TEXT }])
        expect(parseGeneration(metadata)).toMatchObject(MADE)
      }
    },
  )

  test.each(['tEXt', 'zTXt'] as const)(
    'a text in Latin-1 is read from %s, as the standard has it',
    async (type) => {
      const text = Buffer.from('Mühle à côté', 'latin1')
      expect((await read(withTexts(png, [{ type, keyword: 'Title', text }]))).texts).toEqual([
        { keyword: 'Title', text: 'Mühle à côté' },
      ])
    },
  )

  test('what libvips writes itself is read, too', async () => {
    const written = await plain
      .clone()
      .withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/">é</x:xmpmeta>')
      .png()
      .toBuffer()
    expect((await read(written)).xmp).toContain('é</x:xmpmeta>')
  })

  test('a bomb of a text is left out by name, and the others are kept', async () => {
    const bomb = { type: 'zTXt', keyword: 'workflow', text: Buffer.alloc(200 << 20) } as const
    const metadata = await read(
      withTexts(png, [bomb, { type: 'tEXt', keyword: 'parameters', text: TEXT }]),
    )
    expect(metadata.texts.map((one) => one.keyword)).toEqual(['parameters'])
    expect(metadata.problems).toEqual([expect.stringContaining('longer than the 8388608 bytes')])
    expect(parseGeneration(metadata).problems).toEqual(metadata.problems)
  })

  test('many texts are read up to 16 MB in all', async () => {
    const texts = Array.from({ length: 5 }, (_, i) => ({
      type: 'iTXt' as const,
      keyword: `k${i}`,
      text: Buffer.alloc(5 << 20, 97),
      packed: true,
    }))
    const metadata = await read(withTexts(png, texts))
    expect(metadata.texts.map((one) => one.keyword)).toEqual(['k0', 'k1', 'k2'])
    expect(metadata.problems).toHaveLength(2)
  })

  test('damaged texts are told and do no harm', async () => {
    const chunks = [
      pngChunk('zTXt', Buffer.from('a\0\0no deflate', 'latin1')),
      pngChunk('tEXt', Buffer.from('\0no keyword')),
      pngChunk('iTXt', Buffer.from('a\0\0\0en')),
      pngChunk('iTXt', Buffer.from('a\0\x01\x05\0\0')),
      pngChunk('tEXt', Buffer.from('b\0kept')),
    ]
    const metadata = await read(withChunks(png, chunks))
    expect(metadata.texts).toEqual([{ keyword: 'b', text: 'kept' }])
    expect(metadata.problems).toHaveLength(4)
  })
})

const utf16be = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16()
const COMMENTS: [string, Buffer][] = [
  ['UTF-16LE', Buffer.concat([Buffer.from('UNICODE\0'), Buffer.from(TEXT, 'utf16le')])],
  ['UTF-16BE', Buffer.concat([Buffer.from('UNICODE\0'), utf16be(TEXT)])],
  [
    'UTF-16BE with a mark of its order',
    Buffer.concat([Buffer.from('UNICODE\0'), utf16be(`\ufeff${TEXT}`)]),
  ],
  ['UTF-8 under UNICODE', Buffer.concat([Buffer.from('UNICODE\0'), Buffer.from(TEXT)])],
  ['UTF-8 under ASCII', Buffer.concat([Buffer.from('ASCII\0\0\0'), Buffer.from(TEXT)])],
  ['UTF-8 under zeros', Buffer.concat([Buffer.alloc(8), Buffer.from(TEXT)])],
]

describe('EXIF', () => {
  test.each(
    COMMENTS.flatMap(([name, value]) =>
      [true, false].flatMap((bigEndian) =>
        (['exif', 'image'] as const).map((ifd) => ({ name, value, bigEndian, ifd })),
      ),
    ),
  )(
    'a UserComment in $name is read (big-endian file: $bigEndian, in $ifd)',
    async ({ value, bigEndian, ifd }) => {
      const tiff = tiffOf([{ tag: 0x9286, type: 7, value, ifd }], bigEndian)
      const files = [
        withSegments(jpeg, [exifSegment(tiff)]),
        withRiff(webp, 40, 30, [['EXIF', tiff]]),
        withChunks(png, [pngChunk('eXIf', tiff)]),
      ]
      for (const file of files) {
        const metadata = await read(file)
        expect(metadata).toMatchObject({ width: 40, height: 30, problems: [] })
        expect(metadata.exif.userComment).toBe(TEXT)
        expect(parseGeneration(metadata)).toMatchObject(MADE)
      }
    },
  )

  test('Make and Model of a WebP hold the graphs of ComfyUI', async () => {
    const graph = {
      1: {
        class_type: 'KSampler',
        inputs: { seed: 5, steps: 9, cfg: 3, positive: ['2', 0], negative: ['2', 0] },
      },
      2: { class_type: 'CLIPTextEncode', inputs: { text: WORDS } },
    }
    const field = (tag: number, text: string): ExifField => ({
      tag,
      type: 2,
      value: Buffer.from(`${text}\0`),
      ifd: 'image',
    })
    const tiff = tiffOf(
      [field(0x10f, 'workflow:{"nodes":[]}'), field(0x110, `prompt:${JSON.stringify(graph)}`)],
      false,
    )
    const metadata = await read(withRiff(webp, 40, 30, [['EXIF', tiff]]))
    expect(parseGeneration(metadata)).toMatchObject({
      program: 'comfyui',
      prompt: WORDS,
      seed: '5',
    })
  })

  test('fields of ASCII are those that exif-reader finds', async () => {
    const written = await plain
      .clone()
      .withExif({
        IFD0: {
          Make: 'A maker',
          Model: 'A model',
          Software: 'A program',
          ImageDescription: 'a kite',
          Artist: 'N. N.',
        },
      })
      .jpeg()
      .toBuffer()
    const { Image } = exifReader((await sharp(written).metadata()).exif as Buffer)
    const { exif } = await read(written)
    expect(exif).toEqual({
      make: Image?.Make,
      model: Image?.Model,
      software: Image?.Software,
      imageDescription: Image?.ImageDescription,
      artist: Image?.Artist,
    })
    expect(exif.imageDescription).toBe('a kite')
  })

  test('fields that point nowhere, or at themselves, do no harm', async () => {
    const tiff = tiffOf(
      [{ tag: 0x9286, type: 7, value: Buffer.from('ASCII\0\0\0kept'), ifd: 'image' }],
      false,
    )
    const circle = Buffer.from(tiff)
    // The Exif IFD is the second entry; its place becomes that of IFD0.
    circle.writeUInt32LE(8, 8 + 2 + 12 + 8)
    expect((await read(withRiff(webp, 40, 30, [['EXIF', circle]]))).exif.userComment).toBe('kept')
    const beyond = Buffer.from(tiff)
    beyond.writeUInt32LE(0xfffffff0, 4)
    expect((await read(withRiff(webp, 40, 30, [['EXIF', beyond]]))).exif).toEqual({})
  })
})

test('a comment of a JPEG is read', async () => {
  const metadata = await read(withSegments(jpeg, [segment(0xfe, Buffer.from(TEXT))]))
  expect(parseGeneration(metadata)).toMatchObject(MADE)
})

test('Content Credentials tell the origin in JPEG, PNG and WebP', async () => {
  const text = (words: string): Buffer =>
    Buffer.concat([Buffer.from([0x78, words.length]), Buffer.from(words)])
  const store = Buffer.concat([
    Buffer.from('jumbc2pa.actions'),
    text('digitalSourceType'),
    text('http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia'),
    text('claim_generator'),
    text('A generator 1.0'),
  ])
  const box = Buffer.concat([Buffer.from('JP\0\x01\0\0\0\x01', 'latin1'), store])
  for (const file of [
    withSegments(jpeg, [segment(0xeb, box)]),
    withChunks(png, [pngChunk('caBX', store)]),
    withRiff(webp, 40, 30, [['C2PA', store]]),
  ]) {
    const metadata = await read(file)
    expect(metadata.credentials).toEqual({
      digitalSourceType: 'trainedAlgorithmicMedia',
      generator: 'A generator 1.0',
    })
    expect(parseGeneration(metadata)).toMatchObject({
      program: null,
      origin: 'trainedAlgorithmicMedia',
    })
  }
})

describe('text hidden in the pixels', () => {
  test.each([
    { channels: 4, packed: true },
    { channels: 4, packed: false },
    { channels: 3, packed: true },
    { channels: 3, packed: false },
  ] as const)('is read ($channels channels, gzip: $packed)', async ({ channels, packed }) => {
    const pixels = hide(TEXT, 64, 48, channels, packed)
    const raw = sharp(pixels, { raw: { width: 64, height: 48, channels } })
    for (const file of [
      await raw.clone().png().toBuffer(),
      await raw.clone().webp({ lossless: true, exact: true }).toBuffer(),
    ]) {
      // A lossless WebP without alpha is not told from a lossy one, so nothing is looked for.
      if (channels === 3 && file.toString('latin1', 8, 12) === 'WEBP') continue
      expect(parseGeneration(await read(file))).toMatchObject(MADE)
    }
  })

  test('that says it is longer than the picture is told', async () => {
    const pixels = hide('x'.repeat(100), 64, 48, 4, false)
    // The length stands in column 2 (bits 120 to 151 of columns of 48).
    for (let y = 24; y < 48; y++) pixels[(y * 64 + 2) * 4 + 3] = 0xff
    const metadata = await read(
      await sharp(pixels, { raw: { width: 64, height: 48, channels: 4 } })
        .png()
        .toBuffer(),
    )
    expect(metadata.hidden).toBeNull()
    expect(metadata.problems).toEqual([expect.stringContaining('bits long')])
  })
})

test('files are read where they lie, and what is no picture is an answer', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'metadata-')), 'a.png')
  writeFileSync(path, withTexts(png, [{ type: 'tEXt', keyword: 'parameters', text: TEXT }]))
  expect(await host.metadata({ path })).toMatchObject({ ok: true, metadata: { width: 40 } })
  expect(await host.metadata({ path: `${path}.no` })).toMatchObject({
    ok: false,
    reason: 'unreadable',
  })
  expect(await host.metadata(Buffer.from('<html>'))).toMatchObject({
    ok: false,
    reason: 'not-a-picture html',
  })
  expect(host.restarts).toBe(0)
})

test('a folder of pictures finds the prompts of its study by what each says', async () => {
  const prompts = ['a kite', 'a kite, at night'].map((text, level) => ({
    group: 'kite',
    kind: 'k',
    level,
    text,
  }))
  const folder = mkdtempSync(join(tmpdir(), 'study-'))
  const say = (prompt: string, seed: number): string =>
    `${prompt}\nSteps: 9, Sampler: Euler, CFG scale: 4, Seed: ${seed}`
  const marked = (text: string): Buffer =>
    withTexts(png, [{ type: 'iTXt', keyword: 'parameters', text }])
  const comment = (text: string): Buffer => Buffer.concat([Buffer.from('UNICODE\0'), utf16be(text)])
  writeFileSync(join(folder, 'x2.png'), marked(say('a kite', 2)))
  writeFileSync(join(folder, 'x10.png'), marked(say('a kite', 1)))
  const tiff = tiffOf(
    [{ tag: 0x9286, type: 7, value: comment(say('A kite, at night, 8k', 1)), ifd: 'exif' }],
    true,
  )
  writeFileSync(join(folder, 'y.jpg'), withSegments(jpeg, [exifSegment(tiff)]))
  writeFileSync(join(folder, 'plain.png'), png)
  writeFileSync(join(folder, 'broken.png'), png.subarray(0, 20))
  writeFileSync(join(folder, 'log.txt'), '')

  const { files, leftOut } = await walkPictures(folder)
  const tie = createTie(prompts, { by: 'metadata' })
  const ties = await Promise.all(
    files.map(async (file) => {
      const answer = await host.metadata({ path: file.path })
      return tie(file, answer.ok ? parseGeneration(answer.metadata) : null)
    }),
  )
  const plan = planImages(prompts, ties)
  expect(
    plan.images.map(({ name, prompt, take, seed, guessed }) => [name, prompt, take, seed, guessed]),
  ).toEqual([
    ['x10.png', 0, 0, '1', []],
    ['x2.png', 0, 1, '2', []],
    ['y.jpg', 1, 0, '1', ['prompt']],
  ])
  expect(plan.missing).toEqual([{ prompt: 1, group: 'kite', kind: 'k', level: 1, take: 1 }])
  expect(plan.unmatched.map(({ name, reason }) => [name, reason])).toEqual([
    ['broken.png', 'no-prompt-in-metadata'],
    ['plain.png', 'no-prompt-in-metadata'],
  ])
  expect(leftOut.map(({ name }) => name)).toEqual(['log.txt'])
})
