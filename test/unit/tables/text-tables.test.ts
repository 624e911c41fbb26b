import { gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { openTable, recogniseTable } from '../../../src/main/tables/index.ts'
import { sharedData } from '../../support/shared-data.ts'
import { allRows, file } from './support.ts'

describe('a CSV file', () => {
  it('keeps delimiters, quotes and line breaks inside quoted fields', async () => {
    const path = file('a.csv', 'url,text\r\nhttp://a/1,"one, ""two""\nthree"\r\nhttp://a/2,\r\n')
    expect((await allRows(path)).rows).toEqual([
      ['http://a/1', 'one, "two"\nthree'],
      ['http://a/2', ''],
    ])
  })

  it('is understood with tabs, semicolons and a byte order mark', async () => {
    for (const [name, delimiter] of [
      ['a.tsv', '\t'],
      ['a.csv', ';'],
      ['a.txt', '|'],
    ] as const) {
      const path = file(name, `\ufeffurl${delimiter}text\nhttp://a/1${delimiter}a, b\n`)
      const { columns, rows } = await allRows(path)
      expect(columns).toEqual(['url', 'text'])
      expect(rows).toEqual([['http://a/1', 'a, b']])
    }
  })

  it('is read as UTF-16 and as windows-1252 where it is that', async () => {
    const text = 'url,text\nhttp://a/1,Größe – 日本\n'
    const little = Buffer.from('\ufeff' + text, 'utf16le')
    const big = Buffer.from(little).swap16()
    for (const bytes of [little, big, Buffer.from(text, 'utf16le')]) {
      expect((await allRows(file('a.csv', bytes))).rows).toEqual([['http://a/1', 'Größe – 日本']])
    }
    const old = Buffer.from('url,text\nhttp://a/1,Gr\xf6\xdfe\n', 'latin1')
    expect((await allRows(file('a.csv', old))).rows).toEqual([['http://a/1', 'Größe']])
  })

  it('is unpacked from gzip and zstd, whatever its name', async () => {
    const text = 'url,text\nhttp://a/1,x\n'
    for (const bytes of [gzipSync(text), zstdCompressSync(text)]) {
      expect((await allRows(file('a.csv', bytes))).rows).toEqual([['http://a/1', 'x']])
    }
  })

  it('counts ragged rows with their line and goes on, the numbers of rows unshifted', async () => {
    const path = file(
      'a.csv',
      'url,text\nhttp://a/0,"x\ny"\nhttp://a/1,b,c\nhttp://a/2\nhttp://a/3,d\n',
    )
    const { rows, failures } = await allRows(path)
    expect(rows).toEqual([
      ['http://a/0', 'x\ny'],
      [null, null],
      [null, null],
      ['http://a/3', 'd'],
    ])
    expect(failures.map(({ row, line, reason }) => [row, line, reason])).toEqual([
      [1, 4, 'ragged-row'],
      [2, 5, 'ragged-row'],
    ])
  })

  it('goes on at any row', async () => {
    const lines = Array.from({ length: 25 }, (_, i) => `http://a/${i},t${i}`)
    const path = file('a.csv', `url,text\n${lines.join('\n')}`)
    const whole = await allRows(path, { rows: 10 })
    expect(whole.batches).toBe(3)
    expect(whole.rows).toHaveLength(25)
    expect((await allRows(path, { from: 13, rows: 10 })).rows).toEqual(whole.rows.slice(13))
  })

  it('is a list where each line is one address, whatever commas are in it', async () => {
    const addresses = [0, 1, 2].map((n) => `https://a.example/${n}.jpg?part=12,8,a0&w=8`)
    for (const [name, content] of [
      ['a.txt', addresses.join('\n')],
      ['a.txt.gz', gzipSync(addresses.join('\r\n'))],
      ['a.csv', `url\n${addresses.join('\n')}\n`],
    ] as const) {
      const path = file(name, content)
      expect((await allRows(path)).rows).toEqual(addresses.map((one) => [one]))
      const { columns, problems } = await recogniseTable(path)
      expect(columns).toMatchObject([{ role: 'url' }])
      expect(problems.join()).toMatch(/Each line is one address/)
    }
    // With a word behind the comma under a .csv it stays a table.
    const pairs = file('a.csv', 'http://a/1,dog\nhttp://a/2,cat\n')
    expect((await allRows(pairs)).rows[0]).toEqual(['http://a/1', 'dog'])
  })

  it('takes the separator that its first line names', async () => {
    for (const [delimiter, quote] of [
      [';', ''],
      [',', '"'],
      ['\t', ''],
      ['^', ''],
    ] as const) {
      const rows = ['url', 'http://a/1', 'http://a/2,b'].map((url, i) =>
        [url.includes(delimiter) ? `"${url}"` : url, i === 0 ? 'text' : `t${i}`].join(delimiter),
      )
      const path = file(
        'a.csv',
        `\ufeff${quote}sep=${delimiter}${quote}\r\n${rows.join('\r\n')}\r\n`,
      )
      const { columns, rows: found } = await allRows(path)
      expect(columns).toEqual(['url', 'text'])
      expect(found).toEqual([
        ['http://a/1', 't1'],
        ['http://a/2,b', 't2'],
      ])
    }
    const ragged = file('a.csv', 'sep=;\nurl;text\nhttp://a/1;x\nhttp://a/2\n')
    expect((await allRows(ragged)).failures).toMatchObject([{ row: 1, line: 4 }])
  })

  it('reads decimal commas, and says where a comma could mean thousands', async () => {
    const path = file('a.csv', 'url;similarity;n\nhttp://a/1;0,312;7\nhttp://a/2;-0,02;8\n')
    const { columns, problems } = await recogniseTable(path)
    expect(columns).toMatchObject([
      { role: 'url' },
      { role: 'score', type: 'number', range: { min: -0.02, max: 0.312 } },
      { type: 'integer' },
    ])
    expect(problems.join()).toMatch(/similarity have a decimal comma/)
    expect((await allRows(path)).rows.map((row) => row[1])).toEqual(['0.312', '-0.02'])
    const sure = file('a.tsv', 'url\tsimilarity\nhttp://a/1\t0,31\nhttp://a/2\t1,000\n')
    expect((await recogniseTable(sure)).columns[1]).toMatchObject({ role: 'score', type: 'number' })
    const unsure = file('a.tsv', 'url\tsimilarity\nhttp://a/1\t1,234\nhttp://a/2\t1,000\n')
    const seen = await recogniseTable(unsure)
    expect(seen.columns[1]).toMatchObject({ role: 'ignore', type: 'text' })
    expect(seen.problems.join()).toMatch(/numbers of similarity are not taken/)
  })

  it('names its columns by number where there is no heading', async () => {
    const path = file('a.tsv', 'a dog\thttp://a/1\na cat\thttp://a/2\n')
    const { columns, rows } = await allRows(path)
    expect(columns).toEqual(['column_1', 'column_2'])
    expect(rows).toHaveLength(2)
  })

  it('takes a quote for a character where fields with tabs are not quoted', async () => {
    const lines = Array.from(
      { length: 30 },
      (_, i) => `${i % 3 ? '"' : ''}screen ${i}\thttp://a/${i}`,
    )
    const { rows } = await allRows(file('a.tsv', `text\turl\n${lines.join('\n')}\n`))
    expect(rows).toHaveLength(30)
    expect(rows[1]).toEqual(['"screen 1', 'http://a/1'])
  })

  it('says where a quote is never closed, after the rows before it', async () => {
    const path = file('a.csv', 'url,text\nhttp://a/1,x\nhttp://a/2,"y\nhttp://a/3,z\n')
    await expect(allRows(path)).rejects.toMatchObject({
      kind: 'damaged',
      message: expect.stringMatching(/line 3 /) as string,
    })
  })

  it('holds a text of a million characters', async () => {
    const text = 'x, "'.repeat(250_000)
    const path = file('a.csv', `url,text\nhttp://a/1,"${text.replaceAll('"', '""')}"\n`)
    expect((await allRows(path)).rows[0]?.[1]).toBe(text)
  })

  it('is refused when it is a page, a picture of nothing or an array of numpy', async () => {
    for (const [name, content, kind] of [
      ['a.csv', '<html><body>404</body></html>', 'invalid-input'],
      ['a.csv', '', 'invalid-input'],
      ['a.npy', '\x93NUMPY', 'unsupported'],
      ['a.csv', 'just a line of words', 'invalid-input'],
    ] as const) {
      await expect(openTable(file(name, content))).rejects.toMatchObject({ kind })
    }
  })

  it('says that a packed file is cut short', async () => {
    const packed = gzipSync('url,text\n' + 'http://a/1,x\n'.repeat(1000))
    const path = file('a.csv.gz', packed.subarray(0, packed.length - 20))
    await expect(allRows(path)).rejects.toMatchObject({ kind: 'damaged' })
  })
})

describe('a JSON file', () => {
  it('is read line by line, bad lines counted', async () => {
    const lines = [
      '{"url": "http://a/0", "text": "a", "n": 1.5}',
      '',
      '{"url": "http://a/1", "text": ',
      '[1, 2]',
      '{"url": "http://a/2", "text": null, "tags": ["x"]}',
    ]
    const { columns, rows, failures } = await allRows(file('a.jsonl', lines.join('\n')))
    expect(columns).toEqual(['url', 'text', 'n', 'tags'])
    expect(rows[0]).toEqual(['http://a/0', 'a', 1.5, null])
    expect(rows[3]).toEqual(['http://a/2', null, null, null])
    expect(failures.map(({ row, line, reason }) => [row, line, reason])).toEqual([
      [1, 3, 'bad-json'],
      [2, 4, 'not-an-object'],
    ])
  })

  it('keeps lone surrogates and astral characters of JSON as they are', async () => {
    const { rows } = await allRows(file('a.jsonl', '{"url":"u","text":"\\ud83d and 😀"}\n'))
    expect(rows[0]?.[1]).toBe('\ud83d and 😀')
  })

  it("takes NaN and Infinity of Python's json for no value, and words like them for words", async () => {
    const lines = [
      '{"url": "http://a/1", "similarity": NaN, "text": "NaN is \\"not\\" -Infinity"}',
      '{"url": "http://a/2", "similarity": -Infinity, "text": NaN}',
      '{"url": "http://a/3", "similarity": 0.25, "text": "x"}',
      '{"url": "http://a/4", "similarity": NaN, "text": "never closed}',
    ]
    const { rows, failures } = await allRows(file('a.jsonl', lines.join('\n')))
    expect(rows.slice(0, 3)).toEqual([
      ['http://a/1', null, 'NaN is "not" -Infinity'],
      ['http://a/2', null, null],
      ['http://a/3', 0.25, 'x'],
    ])
    expect(failures).toMatchObject([{ row: 3, reason: 'bad-json' }])
    const list = file('a.json', `[${lines.slice(0, 3).join(',')}]`)
    expect((await allRows(list)).rows).toEqual(rows.slice(0, 3))
  })

  it('may be one array, packed or not', async () => {
    const text = JSON.stringify([{ url: 'http://a/1' }, 5, { url: 'http://a/2' }], null, 2)
    for (const bytes of [Buffer.from(text), gzipSync(text)]) {
      const { rows, failures } = await allRows(file('a.json', bytes))
      expect(rows).toEqual([['http://a/1'], [null], ['http://a/2']])
      expect(failures).toMatchObject([{ row: 1, reason: 'not-an-object' }])
    }
  })

  it("makes one row of each of COCO's captions, its image beside it", async () => {
    const coco = {
      images: [
        { id: 7, file_name: '7.jpg', width: 4, height: 3, coco_url: 'http://a/7.jpg' },
        { id: 8, file_name: '8.jpg' },
      ],
      annotations: [
        { id: 1, image_id: 7, caption: 'one' },
        { id: 2, image_id: 9, caption: 'lost' },
        { id: 3, image_id: 7, caption: 'two' },
      ],
    }
    const path = file('captions.json', JSON.stringify(coco))
    const table = await openTable(path)
    expect(table.format).toBe('coco')
    expect(table.problems).toEqual(['1 images have no caption and make no pair.'])
    const { rows, failures } = await allRows(path, { columns: ['coco_url', 'width', 'caption'] })
    expect(rows).toEqual([
      ['http://a/7.jpg', 4, 'one'],
      [null, null, null],
      ['http://a/7.jpg', 4, 'two'],
    ])
    expect(failures).toMatchObject([{ row: 1, reason: 'no-such-image' }])
  })

  it("reads all 25,014 of COCO's validation captions", async ({ skip }) => {
    const path = sharedData('tables/coco_captions_val2017.json')
    if (path === null) return skip('no real data')
    const { rows, failures } = await allRows(path, { columns: ['coco_url', 'caption'] })
    expect(rows).toHaveLength(25_014)
    expect(failures).toEqual([])
    expect(new Set(rows.map(([url]) => url)).size).toBe(5000)
  })
})
