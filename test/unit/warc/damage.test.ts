import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  asFile,
  asStream,
  gzipEach,
  makeRecord,
  makeResponse,
  readAll,
  reasons,
  texts,
} from './make.ts'
import { growth } from '../../support/growth.ts'

const page = (text: string): Buffer => makeRecord('response', makeResponse(text))
const block = (text: string): string => makeResponse(text).toString('latin1')

describe('a damaged gzip archive', () => {
  const pages = Array.from(
    { length: 20 },
    (_, i) => `page ${i} ${'text '.repeat(500)}${Math.sin(i)}`,
  )
  const members = pages.map((text) => gzipSync(page(text)))

  it('loses only the member that is corrupt', async () => {
    const broken = members.map((member) => Buffer.from(member))
    broken[7]?.fill(0xff, 40, 60)
    const { records, failures } = await readAll(asFile(Buffer.concat(broken)))
    const offset = members.slice(0, 7).reduce((sum, member) => sum + member.length, 0)
    expect(failures).toMatchObject([{ reason: 'corrupt-gzip', offset, lost: true }])
    const whole = texts(records.filter((record) => !record.truncated))
    expect(whole).toEqual(pages.filter((_, i) => i !== 7).map(block))
    // Offsets behind the damage are still those of the members.
    expect(records.at(-1)?.nextOffset).toBe(Buffer.concat(members).length)
  })

  it('gives what a corrupt member holds before the damage', async () => {
    const text = Array.from({ length: 3000 }, (_, i) => `${Math.cos(i)}`).join(' ')
    const member = gzipSync(page(text))
    const middle = member.length >> 1
    member.fill(0, middle, middle + 200)
    const { records, failures } = await readAll(asFile(Buffer.concat([member, ...members])))
    expect(reasons(failures)).toContain('corrupt-gzip')
    expect(records[0]?.truncated).toBe(true)
    expect(records[0]?.block.length).toBeGreaterThan(text.length / 3)
    expect(block(text).startsWith(texts(records)[0]!.slice(0, text.length / 3))).toBe(true)
    expect(records).toHaveLength(21)
  })

  it('reports a checksum that does not fit', async () => {
    const wrong = Buffer.from(members[1] as Buffer)
    wrong.writeUInt32LE(1, wrong.length - 8)
    const bytes = Buffer.concat([members[0] as Buffer, wrong, members[2] as Buffer])
    const { records, failures } = await readAll(asFile(bytes))
    expect(records).toHaveLength(3)
    expect(failures).toMatchObject([{ reason: 'corrupt-gzip', offset: members[0]!.length }])
  })

  it('may have anything between its members', async () => {
    const bytes = Buffer.concat([
      members[0] as Buffer,
      Buffer.from('some text that is no gzip'),
      members[1] as Buffer,
      Buffer.alloc(512),
      members[2] as Buffer,
      Buffer.alloc(1024),
    ])
    const { records, failures } = await readAll(asFile(bytes))
    expect(texts(records)).toEqual(pages.slice(0, 3).map(block))
    expect(failures).toMatchObject([{ reason: 'corrupt-gzip', offset: members[0]!.length }])
  })

  it('is no archive when it holds something else', async () => {
    const { records, failures } = await readAll(asFile(gzipSync('<html><body>Not found</body>')))
    expect(records).toEqual([])
    expect(failures).toMatchObject([{ reason: 'not-an-archive', offset: 0 }])
    expect(failures[0]?.detail).toMatch(/HTML page/)
  })

  it('with one member over all records gives those before the damage', async () => {
    const bytes = gzipSync(Buffer.concat(pages.map(page)))
    const { layout, records, failures } = await readAll(asFile(bytes.subarray(0, -200)))
    expect(layout).toBe('gzip-stream')
    expect(reasons(failures)).toEqual(['truncated-gzip'])
    expect(records.length).toBeGreaterThan(10)
    const whole = records.filter((record) => !record.truncated)
    expect(texts(whole)).toEqual(pages.slice(0, whole.length).map(block))
  })
})

describe('a length that is wrong', () => {
  const long = 'x'.repeat(1000)
  for (const [name, pack] of [
    ['plain', (records: Buffer[]) => Buffer.concat(records)],
    ['gzip', gzipEach],
    ['single member', (records: Buffer[]) => gzipSync(Buffer.concat(records))],
  ] as const) {
    it(`too short: the block reaches to the next record (${name})`, async () => {
      const bytes = pack([
        page('a'),
        makeRecord('response', block(long), { length: 100 }),
        page('b'),
      ])
      const { records, failures } = await readAll(asFile(bytes))
      expect(texts(records)).toEqual([block('a'), block(long), block('b')])
      expect(failures).toMatchObject([
        { reason: 'wrong-content-length', offset: records[1]?.offset, lost: false },
      ])
    })

    it(`too long: the block ends at the next record (${name})`, async () => {
      const bytes = pack([
        page('a'),
        makeRecord('response', block('short'), { length: 500 }),
        page(long),
        page(long),
      ])
      const { records, failures } = await readAll(asFile(bytes))
      expect(texts(records)).toEqual([block('a'), block('short'), block(long), block(long)])
      expect(failures).toMatchObject([
        { reason: 'wrong-content-length', offset: records[1]?.offset },
      ])
    })

    it(`beyond the end of the file: the records behind are found (${name})`, async () => {
      const bytes = pack([
        page('a'),
        makeRecord('response', block('short'), { length: 999_999_999_999 }),
        page('b'),
      ])
      const { records } = await readAll(
        asFile(bytes),
        name === 'plain' ? {} : { maxBlockBytes: 1e12 },
      )
      expect(texts(records)).toContain(block('a'))
      expect(texts(records)).toContain(block('b'))
    })

    it(`missing or no number: the block ends at the next record (${name})`, async () => {
      const bytes = pack([
        makeRecord('response', block('a'), { length: null }),
        makeRecord('response', block('b'), { length: 'many' }),
        page('c'),
      ])
      const { records, failures } = await readAll(asFile(bytes))
      expect(texts(records)).toEqual([block('a'), block('b'), block('c')])
      expect(reasons(failures)).toEqual(['wrong-content-length', 'wrong-content-length'])
    })
  }

  it('does not take records out of a block that is measured well', async () => {
    const inner = Buffer.concat([page('inner one'), page('inner two')])
    const bytes = Buffer.concat([page('a'), makeRecord('resource', inner), page('b')])
    const { records, failures } = await readAll(asFile(bytes))
    expect(texts(records)).toEqual([block('a'), inner.toString('latin1'), block('b')])
    expect(failures).toEqual([])
  })

  it('does not take text about WARC for a record', async () => {
    const text = 'see\r\n\r\nWARC/1.0\r\n\r\nand\nWARC/1.1 is newer\nWARC/\n'
    const bytes = Buffer.concat([makeRecord('response', block(text), { length: 40 }), page('b')])
    const { records } = await readAll(asFile(bytes))
    expect(texts(records)[1]).toBe(block('b'))
    expect(records).toHaveLength(2)
  })
})

describe('odd headers', () => {
  it('with LF alone, folded lines, Latin-1 and UTF-8 are read', async () => {
    const bytes = Buffer.concat([
      Buffer.from(
        'WARC/1.0\nWARC-Type: Response\nwarc-target-uri:   <http://a.example/>\nX-Folded: one\n  two\n\tthree\nno colon here\nContent-Length: 3\n\nabc\n\n',
      ),
      Buffer.from(
        'WARC/1.1\r\nWARC-Type: metadata\r\nX-Name: caf\u00e9\r\nContent-Length: 0\r\n\r\n\r\n\r\n',
      ),
      Buffer.from(
        'WARC/1.1\r\nWARC-Type: metadata\r\nX-Name: caf\xe9\r\nContent-Length: 0\r\n\r\n\r\n\r\n',
        'latin1',
      ),
    ])
    const { records, failures } = await readAll(asFile(bytes))
    expect(failures).toEqual([])
    expect(records.map((record) => record.type)).toEqual(['response', 'metadata', 'metadata'])
    expect(records[0]?.headers.get('x-folded')).toBe('one two three')
    expect(records[1]?.headers.get('x-name')).toBe('café')
    expect(records[2]?.headers.get('x-name')).toBe('café')
    expect(texts(records)[0]).toBe('abc')
  })

  it('without an end are counted and the next record is found', async () => {
    const bytes = Buffer.concat([
      page('a'),
      Buffer.from('WARC/1.0\r\nWARC-Type: response\r\nContent-Le'),
      Buffer.from('\r\n'),
      page('b'),
      Buffer.from('WARC/1.0\r\nWARC-Ty'),
    ])
    const { records, failures } = await readAll(asFile(bytes))
    expect(texts(records)).toEqual([block('a'), block('b')])
    expect(reasons(failures)).toEqual(['bad-record-header', 'bad-record-header'])
  })
})

describe('files that are no archive', () => {
  it.each([
    ['empty', '', 'empty-file', /empty/],
    [
      'an error page in XML',
      '<?xml version="1.0"?>\n<Error><Code>SlowDown</Code><Message>Please reduce</Message></Error>',
      'not-an-archive',
      /XML document.*SlowDown/,
    ],
    ['an HTML page', '<!DOCTYPE html><html>', 'not-an-archive', /HTML page/],
    ['line ends alone', '\r\n', 'not-an-archive', /line ends/],
    ['four letters', 'WARC', 'not-an-archive', /WARC/],
    ['cut behind the magic of gzip', '\x1f\x8b', 'truncated-gzip', /./],
    ['cut in the header of gzip', '\x1f\x8b\x08\0\0\0\0\0', 'truncated-gzip', /./],
    ['zeros', '\0'.repeat(5000), 'not-an-archive', /./],
  ])('(%s) give one clear failure', async (_name, text, reason, detail) => {
    for (const source of [
      asFile(Buffer.from(text, 'latin1')),
      asStream(Buffer.from(text, 'latin1'), 3),
    ]) {
      const { records, failures } = await readAll(source)
      expect(records).toEqual([])
      expect(reasons(failures)).toEqual([reason])
      expect(failures[0]?.detail).toMatch(detail)
    }
  })

  it('hold garbage in front of and between records, which is counted', async () => {
    const bytes = Buffer.concat([
      Buffer.from('garbage\n'),
      page('a'),
      Buffer.from('more\n'),
      page('b'),
    ])
    const { records, failures } = await readAll(asFile(bytes))
    expect(texts(records)).toEqual([block('a'), block('b')])
    expect(failures).toMatchObject([
      { reason: 'garbage', offset: 0 },
      { reason: 'garbage', offset: 8 + page('a').length },
    ])
  })
})

describe('hostile archives', () => {
  const BEGINNING = gzipSync(page('x')).subarray(0, 60).toString('latin1')

  it.each<[string, (n: number) => string, number]>([
    ['version lines without end', (n) => 'WARC/1.0\r\n'.repeat(n), 200_000],
    ['headers that never end', (n) => 'WARC/1.0\r\nA: b\r\n'.repeat(n), 100_000],
    [
      'lengths that reach into nothing',
      (n) => 'WARC/1.0\r\nContent-Length: 60000000\r\n\r\n'.repeat(n),
      50_000,
    ],
    [
      'lengths beyond the limit',
      (n) => 'WARC/1.0\r\nContent-Length: 99999999999\r\n\r\n'.repeat(n),
      50_000,
    ],
    ['records without length', (n) => 'WARC/1.0\r\nWARC-Type: x\r\n\r\n'.repeat(n), 100_000],
    ['magic bytes', (n) => '\x1f\x8b\x08\0\0\0\0\0\0\0'.repeat(n), 200_000],
    ['beginnings of members', (n) => BEGINNING.repeat(n), 20_000],
    ['line ends', (n) => `${page('a').toString('latin1')}${'\n'.repeat(n)}`, 3_000_000],
    ['folded lines', (n) => `WARC/1.0\r\nA: b\r\n${' b\r\n'.repeat(60_000)}\r\n`.repeat(n), 20],
    ['almost records', (n) => '\nWARC/'.repeat(n), 300_000],
  ])('of %s do not keep the reader', async (_name, text, times) => {
    const read = async (n: number): Promise<void> => {
      const bytes = Buffer.from(text(n), 'latin1')
      for (const source of [asFile(bytes), asFile(Buffer.concat([page('a'), bytes]))]) {
        await readAll(source, { maxBlockBytes: 1 << 20 })
      }
    }
    expect(await growth(read, { from: times / 4, times: 4, atMost: 10 })).toBeLessThan(10)
  })

  it('that expand without measure are cut', async () => {
    const bomb = gzipSync(makeRecord('response', Buffer.alloc(100 << 20)), { level: 9 })
    const { records, failures } = await readAll(asFile(bomb), { maxBlockBytes: 1 << 20 })
    expect(records[0]?.block.length).toBe(1 << 20)
    expect(reasons(failures)).toEqual(['cut-block'])
  })

  it('whose member says it is small are read all the same', async () => {
    const liar = gzipSync(makeRecord('response', Buffer.alloc(1 << 20, 'a')))
    liar.writeUInt32LE(10, liar.length - 4)
    const { records, failures } = await readAll(asFile(Buffer.concat([liar, gzipSync(page('b'))])))
    expect(records.map((record) => record.block.length)).toEqual([1 << 20, block('b').length])
    expect(reasons(failures)).toEqual(['corrupt-gzip'])
  })
})

/** Blocks with everything that could mislead: line ends, version lines, gzip magic, random bytes. */
const anyBlock = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '\r\n',
        '\n',
        '\r\n\r\n',
        'WARC/',
        'WARC/1.0\r\n',
        'WARC/1.0\r\nA: b\r\n\r\n',
      ),
      fc.constantFrom('\x1f\x8b\x08\0', 'Content-Length: 5\r\n', 'HTTP/1.1 200 OK\r\n'),
      fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
    ),
    { maxLength: 12 },
  )
  .map((parts) => Buffer.from(parts.join(''), 'latin1'))
const anyRecords = fc.array(
  fc.tuple(fc.constantFrom('request', 'response', 'metadata'), anyBlock),
  {
    minLength: 1,
    maxLength: 12,
  },
)
const layouts = ['plain', 'members', 'single', 'uneven'] as const

function pack(
  records: Buffer[],
  layout: (typeof layouts)[number],
): { bytes: Buffer; ends: number[] } {
  const parts = layout === 'members' ? records.map((record) => gzipSync(record)) : records
  const ends: number[] = []
  let end = 0
  for (const part of parts) ends.push((end += part.length))
  const whole = Buffer.concat(parts)
  if (layout === 'single') return { bytes: gzipSync(whole), ends: [] }
  if (layout !== 'uneven') return { bytes: whole, ends }
  const members: Buffer[] = []
  for (let at = 0; at < whole.length; at += 137)
    members.push(gzipSync(whole.subarray(at, at + 137)))
  return { bytes: Buffer.concat(members), ends: [] }
}

/** A cut that by chance falls before the letters WARC/ makes a member look like a record. */
function cutMisleads(records: Buffer[]): boolean {
  const whole = Buffer.concat(records)
  for (let at = 137; at < whole.length; at += 137) {
    if (whole.toString('latin1', at, at + 5) === 'WARC/') return true
  }
  return false
}

describe('whatever the records hold', () => {
  it('they come out as they went in', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyRecords,
        fc.constantFrom(...layouts),
        fc.option(fc.integer({ min: 1, max: 500 })),
        async (list, layout, pieces) => {
          const { bytes } = pack(
            list.map(([type, body]) => makeRecord(type, body)),
            layout,
          )
          fc.pre(
            layout !== 'uneven' || !cutMisleads(list.map(([type, body]) => makeRecord(type, body))),
          )
          const source = pieces === null ? asFile(bytes) : asStream(bytes, pieces)
          const { records, failures } = await readAll(source)
          expect(failures).toEqual([])
          expect(records.map((record) => record.type)).toEqual(list.map(([type]) => type))
          for (const [i, record] of records.entries()) {
            expect(Buffer.compare(record.block, list[i]![1])).toBe(0)
          }
        },
      ),
      { numRuns: 150 },
    )
  })

  it('every record that is complete before a cut comes out', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyRecords,
        fc.constantFrom('plain' as const, 'members' as const),
        fc.double({ min: 0, max: 1, noNaN: true }),
        async (list, layout, where) => {
          const { bytes, ends } = pack(
            list.map(([type, body]) => makeRecord(type, body)),
            layout,
          )
          const cut = Math.floor(bytes.length * where)
          const { records } = await readAll(asFile(bytes.subarray(0, cut)))
          const complete = ends.filter((end) => end <= cut).length
          expect(records.length).toBeGreaterThanOrEqual(complete)
          for (let i = 0; i < complete; i++) {
            expect(Buffer.compare(records[i]!.block, list[i]![1])).toBe(0)
          }
        },
      ),
      { numRuns: 150 },
    )
  })

  it('damage anywhere ends in records and failures, and offsets only rise', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyRecords,
        fc.constantFrom(...layouts),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 8 }),
        async (list, layout, flips) => {
          const { bytes } = pack(
            list.map(([type, body]) => makeRecord(type, body)),
            layout,
          )
          for (const [at, value] of flips) bytes[at % bytes.length] = value
          const { records } = await readAll(asFile(bytes))
          let last = -1
          for (const record of records) {
            expect(record.offset).toBeGreaterThan(last)
            expect(record.nextOffset).toBeGreaterThanOrEqual(record.offset)
            last = record.offset
          }
        },
      ),
      { numRuns: 200 },
    )
  })
})
