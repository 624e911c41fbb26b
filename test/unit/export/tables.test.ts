import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Pair } from '#shared/domain.ts'
import { laionHash, murmur3 } from '../../../src/main/export/murmur3.ts'
import { parquetOf } from '../../../src/main/export/parquet.ts'
import {
  item,
  jsonLines,
  parquetRows,
  parquetTypes,
  picture,
  temporaryFolder,
  write,
} from './support.ts'

describe('a Parquet export', () => {
  it("has LAION's columns in LAION's types, read by a reader in Rust", async () => {
    const out = join(temporaryFolder(), 'set')
    await write('parquet', [item(1, await picture('jpeg')), item(5, null)], out)
    const file = join(out, 'part-00000.parquet')
    expect(Object.entries(parquetTypes(file)).slice(0, 6)).toEqual([
      ['URL', 'Utf8'],
      ['TEXT', 'Utf8'],
      ['WIDTH', 'Int32'],
      ['HEIGHT', 'Int32'],
      ['similarity', 'Float64'],
      ['hash', 'Int64'],
    ])
    const [first, second] = parquetRows(file)
    expect(first).toMatchObject({
      URL: 'https://example.org/i/1.jpg',
      TEXT: 'picture 1',
      WIDTH: 12,
      HEIGHT: 8,
      similarity: Math.fround(0.251),
      hash: laionHash('https://example.org/i/1.jpg', 'picture 1'),
      pair_id: 1n,
      record_offset: 5_000_000_001n,
    })
    // Addresses without a picture belong into a list of addresses.
    expect(second).toMatchObject({ WIDTH: null, HEIGHT: null, similarity: null, sha256: null })
  })

  it('keeps every text whole, whatever is in it', async () => {
    const out = join(temporaryFolder(), 'set')
    const texts = [
      'tab\tnew\nline\r\n',
      'nul \u0000 inside',
      '\u202eright to left\u202c עברית',
      'family 👨‍👩‍👧‍👦 and 𝒜stral',
      'x'.repeat(10_240),
      'ends with a lone \ud83d',
      '"quotes", commas; \\ backslash',
    ]
    await write(
      'parquet',
      texts.map((alt, i) => item(i + 1, null, { alt })),
      out,
    )
    const rows = parquetRows(join(out, 'part-00000.parquet'))
    expect(rows.map((row) => row['TEXT'])).toEqual(texts.map((text) => text.toWellFormed()))
  })

  it('skips pairs without words and counts them', async () => {
    const out = join(temporaryFolder(), 'set')
    const { manifest } = await write(
      'parquet',
      [
        item(1, null, { alt: null }),
        item(2, null, { alt: '' }),
        item(3, null, { alt: ' \n\u00a0\t' }),
        item(4, null),
      ],
      out,
    )
    expect(manifest.counts).toMatchObject({ matched: 4, exported: 1, skipped: { 'no-text': 3 } })
  })

  it('goes on in another file, and writes row groups of bounded size', async () => {
    const out = join(temporaryFolder(), 'set')
    const long = 'word '.repeat(2000)
    function* many() {
      for (let id = 1; id <= 2500; id++) yield item(id, null, { alt: `${id} ${long}` })
    }
    await write('parquet', many(), out, { formats: { parquet: parquetOf(2400) } })
    expect(readdirSync(out).filter((name) => name.endsWith('.parquet'))).toEqual([
      'part-00000.parquet',
      'part-00001.parquet',
    ])
    const rows = [0, 1].flatMap((n) => parquetRows(join(out, `part-0000${n}.parquet`)))
    expect(rows).toHaveLength(2500)
    expect(rows.every((row, i) => row['TEXT'] === `${i + 1} ${long}`)).toBe(true)
    const { parquetMetadata } = await import('hyparquet')
    const bytes = readFileSync(join(out, 'part-00000.parquet'))
    const meta = parquetMetadata(
      bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength),
    )
    expect(meta.row_groups.length).toBeGreaterThan(1)
  })
})

describe("LAION's hash", () => {
  it('equals mmh3.hash64(...)[0]', () => {
    // Worked out with Python's mmh3 5.1.
    const known: [string, bigint][] = [
      ['', 0n],
      ['a', -8839064797231613815n],
      ['é'.repeat(50), -716438983163371995n],
      ['0123456789abcde', -6472281833689111727n],
      ['0123456789abcdef', 5467490433528156583n],
      ['0123456789abcdef0', -1502884478548852619n],
    ]
    for (const [text, hash] of known) {
      expect(murmur3(new TextEncoder().encode(text)), JSON.stringify(text)).toBe(hash)
    }
    expect(laionHash('http://example.com/a.jpg', 'A red fox')).toBe(4174323895670211713n)
  })
})

describe('a JSON Lines export', () => {
  it('holds every pair whole, also without words or picture', async () => {
    const out = join(temporaryFolder(), 'set')
    const items = [
      item(1, await picture('png')),
      item(2, null, { alt: null }),
      item(3, null, { alt: '' }),
      item(4, null, { alt: 'a\nb \u2028 \u0000 "c"' }),
    ]
    const { manifest } = await write('jsonl', items, out)
    const lines = jsonLines(join(out, 'pairs.jsonl'))
    expect(lines.map((line) => Pair.parse(line))).toEqual(items.map(({ pair }) => pair))
    expect(manifest.counts).toMatchObject({ matched: 4, exported: 4, pictures: 0, skipped: {} })
  })

  it('never writes a lone surrogate, which other readers refuse', async () => {
    const out = join(temporaryFolder(), 'set')
    await write('jsonl', [item(1, null, { alt: 'cut \ud83d' })], out)
    expect(readFileSync(join(out, 'pairs.jsonl'), 'utf8')).toContain('cut \ufffd')
  })
})
