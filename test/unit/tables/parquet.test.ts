import { readFileSync } from 'node:fs'
import {
  Bool,
  Dictionary,
  Float32,
  Int32,
  Int64,
  List,
  Field,
  Table,
  TimestampMillisecond,
  Utf8,
  vectorFromArray,
} from 'apache-arrow'
import { describe, expect, it } from 'vitest'
import { openTable } from '../../../src/main/tables/index.ts'
import { sharedData } from '../../support/shared-data.ts'
import { CODECS, allRows, file, parquet } from './support.ts'

const urls = (n: number): string[] => Array.from({ length: n }, (_, i) => `http://a/${i}.jpg`)

describe('a Parquet file', () => {
  it.each(CODECS)('is read where its pages are %s', async (codec) => {
    const columns = { URL: urls(3000), TEXT: urls(3000).map((url) => `picture at ${url}`) }
    const path = file('a.parquet', parquet(columns, { codec }))
    const { rows } = await allRows(path)
    expect(rows).toHaveLength(3000)
    expect(rows[2999]).toEqual(['http://a/2999.jpg', 'picture at http://a/2999.jpg'])
  })

  it('gives every row once across row groups, from any row on', async () => {
    const path = file('a.parquet', parquet({ URL: urls(130_000) }, { groupRows: 60_000 }))
    const whole = await allRows(path)
    expect(whole.rows.map(([url]) => url)).toEqual(urls(130_000))
    for (const from of [1, 60_000, 117_000, 130_000]) {
      const rest = await allRows(path, { from })
      expect(rest.rows.map(([url]) => url)).toEqual(urls(130_000).slice(from))
    }
  })

  it('reads dictionaries, nulls, 64-bit integers, floats, times and flags as single values', async () => {
    const table = new Table({
      word: vectorFromArray(['a', 'b', null, 'a'], new Dictionary(new Utf8(), new Int32())),
      big: vectorFromArray([1n, -5n, null, 9_007_199_254_740_993n], new Int64()),
      score: vectorFromArray([0.25, null, 0.5, Number.NaN], new Float32()),
      flag: vectorFromArray([true, false, null, true], new Bool()),
      when: vectorFromArray([0, null, 1000, 2000], new TimestampMillisecond()),
      empty: vectorFromArray([null, null, null, null], new Utf8()),
    })
    const path = file('a.parquet', parquet(table))
    const { rows } = await allRows(path)
    expect(rows).toEqual([
      ['a', 1, 0.25, true, '1970-01-01T00:00:00.000Z', null],
      ['b', -5, null, false, null, null],
      [null, null, 0.5, null, '1970-01-01T00:00:01.000Z', null],
      ['a', '9007199254740993', Number.NaN, true, '1970-01-01T00:00:02.000Z', null],
    ])
    const opened = await openTable(path)
    expect(opened.columns.map(({ type }) => type)).toEqual([
      'text',
      'integer',
      'number',
      'boolean',
      'date',
      'text',
    ])
    await opened.close()
  })

  it('says which columns are nested, and reads the others beside them', async () => {
    const table = new Table({
      URL: vectorFromArray(['http://a/1', 'http://a/2'], new Utf8()),
      faces: vectorFromArray([[1, 2], []], new List(new Field('item', new Int32()))),
    })
    const path = file('a.parquet', parquet(table))
    const opened = await openTable(path)
    expect(opened.columns).toEqual([
      { name: 'URL', type: 'text' },
      { name: 'faces', type: 'nested' },
    ])
    await opened.close()
    expect((await allRows(path)).rows).toEqual([
      ['http://a/1', null],
      ['http://a/2', null],
    ])
  })

  it('tells the range of numbers from its own statistics', async () => {
    const path = file(
      'a.parquet',
      parquet({ similarity: Float32Array.from([0.25, 31, -0.5]) as never }),
    )
    const opened = await openTable(path)
    expect(opened.ranges.get('similarity')).toEqual({ min: -0.5, max: 31 })
    await opened.close()
  })

  it('is refused with a reason when it is none, cut short, encrypted or damaged', async () => {
    const good = parquet({ URL: urls(500) }, { codec: 'UNCOMPRESSED' })
    const encrypted = Buffer.from(good)
    encrypted.write('PARE', encrypted.length - 4)
    const footer = Buffer.from(good)
    footer.writeUInt32LE(0xfffffff0, footer.length - 8)
    for (const [content, kind, said] of [
      ['<html>rate limited</html>', 'damaged', /does not begin with PAR1/],
      ['version https://git-lfs', 'damaged', /does not begin with PAR1/],
      [good.subarray(0, good.length - 100), 'damaged', /cut short/],
      [encrypted, 'unsupported', /encrypted/],
      [footer, 'damaged', /footer/],
    ] as const) {
      await expect(openTable(file('a.parquet', content))).rejects.toMatchObject({
        kind,
        message: expect.stringMatching(said) as string,
      })
    }
  })

  it('never crashes on flipped bytes: rows come out or a clear error', async () => {
    const good = parquet({
      URL: urls(200),
      n: Int32Array.from({ length: 200 }, (_, i) => i) as never,
    })
    let state = 7
    const random = (below: number): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0
      return (state >>> 8) % below
    }
    for (let round = 0; round < 60; round++) {
      const bytes = Buffer.from(good)
      for (let k = 0; k < 3; k++) bytes[4 + random(bytes.length - 8)] = random(256)
      const outcome = await allRows(file('a.parquet', bytes)).then(
        ({ rows }) => rows.length,
        (error: unknown) => (error as { kind?: string }).kind,
      )
      expect([
        200,
        'damaged',
        'unsupported',
        ...(typeof outcome === 'number' ? [outcome] : []),
      ]).toContain(outcome)
    }
  })

  it('reads the 10,000 rows that people get from LAION', async ({ skip }) => {
    const path = sharedData('tables/laion-like-10000.parquet')
    if (path === null) return skip('no real data')
    expect(readFileSync(path).length).toBeGreaterThan(1e6)
    const { rows } = await allRows(path, { columns: ['URL', 'TEXT'] })
    expect(rows).toHaveLength(10_000)
    expect(rows.every(([url]) => typeof url === 'string')).toBe(true)
  })
})
