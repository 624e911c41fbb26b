import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'smol-toml'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { kohyaOf } from '../../../src/main/export/kohya.ts'
import { item, jsonLines, picture, temporaryFolder, write } from './support.ts'

describe('a Hugging Face ImageFolder export', () => {
  it('has metadata.jsonl beside the pictures, with file_name relative to it', async () => {
    const out = join(temporaryFolder(), 'set')
    const jpeg = await picture('jpeg', 1)
    const gif = await picture('gif', 2)
    await write(
      'imagefolder',
      [item(1, jpeg), item(5, gif, { alt: 'עברית "quoted"\r\nline' })],
      out,
    )
    expect(readdirSync(join(out, 'train')).sort()).toEqual([
      '000000000.jpg',
      '000000001.gif',
      'metadata.jsonl',
    ])
    const rows = jsonLines(join(out, 'train/metadata.jsonl'))
    expect(Object.keys(rows[0] ?? {}).slice(0, 3)).toEqual(['file_name', 'text', 'similarity'])
    expect(rows[0]).toMatchObject({
      file_name: '000000000.jpg',
      text: 'picture 1',
      similarity: Math.fround(0.251),
      page_url: 'https://example.org/page/1',
      pair_id: 1,
    })
    expect(rows[1]).toMatchObject({ text: 'עברית "quoted"\r\nline', similarity: null })
    for (const [i, bytes] of [jpeg, gif].entries()) {
      const file = readFileSync(join(out, 'train', String(rows[i]?.['file_name'])))
      expect(file.equals(bytes)).toBe(true)
    }
  })

  it('puts pictures beyond the first 10,000 into folders of their own', async () => {
    const out = join(temporaryFolder(), 'set')
    const png = await picture('png')
    function* many() {
      for (let id = 1; id <= 10_001; id++) yield item(id, png)
    }
    const { manifest } = await write('imagefolder', many(), out)
    const rows = jsonLines(join(out, 'train/metadata.jsonl'))
    expect(rows).toHaveLength(10_001)
    expect(rows[9_999]?.['file_name']).toBe('000009999.png')
    expect(rows[10_000]?.['file_name']).toBe('00001/000010000.png')
    expect(readdirSync(join(out, 'train/00001'))).toEqual(['000010000.png'])
    // The manifest lists the first 10,000 files, the checksums all but themselves.
    expect(manifest.files.list).toHaveLength(10_000)
    expect(manifest.files.total).toBe(10_001 + 3)
    const sums = readFileSync(join(out, 'SHA256SUMS'), 'utf8').trimEnd().split('\n')
    expect(sums).toHaveLength(10_001 + 2)
  })
})

const Coco = z.strictObject({
  info: z.looseObject({ description: z.string(), version: z.string() }),
  licenses: z.array(z.never()),
  images: z.array(
    z.looseObject({
      id: z.number().int().positive(),
      width: z.number().int().positive(),
      height: z.number().int().positive(),
      file_name: z.string(),
    }),
  ),
  annotations: z.array(
    z.looseObject({
      id: z.number().int().positive(),
      image_id: z.number().int().positive(),
      caption: z.string().min(1),
    }),
  ),
})

describe('a COCO captions export', () => {
  it('is valid JSON in the form of COCO, with one image for pairs that share a picture', async () => {
    const out = join(temporaryFolder(), 'set')
    const one = await picture('jpeg', 1)
    const two = await picture('png', 2)
    const { manifest } = await write(
      'coco',
      [item(1, one), item(2, two), item(3, one, { alt: 'again, "so"\n' }), item(4, null)],
      out,
    )
    expect(manifest.counts).toEqual({
      matched: 4,
      exported: 3,
      pictures: 2,
      pictureBytes: one.byteLength + two.byteLength,
      skipped: { 'no-picture': 1 },
    })
    const data = Coco.parse(
      JSON.parse(readFileSync(join(out, 'annotations/captions.json'), 'utf8')),
    )
    expect(data.images.map(({ id, file_name }) => [id, file_name])).toEqual([
      [1, '000000000.jpg'],
      [2, '000000001.png'],
    ])
    expect(data.annotations.map(({ id, image_id, caption }) => [id, image_id, caption])).toEqual([
      [1, 1, 'picture 1'],
      [2, 2, 'picture 2'],
      [3, 1, 'again, "so"\n'],
    ])
    expect(data.annotations[2]).toMatchObject({ pair_id: 3, url: 'https://example.org/i/3.jpg' })
    expect(readdirSync(join(out, 'images')).sort()).toEqual(['000000000.jpg', '000000001.png'])
    expect(readFileSync(join(out, 'images/000000000.jpg')).equals(one)).toBe(true)
    // What waited beside the file is gone.
    expect(readdirSync(out).sort()).toEqual([
      'README.md',
      'SHA256SUMS',
      'annotations',
      'images',
      'manifest.json',
    ])
  })

  it('keeps ids unique and every annotation on an image over thousands of pairs', async () => {
    const out = join(temporaryFolder(), 'set')
    const pictures = await Promise.all(Array.from({ length: 40 }, (_, i) => picture('png', i * 6)))
    function* many() {
      for (let id = 1; id <= 3000; id++) yield item(id, pictures[(id * id) % 40] as Uint8Array)
    }
    await write('coco', many(), out)
    const data = Coco.parse(
      JSON.parse(readFileSync(join(out, 'annotations/captions.json'), 'utf8')),
    )
    const images = new Set(data.images.map(({ id }) => id))
    expect(images.size).toBe(data.images.length)
    expect(data.images.length).toBe(
      new Set(Array.from({ length: 40 }, (_, i) => (i * i) % 40)).size,
    )
    expect(new Set(data.annotations.map(({ id }) => id)).size).toBe(3000)
    expect(data.annotations.every(({ image_id }) => images.has(image_id))).toBe(true)
  })
})

describe('a kohya export', () => {
  it('has a caption of one line beside each picture, and a config that names the folder', async () => {
    const out = join(temporaryFolder(), 'set')
    const trap = ' first\r\nsecond\u2028third\t\u0000 "fourth" \u05d0\u05d1 '
    await write(
      'kohya',
      [item(1, await picture('jpeg')), item(2, await picture('png'), { alt: trap })],
      out,
    )
    expect(readdirSync(join(out, 'images')).sort()).toEqual([
      '000000000.jpg',
      '000000000.txt',
      '000000001.png',
      '000000001.txt',
    ])
    expect(readFileSync(join(out, 'images/000000001.txt'), 'utf8')).toBe(
      'first second third "fourth" \u05d0\u05d1\n',
    )
    expect(jsonLines(join(out, 'pairs.jsonl'))[1]).toMatchObject({
      file_name: 'images/000000001.png',
      text: trap,
    })
    expect(parse(readFileSync(join(out, 'dataset.toml'), 'utf8'))).toEqual({
      general: { caption_extension: '.txt', shuffle_caption: false, keep_tokens: 0 },
      datasets: [
        {
          resolution: 512,
          batch_size: 1,
          enable_bucket: true,
          subsets: [{ image_dir: 'images', num_repeats: 1 }],
        },
      ],
    })
  })

  it('leaves out and counts what the trainer does not open', async () => {
    const out = join(temporaryFolder(), 'set')
    const { manifest } = await write(
      'kohya',
      [item(1, await picture('webp')), item(2, await picture('gif')), item(3, null)],
      out,
    )
    expect(manifest.counts.skipped).toEqual({ 'no-picture': 1, 'picture-type image/gif': 1 })
    expect(manifest.counts.exported).toBe(1)
  })

  it('makes a subset of each folder of pictures, as the trainer does not look into folders', async () => {
    const out = join(temporaryFolder(), 'set')
    const png = await picture('png')
    function* many() {
      for (let id = 1; id <= 21; id++) yield item(id, png)
    }
    await write('kohya', many(), out, { formats: { kohya: kohyaOf(10) } })
    const config = parse(readFileSync(join(out, 'dataset.toml'), 'utf8')) as {
      datasets: { subsets: { image_dir: string }[] }[]
    }
    expect(config.datasets[0]?.subsets.map(({ image_dir }) => image_dir)).toEqual([
      'images',
      'images-00001',
      'images-00002',
    ])
    expect(readdirSync(join(out, 'images-00002')).sort()).toEqual([
      '000000020.png',
      '000000020.txt',
    ])
  })
})
