import { describe, expect, test } from 'vitest'
import { handyParts } from '../../../src/main/jobs/import/row-parts.ts'
import { unique } from '../../../src/main/tables/csv.ts'
import { HEAVY } from '../../../src/main/tables/index.ts'
import { checkPages } from '../../../src/main/tables/parquet-pages.ts'
import { growth } from '../../support/growth.ts'
import { allRows, file } from './support.ts'

describe('names of columns', () => {
  test('that come twice get a number, whatever stands beside them', () => {
    expect(unique(['a', 'a', 'a_2', 'a', 'b'])).toEqual(['a', 'a_2', 'a_2_2', 'a_3', 'b'])
    const names = unique(new Array<string>(5000).fill('x'))
    expect(new Set(names).size).toBe(5000)
    expect(names.slice(0, 3)).toEqual(['x', 'x_2', 'x_3'])
  })

  test('take time by their number, not by its square', async () => {
    const same = (n: number): string[] => new Array<string>(n).fill('x')
    const times = await growth((n) => unique(same(n)), { from: 2000, times: 8, atMost: 24 })
    expect(times).toBeLessThan(24)
  })
})

describe('a page of a Parquet column', () => {
  /** Thrift's compact protocol by hand: (step of the field << 4) | type, then the value; 0 ends. */
  const I32 = 5
  const STRUCT = 12
  const int = (value: number): number[] => {
    const zigzag = value * 2
    return zigzag < 128 ? [zigzag] : [(zigzag & 127) | 128, zigzag >> 7]
  }
  const field = (step: number, value: number): number[] => [(step << 4) | I32, ...int(value)]
  const check = (header: number[], data = 10): Promise<void> => {
    const bytes = Uint8Array.from([...header, ...new Array<number>(data).fill(0)])
    const meta = { data_page_offset: 0n, total_compressed_size: BigInt(bytes.length) }
    return checkPages(
      (from, to) => Promise.resolve(bytes.slice(from, to)),
      meta as never,
      bytes.length,
    )
  }
  /** type 3 (data, version 2), sizes, then its own struct as field 8. */
  const v2 = (...fields: number[][]): number[] => [
    ...[field(1, 3), field(1, 10), field(1, 10)].flat(),
    (5 << 4) | STRUCT,
    ...fields.flat(),
    0,
    0,
  ]
  const whole = [field(1, 4), field(1, 0), field(1, 4), field(1, 0), field(1, 2), field(1, 0)]

  test('that says all it has to is taken', async () => {
    await expect(check(v2(...whole))).resolves.toBeUndefined()
  })

  test.each<[string, number[], RegExp]>([
    ['without the length of its levels', v2(...whole.slice(0, 4)), /length of its levels/],
    [
      'with levels longer than itself',
      v2(...whole.slice(0, 4), field(1, 9), field(1, 9)),
      /longer than/,
    ],
    ['of more nulls than values', v2(field(1, 4), field(1, 5), ...whole.slice(2)), /more rows/],
    ['of an unknown type', [...field(1, 9), ...field(1, 1), ...field(1, 1), 0], /unknown type 9/],
    ['without a size', [...field(1, 0), 0], /without its size/],
    [
      'that ends beyond its column',
      [...field(1, 1), ...field(1, 50), ...field(1, 50), 0],
      /beyond/,
    ],
  ])('%s is refused', async (_, header, reason) => {
    await expect(check(header)).rejects.toThrow(reason)
  })
})

test('a line that is too long is left out wherever it stands, and the others keep their numbers', async () => {
  const line = (n: number): string => JSON.stringify({ url: `http://a/${n}` })
  const long = `{"url":"${'a'.repeat(70 << 20)}"}`
  const path = file('a.jsonl', [line(1), long, line(2), long].join('\n'))
  const { rows, failures } = await allRows(path)
  expect(rows).toEqual([['http://a/1'], [null], ['http://a/2'], [null]])
  expect(failures.map(({ row, line, reason }) => [row, line, reason])).toEqual([
    [1, 2, 'line-too-long'],
    [3, 4, 'line-too-long'],
  ])
})

describe('parts of a batch', () => {
  const batch = (texts: string[], failed: number[] = []) => ({
    from: 100,
    rows: texts.length,
    values: [texts, texts.map((_, i) => (i === 0 ? Number.NaN : Infinity))],
    failures: failed.map((row) => ({ row, line: null, reason: 'ragged-row', detail: '' })),
    position: 7,
  })

  test('are some millions of characters each, in order, with their failures', () => {
    const third = 'x'.repeat(HEAVY / 3)
    const parts = [...handyParts(batch([third, third, third, third, 'a'], [103]))]
    expect(parts.map(({ from, rows }) => [from, rows])).toEqual([
      [100, 3],
      [103, 2],
    ])
    expect(parts.map(({ failures }) => failures.map(({ row }) => row))).toEqual([[], [103]])
    expect(parts.flatMap(({ values }) => values[0])).toEqual([third, third, third, third, 'a'])
  })

  test('hold no row that is longer: it fails with its reason', () => {
    const parts = [...handyParts(batch(['a', 'x'.repeat(HEAVY + 1), 'b']))]
    expect(parts).toHaveLength(1)
    expect(parts[0]?.values[0]).toEqual(['a', null, 'b'])
    expect(parts[0]?.failures).toMatchObject([{ row: 101, reason: 'row-too-long' }])
  })

  test('hold numbers that JSON has no word for as text', () => {
    const [part] = [...handyParts(batch(['a', 'b']))]
    expect(part?.values[1]).toEqual(['NaN', 'Infinity'])
  })
})
