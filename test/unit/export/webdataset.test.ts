import { execFileSync } from 'node:child_process'
import { createReadStream, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { extract } from 'tar-stream'
import { describe, expect, it } from 'vitest'
import { tarHeader } from '../../../src/main/export/tar.ts'
import {
  contents,
  item,
  manifestOf,
  parquetRows,
  parquetTypes,
  picture,
  sha256,
  temporaryFolder,
  write,
} from './support.ts'

/** Members of an archive in their order, read by tar-stream. */
async function members(path: string): Promise<{ name: string; bytes: Buffer; mtime: number }[]> {
  const found: { name: string; bytes: Buffer; mtime: number }[] = []
  for await (const entry of createReadStream(path).pipe(extract())) {
    const chunks: Buffer[] = []
    for await (const chunk of entry) chunks.push(chunk as Buffer)
    const { name, mtime } = entry.header
    found.push({ name, bytes: Buffer.concat(chunks), mtime: mtime?.getTime() ?? -1 })
  }
  return found
}

describe('a WebDataset export', () => {
  it('holds picture, text and JSON of each sample next to each other, under their key', async () => {
    const out = join(temporaryFolder(), 'set')
    const jpeg = await picture('jpeg', 1)
    const png = await picture('png', 2)
    await write('webdataset', [item(7, jpeg), item(9, png, { alt: 'zwei\nZeilen\t😀' })], out)

    expect(readdirSync(out).sort()).toEqual([
      '00000.parquet',
      '00000.tar',
      '00000_stats.json',
      'README.md',
      'SHA256SUMS',
      'manifest.json',
    ])
    const found = await members(join(out, '00000.tar'))
    expect(found.map(({ name }) => name)).toEqual([
      '000000000.jpg',
      '000000000.txt',
      '000000000.json',
      '000000001.jpg',
      '000000001.txt',
      '000000001.json',
    ])
    expect(found[0]?.bytes.equals(jpeg)).toBe(true)
    expect(found[3]?.bytes.equals(png)).toBe(true)
    expect(found[4]?.bytes.toString('utf8')).toBe('zwei\nZeilen\t😀')
    expect(found.every(({ mtime }) => mtime === 0)).toBe(true)
    const meta = JSON.parse(found[5]?.bytes.toString('utf8') ?? '') as Record<string, unknown>
    expect(meta).toMatchObject({
      url: 'https://example.org/i/9.jpg',
      caption: 'zwei\nZeilen\t😀',
      key: '000000001',
      status: 'success',
      error_message: null,
      width: 12,
      original_height: 8,
      exif: null,
      sha256: sha256(png),
      mime: 'image/png',
      pair_id: 9,
      archive: 'crawl.warc.gz',
      record_offset: 5_000_000_009,
    })
    expect(meta['similarity']).toBeCloseTo(0.259, 6)
  })

  it("is read by the system's tar", async () => {
    const out = join(temporaryFolder(), 'set')
    const jpeg = await picture('jpeg', 3)
    await write('webdataset', [item(1, jpeg)], out)
    const tar = join(out, '00000.tar')
    const listing = execFileSync('tar', ['-tvf', tar], { encoding: 'utf8' })
    expect(listing.match(/0000000\d\d\.\w+/g)).toEqual([
      '000000000.jpg',
      '000000000.txt',
      '000000000.json',
    ])
    const bytes = execFileSync('tar', ['-xOf', tar, '000000000.jpg'])
    expect(bytes.equals(jpeg)).toBe(true)
  })

  it('has beside each shard a table with the columns of img2dataset', async () => {
    const out = join(temporaryFolder(), 'set')
    const jpeg = await picture('jpeg', 4)
    await write('webdataset', [item(4, jpeg), item(5, jpeg)], out)
    const table = join(out, '00000.parquet')
    expect(Object.keys(parquetTypes(table))).toEqual(
      expect.arrayContaining(
        'url caption key status error_message width height original_width original_height exif sha256'.split(
          ' ',
        ),
      ),
    )
    expect(parquetTypes(table)).toMatchObject({ width: 'Int32', similarity: 'Float64' })
    const rows = parquetRows(table)
    expect(rows.map((row) => row['key'])).toEqual(['000000000', '000000001'])
    expect(rows[0]).toMatchObject({
      url: 'https://example.org/i/4.jpg',
      caption: 'picture 4',
      status: 'success',
      width: 12,
      height: 8,
      record_offset: 5_000_000_004n,
      similarity: Math.fround(0.254),
    })
    expect(rows[1]?.['similarity']).toBeNull()
    expect(JSON.parse(readFileSync(join(out, '00000_stats.json'), 'utf8'))).toEqual({
      count: 2,
      successes: 2,
      failed_to_download: 0,
      failed_to_resize: 0,
      duration: 0,
      status_dict: { success: 2 },
    })
  })

  it('begins a new shard after 10,000 samples, without gaps in the keys for what was skipped', async () => {
    const out = join(temporaryFolder(), 'set')
    const png = await picture('png')
    function* many() {
      for (let id = 1; id <= 10_003; id++) yield item(id, id === 17 ? null : png)
    }
    const { manifest } = await write('webdataset', many(), out)
    expect(manifest.counts).toMatchObject({
      matched: 10_003,
      exported: 10_002,
      pictures: 10_002,
      skipped: { 'no-picture': 1 },
    })
    const names = execFileSync('tar', ['-tf', join(out, '00000.tar')], { encoding: 'utf8' })
      .trimEnd()
      .split('\n')
    expect(names).toHaveLength(30_000)
    expect(names.at(-1)).toBe('000009999.json')
    const second = await members(join(out, '00001.tar'))
    expect(second.map(({ name }) => name).slice(0, 4)).toEqual([
      '000010000.jpg',
      '000010000.txt',
      '000010000.json',
      '000010001.jpg',
    ])
    expect(parquetRows(join(out, '00000.parquet'))).toHaveLength(10_000)
    expect(parquetRows(join(out, '00001.parquet'))).toHaveLength(2)
  })

  it('says what each picture is by its bytes and leaves out what readers cannot open', async () => {
    const out = join(temporaryFolder(), 'set')
    const svg = Buffer.from('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>')
    const { manifest } = await write(
      'webdataset',
      [
        item(1, await picture('webp')),
        item(2, await picture('gif')),
        item(3, await picture('tiff')),
        item(4, svg),
        item(5, await picture('avif')),
        item(6, Buffer.from('<html>not found</html>')),
      ],
      out,
    )
    expect(manifest.counts.skipped).toEqual({
      'picture-type image/avif': 1,
      'picture-type image/svg+xml': 1,
      'picture-type unknown': 1,
    })
    expect(parquetRows(join(out, '00000.parquet')).map((row) => row['mime'])).toEqual([
      'image/webp',
      'image/gif',
      'image/tiff',
    ])
    // The same members in every sample: readers refuse a shard where they differ.
    const names = (await members(join(out, '00000.tar'))).map(({ name }) => name)
    expect(new Set(names.map((name) => name.slice(name.indexOf('.'))))).toEqual(
      new Set(['.jpg', '.txt', '.json']),
    )
    expect(manifestOf(out)).toEqual(manifest)
    expect(contents(out).size).toBe(manifest.files.total)
  })

  it('refuses names and sizes that ustar cannot hold', () => {
    expect(() => tarHeader('a'.repeat(101), 1)).toThrow(RangeError)
    expect(() => tarHeader('ä.txt', 1)).toThrow(RangeError)
    expect(() => tarHeader('a.jpg', 8 * 2 ** 30)).toThrow(RangeError)
  })
})
