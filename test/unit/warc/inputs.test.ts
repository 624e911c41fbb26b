import { createHash } from 'node:crypto'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  findSource,
  fingerprint,
  fileSource,
  listInputs,
  openRecords,
  sha256OfArchive,
} from '../../../src/main/warc/index.ts'
import {
  asStream,
  gzipEach,
  makeRecord,
  makeResponse,
  makeZip,
  readAll,
  temporaryFile,
  texts,
} from './make.ts'

const records = ['one', 'two', 'three'].map((text) => makeRecord('response', makeResponse(text)))
const plain = Buffer.concat(records)
const packed = gzipEach(records)
const blocks = records.map((record) =>
  record.subarray(record.indexOf('\r\n\r\n') + 4, -4).toString(),
)

function makeFolder(files: Record<string, Buffer>): string {
  const folder = `${temporaryFile(Buffer.alloc(0))}.d`
  for (const [name, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), bytes)
  }
  return folder
}

describe('a WACZ', () => {
  const wacz = makeZip([
    { name: 'pages/pages.jsonl', bytes: Buffer.from('{}') },
    { name: 'archive/stored.warc.gz', bytes: packed },
    { name: 'archive/deflated.warc', bytes: plain, deflate: true },
    { name: 'archive/deflated.warc.gz', bytes: packed, deflate: true },
  ])

  it('gives the archives in it, stored or compressed', async () => {
    const path = temporaryFile(wacz, 'crawl.wacz')
    const { sources, failures } = await listInputs(path)
    expect(failures).toEqual([])
    expect(sources.map((source) => [source.name, source.kind])).toEqual([
      [`${path}!archive/deflated.warc`, 'zip-entry'],
      [`${path}!archive/deflated.warc.gz`, 'zip-entry'],
      [`${path}!archive/stored.warc.gz`, 'file'],
    ])
    for (const source of sources) {
      const result = await readAll(source, { digest: true })
      expect(texts(result.records)).toEqual(blocks)
      expect(result.failures).toEqual([])
      const bytes = source.name.endsWith('.gz') ? packed : plain
      const digest = createHash('sha256').update(bytes).digest('hex')
      expect(result.sha256).toBe(digest)
      expect(await sha256OfArchive(source)).toBe(digest)
      const rest = await readAll(source, { from: result.records[0]!.nextOffset })
      expect(texts(rest.records)).toEqual(blocks.slice(1))
      const access = await openRecords(source)
      for (const i of [1, 2, 0]) {
        const one = await access.recordAt(result.records[i]!.offset)
        expect(texts([one])).toEqual([blocks[i]])
      }
      await access.close()
    }
  })

  it('is found again by the stored name of an archive in it', async () => {
    const path = temporaryFile(wacz, 'what!a name!.wacz')
    const { sources } = await listInputs(path)
    for (const source of sources) expect(await findSource(source.name)).toEqual(source)
    await expect(findSource(`${path}!archive/none.warc`)).rejects.toMatchObject({
      kind: 'not-found',
    })
  })

  it('without archives, or that is no ZIP, is a failure with a reason', async () => {
    const empty = temporaryFile(makeZip([{ name: 'a.txt', bytes: Buffer.from('a') }]), 'a.wacz')
    expect((await listInputs(empty)).failures).toMatchObject([{ reason: 'no-archive-in-wacz' }])
    const none = temporaryFile(Buffer.from('not a zip'), 'b.wacz')
    expect((await listInputs(none)).failures).toMatchObject([{ name: none, reason: 'not-a-zip' }])
    const cut = temporaryFile(wacz.subarray(0, 300), 'c.wacz')
    expect((await listInputs(cut)).failures).toHaveLength(1)
  })

  it('is told by its bytes when its name says nothing', async () => {
    const path = temporaryFile(wacz, 'download')
    expect((await listInputs(path)).sources).toHaveLength(3)
  })
})

describe('a folder', () => {
  it('gives its archives and those below it, sorted, and nothing else', async () => {
    const folder = makeFolder({
      'b.warc.gz': packed,
      'a.warc': plain,
      'notes.txt': plain,
      'sub/c.WARC': plain,
      'sub/d.wacz': makeZip([{ name: 'archive/data.warc.gz', bytes: packed }]),
      'sub/bad.wacz': Buffer.from('nothing'),
      'x.gleaner/e.warc': plain,
    })
    symlinkSync(folder, join(folder, 'sub', 'loop'))
    const { sources, failures } = await listInputs(folder)
    expect(sources.map((source) => source.name.slice(folder.length + 1))).toEqual([
      'a.warc',
      'b.warc.gz',
      'sub/c.WARC',
      'sub/d.wacz!archive/data.warc.gz',
    ])
    expect(failures).toMatchObject([{ reason: 'not-a-zip' }])
  })

  it('that is not there is an error', async () => {
    await expect(listInputs('/nowhere/at/all')).rejects.toMatchObject({ kind: 'not-found' })
  })
})

describe('a fingerprint', () => {
  const big = Buffer.alloc(3 << 20, 'abc')

  it('is the SHA-256 of the size, the first and the last megabyte', async () => {
    const path = temporaryFile(big)
    const expected = createHash('sha256')
      .update(String(big.length))
      .update(big.subarray(0, 1 << 20))
      .update(big.subarray(-(1 << 20)))
      .digest('hex')
    expect(await fingerprint(fileSource(path))).toBe(expected)
  })

  it('differs with the size and with either end', async () => {
    const first = Buffer.from(big)
    first[5] = 0
    const last = Buffer.from(big)
    last[last.length - 5] = 0
    const all = [big, first, last, big.subarray(1), Buffer.alloc(0), Buffer.from('a')]
    const prints = await Promise.all(
      all.map((bytes) => fingerprint(fileSource(temporaryFile(bytes)))),
    )
    expect(new Set(prints).size).toBe(all.length)
  })

  it('of an archive stored in a WACZ is that of the archive', async () => {
    const wacz = temporaryFile(makeZip([{ name: 'archive/a.warc.gz', bytes: packed }]), 'a.wacz')
    const [source] = (await listInputs(wacz)).sources
    expect(await fingerprint(source!)).toBe(await fingerprint(fileSource(temporaryFile(packed))))
  })

  it('of a stream is refused', async () => {
    await expect(fingerprint(asStream(plain, 10))).rejects.toMatchObject({ kind: 'invalid-input' })
  })
})
