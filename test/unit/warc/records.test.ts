import { createHash, randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { AppError } from '#shared/errors.ts'
import {
  fileSource,
  openArchive,
  openRecords,
  ownBlock,
  readRecordAt,
  streamSource,
} from '../../../src/main/warc/index.ts'
import {
  asFile,
  asStream,
  gzipEach,
  makeRecord,
  makeResponse,
  readAll,
  reasons,
  temporaryFile,
  texts,
} from './make.ts'

const few = ['one', 'two\r\n\r\nwith an empty line', '', 'four'].map((text) =>
  makeRecord('response', makeResponse(text)),
)
const fewTexts = few.map((record) =>
  record.subarray(record.indexOf('\r\n\r\n') + 4, record.length - 4).toString('latin1'),
)

/** Incompressible, so that members are as long as their records. */
const noise = (size: number): Buffer => randomBytes(size)

describe('records of a sound archive', () => {
  it.each([
    ['plain', Buffer.concat(few)],
    ['gzip-records', gzipEach(few)],
    ['gzip-stream', gzipSync(Buffer.concat(few))],
  ])('come out of a %s archive, told by its bytes and not its name', async (layout, bytes) => {
    const result = await readAll(asFile(bytes))
    expect(result.layout).toBe(layout)
    expect(texts(result.records)).toEqual(fewTexts)
    expect(result.failures).toEqual([])
    expect(result.records[0]?.headers.get('warc-target-uri')).toBe('http://example.com/')
  })

  it('have the offset of their gzip member', async () => {
    const members = few.map((record) => gzipSync(record))
    const result = await readAll(asFile(Buffer.concat(members)))
    let offset = 0
    for (const [i, member] of members.entries()) {
      expect(result.records[i]?.offset).toBe(offset)
      offset += member.length
      expect(result.records[i]?.nextOffset).toBe(offset)
    }
  })

  it('have the offset of their gzip member also where members hold bytes like a member', async () => {
    // A stored gzip file inside a member keeps its magic bytes; its neighbours do not.
    const inner = Buffer.concat([gzipSync('x'), noise(100), gzipSync('WARC/1.0\r\nA: b\r\n\r\n')])
    const records = [inner, noise(3000), inner].map((block) => makeRecord('resource', block))
    const members = records.map((record) => gzipSync(record, { level: 0 }))
    const result = await readAll(asFile(Buffer.concat(members)))
    expect(result.failures).toEqual([])
    expect(result.records.map((record) => record.offset)).toEqual([
      0,
      (members[0] as Buffer).length,
      (members[0] as Buffer).length + (members[1] as Buffer).length,
    ])
    expect(Buffer.from(result.records[2]?.block as Uint8Array).equals(inner)).toBe(true)
  })

  it('come out the same from a stream in pieces of any size', async () => {
    for (const bytes of [Buffer.concat(few), gzipEach(few), gzipSync(Buffer.concat(few))]) {
      for (const size of [1, 2, 7, 64, 1000]) {
        const result = await readAll(asStream(bytes, size))
        expect(texts(result.records)).toEqual(fewTexts)
        expect(result.failures).toEqual([])
      }
    }
  })

  it('come out where members are cut without regard to records', async () => {
    const records = Array.from({ length: 300 }, (_, i) =>
      makeRecord('response', makeResponse(`${i} `.repeat(i))),
    )
    const whole = Buffer.concat(records)
    const members: Buffer[] = []
    for (let at = 0; at < whole.length; at += 5000) {
      members.push(gzipSync(whole.subarray(at, at + 5000)))
    }
    const result = await readAll(asFile(Buffer.concat(members)))
    expect(result.layout).toBe('gzip-stream')
    expect(result.failures).toEqual([])
    expect(result.records).toHaveLength(300)
    let offset = 0
    for (const [i, record] of records.entries()) {
      expect(result.records[i]?.offset).toBe(offset)
      offset += record.length
    }
  })

  it('have different offsets even where a later member holds several', async () => {
    const [a, b, c, d] = few as [Buffer, Buffer, Buffer, Buffer]
    const source = asFile(
      Buffer.concat([gzipSync(a), gzipSync(Buffer.concat([b, c])), gzipSync(d)]),
    )
    const { layout, records } = await readAll(source)
    expect(layout).toBe('gzip-records')
    expect(texts(records)).toEqual(fewTexts)
    expect(new Set(records.map((record) => record.offset)).size).toBe(4)
    for (const [i, record] of records.entries()) {
      const one = await readRecordAt(source, record.offset)
      expect(texts([one])).toEqual([fewTexts[i]])
      const rest = await readAll(source, { from: record.nextOffset })
      expect(texts(rest.records)).toEqual(fewTexts.slice(i + 1))
    }
  })

  it('count without their blocks where the filter does not want them', async () => {
    const mixed = [
      makeRecord('request', 'GET / HTTP/1.1\r\n\r\n'),
      makeRecord('response', makeResponse('page')),
      makeRecord('metadata', noise(3 << 20)),
      makeRecord('response', makeResponse('last')),
    ]
    for (const bytes of [Buffer.concat(mixed), gzipEach(mixed)]) {
      const { records, failures } = await readAll(asFile(bytes), {
        keep: (head) => head.type === 'response',
      })
      expect(records.map((record) => [record.type, record.skipped, record.truncated])).toEqual([
        ['request', true, false],
        ['response', false, false],
        ['metadata', true, false],
        ['response', false, false],
      ])
      expect(records[2]?.block).toHaveLength(0)
      expect(failures).toEqual([])
    }
  })

  it('can be handed on as copies of their own', async () => {
    const { records } = await readAll(asFile(Buffer.concat(few)))
    const copy = ownBlock(records[1] as (typeof records)[0])
    expect(copy.buffer.byteLength).toBe(copy.length)
    structuredClone(copy, { transfer: [copy.buffer] })
    expect(texts(records)).toEqual(fewTexts)
  })
})

describe('a resume', () => {
  const records = Array.from({ length: 30 }, (_, i) =>
    makeRecord('response', makeResponse(noise(i * 12_000))),
  )
  it.each([
    ['plain', Buffer.concat(records)],
    ['gzip-records', gzipEach(records)],
    ['gzip-stream', gzipSync(Buffer.concat(records))],
  ])('of a %s archive goes on exactly where it stopped', async (_layout, bytes) => {
    const source = asFile(bytes)
    const whole = await readAll(source)
    expect(whole.records).toHaveLength(30)
    expect(whole.resumes.length).toBeGreaterThan(1)
    const places = [...whole.resumes, ...whole.records.slice(0, 5).map((r) => r.nextOffset)]
    for (const from of places) {
      const rest = await readAll(source, { from })
      const expected = whole.records.filter((record) => record.offset >= from)
      expect(rest.failures).toEqual([])
      expect(rest.records.map((r) => r.offset)).toEqual(expected.map((r) => r.offset))
      expect(rest.records.every((r, i) => Buffer.compare(r.block, expected[i]!.block) === 0)).toBe(
        true,
      )
    }
  })

  it('of a stream is refused', async () => {
    await expect(openArchive(asStream(Buffer.concat(few), 10), { from: 5 })).rejects.toThrow(
      AppError,
    )
  })
})

describe('single records', () => {
  it.each([
    ['plain', Buffer.concat(few)],
    ['gzip-records', gzipEach(few)],
    ['gzip-stream', gzipSync(Buffer.concat(few))],
  ])('of a %s archive are read by their offsets in any order', async (_layout, bytes) => {
    const source = asFile(bytes)
    const { records } = await readAll(source)
    const access = await openRecords(source)
    for (const i of [2, 0, 1, 3, 3]) {
      const one = await access.recordAt(records[i]!.offset)
      expect(texts([one])).toEqual([fewTexts[i]])
    }
    await expect(access.recordAt(3)).rejects.toThrow(/no record at offset 3/)
    await access.close()
  })
})

describe('large blocks', () => {
  const big = makeRecord('response', makeResponse(Buffer.alloc(200 << 20, 'all work no play ')))
  const after = makeRecord('response', makeResponse('after'))
  it.each([
    ['plain', () => Buffer.concat([big, after])],
    ['compressed', () => Buffer.concat([gzipSync(big, { level: 1 }), gzipSync(after)])],
  ])('of 200 MB in a %s archive are cut without being held', async (_name, make) => {
    const path = temporaryFile(make())
    const before = process.memoryUsage().arrayBuffers
    let peak = 0
    const found: [number, boolean][] = []
    const failures: string[] = []
    for await (const batch of await openArchive(fileSource(path), { maxBlockBytes: 1 << 20 })) {
      peak = Math.max(peak, process.memoryUsage().arrayBuffers - before)
      for (const record of batch.records) found.push([record.block.length, record.truncated])
      failures.push(...reasons(batch.failures))
    }
    expect(found).toEqual([
      [1 << 20, true],
      [after.length - 4 - (after.indexOf('\r\n\r\n') + 4), false],
    ])
    expect(failures).toEqual(['cut-block'])
    // Garbage waits for its collector; held, it would be 200 MB.
    expect(peak).toBeLessThan(150 << 20)
  })
})

describe('a large block whose length is a lie', () => {
  it.each([true, false])('hides no records behind it (block wanted: %s)', async (wanted) => {
    const rest = Array.from({ length: 40 }, (_, i) =>
      makeRecord('response', makeResponse(Buffer.alloc(200_000, `${i} `))),
    )
    const liar = makeRecord('metadata', 'short', { length: 5_000_001 })
    const source = asFile(Buffer.concat([few[0] as Buffer, liar, ...rest]))
    const { records, failures } = await readAll(source, {
      maxBlockBytes: 1 << 20,
      keep: (head) => wanted || head.type === 'response',
    })
    expect(records).toHaveLength(42)
    expect(failures).toMatchObject([
      { reason: 'wrong-content-length', offset: (few[0] as Buffer).length },
    ])
    const whole = await readAll(source)
    expect(whole.records.map((record) => record.offset)).toEqual(
      records.map((record) => record.offset),
    )
  })

  it('is passed over at its true end when it is none', async () => {
    const inner = Buffer.concat(Array.from({ length: 9 }, () => few[0] as Buffer))
    const block = Buffer.concat([inner, noise(3 << 20), inner, noise(3 << 20)])
    const bytes = Buffer.concat([makeRecord('resource', block), few[1] as Buffer])
    for (const source of [asFile(bytes), asStream(bytes, 70_000), asFile(gzipSync(bytes))]) {
      const { records, failures } = await readAll(source, { maxBlockBytes: 1 << 20 })
      expect(records.map((record) => record.type)).toEqual(['resource', 'response'])
      expect(texts(records)[1]).toBe(fewTexts[1])
      expect(reasons(failures)).toEqual(['cut-block'])
    }
  })
})

describe('the digest', () => {
  it('of the file is there after it has been read from start to end', async () => {
    for (const bytes of [Buffer.concat(few), gzipEach(few)]) {
      const source = asFile(bytes)
      const { sha256, records } = await readAll(source, { digest: true })
      expect(sha256).toBe(createHash('sha256').update(bytes).digest('hex'))
      const rest = await readAll(source, { digest: true, from: records[0]!.nextOffset })
      expect(rest.sha256).toBeNull()
    }
  })
})

describe('canceling', () => {
  it('ends the waiting for a stream that gives nothing more', async () => {
    for (const bytes of [Buffer.alloc(0), Buffer.concat(few).subarray(0, 200), gzipEach(few)]) {
      const control = new AbortController()
      // Canceled once more is asked for than there is.
      const stalled = new Readable({ read: () => void setImmediate(() => control.abort()) })
      if (bytes.length > 0) stalled.push(bytes)
      const reading = readAll(streamSource(stalled), { signal: control.signal })
      await expect(reading).rejects.toMatchObject({ kind: 'canceled' })
    }
  })

  it('stops between two batches of a file', async () => {
    const control = new AbortController()
    const many = asFile(
      Buffer.concat(Array.from({ length: 20 }, () => makeRecord('response', noise(1 << 19)))),
    )
    let batches = 0
    const reading = (async () => {
      for await (const batch of await openArchive(many, { signal: control.signal })) {
        if (batch.records.length > 0) batches++
        control.abort()
      }
    })()
    await expect(reading).rejects.toMatchObject({ kind: 'canceled' })
    expect(batches).toBe(1)
  })
})

describe('errors', () => {
  it('name a file that is not there', async () => {
    await expect(openArchive(fileSource('/nowhere/a.warc'))).rejects.toMatchObject({
      kind: 'not-found',
    })
  })

  it('say that a stream cannot be read twice', async () => {
    const source = asStream(Buffer.concat(few), 100)
    await readAll(source)
    await expect(readAll(source)).rejects.toMatchObject({ kind: 'invalid-input' })
  })
})
