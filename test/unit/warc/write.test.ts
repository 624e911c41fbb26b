import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { copyRecord } from '../../../src/main/warc/copy-record.ts'
import { httpHead } from '../../../src/main/warc/http-head.ts'
import { fileSource, openArchive, openRecords } from '../../../src/main/warc/index.ts'
import { createArchiveFile } from '../../../src/main/warc/write-archive.ts'
import { exchangeMembers } from '../../../src/main/warc/write-exchange.ts'
import { namedRecordId, recordMember, warcinfoMember } from '../../../src/main/warc/write-record.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'warc-write-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const DATE = '2026-01-02T03:04:05.678Z'
const HEAD = Buffer.from('HTTP/1.1 200 OK\r\nX-Caf\xe9: \xff\r\n\r\n', 'latin1')

const base32 = (bytes: Uint8Array): string => {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  return (bits.match(/.{5}/g) as string[])
    .map((five) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[Number.parseInt(five, 2)])
    .join('')
}
const sha1 = (bytes: Uint8Array): string =>
  `sha1:${base32(createHash('sha1').update(bytes).digest())}`

describe('a record', () => {
  test('holds its block byte for byte, with digests of block and payload', async () => {
    const body = Buffer.from([0, 255, 10, 13, 10, 13, 10])
    const member = await recordMember({
      ...{ type: 'response', url: 'http://a/ü?q=1 2\r\nX: y', date: DATE, head: HEAD, body },
      contentType: 'application/http; msgtype=response',
      fields: [['WARC-IP-Address', '192.0.2.7']],
    })
    const bytes = gunzipSync(member)
    const end = bytes.indexOf('\r\n\r\n')
    const fields = bytes.toString('utf8', 0, end).split('\r\n')
    expect(fields[0]).toBe('WARC/1.1')
    expect(fields).toEqual(
      expect.arrayContaining([
        'WARC-Type: response',
        `WARC-Date: ${DATE}`,
        'WARC-IP-Address: 192.0.2.7',
        'Content-Type: application/http; msgtype=response',
        `Content-Length: ${HEAD.length + body.length}`,
        `WARC-Block-Digest: ${sha1(Buffer.concat([HEAD, body]))}`,
        `WARC-Payload-Digest: ${sha1(body)}`,
      ]),
    )
    // What comes from the web makes no fields of its own.
    expect(fields.some((line) => line.startsWith('X:'))).toBe(false)
    expect(
      bytes.subarray(end + 4).equals(Buffer.concat([HEAD, body, Buffer.from('\r\n\r\n')])),
    ).toBe(true)
  })

  test('has the id of its parts, whenever it is made', () => {
    expect(namedRecordId('a', 'b')).toBe(namedRecordId('a', 'b'))
    expect(namedRecordId('a', 'b')).not.toBe(namedRecordId('ab', ''))
    expect(namedRecordId('a')).toMatch(
      /^<urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}>$/,
    )
  })

  test('of an archive itself keeps one line for each of its fields', async () => {
    const about = { id: namedRecordId('x'), filename: 'a.warc.gz', date: DATE }
    const member = await warcinfoMember({ ...about, info: { operator: 'me\r\nrobots: ignore' } })
    expect(gunzipSync(member).toString()).toContain('operator: me robots: ignore\r\n')
  })

  test('of an exchange that was cut has no payload digest', async () => {
    const exchange = {
      ...{ url: 'http://a/', date: DATE, ip: null, request: '', status: 200 },
      ...{ head: 'HTTP/1.1 200 OK\r\n\r\n', body: Buffer.from('half'), truncated: 'time' as const },
    }
    const { response, request, payloadDigest } = await exchangeMembers(
      exchange,
      '<urn:uuid:1>',
      null,
    )
    expect([request, payloadDigest]).toEqual([null, null])
    const text = gunzipSync(response).toString()
    expect(text).toContain('WARC-Truncated: time')
    expect(text).not.toContain('WARC-Payload-Digest')
  })
})

describe('a copied record', () => {
  const record = (url: string, body: string): string =>
    // Spelling, order and line ends that a writer of ours would not use.
    `WARC/1.0\r\nwarc-type: response\r\nWARC-Record-ID: <urn:${url}>\r\nWARC-TARGET-URI: ${url}\r\nX-Folded: a\r\n b\r\nContent-Length: ${body.length}\r\n\r\n${body}\r\n\r\n`
  const records = [
    record('http://a/1', 'one'),
    record('http://a/2', 'two\r\n\r\n'),
    record('http://a/3', ''),
  ]
  const members = records.map((text) => gzipSync(text, { level: 1 }))

  test.each([
    ['plain', Buffer.from(records.join(''))],
    ['gzip-records', Buffer.concat(members)],
    ['gzip-stream', gzipSync(records.join(''))],
  ])('out of %s is the same, byte for byte', async (layout, bytes) => {
    const path = join(folder, 'a.warc')
    writeFileSync(path, bytes)
    const source = fileSource(path, bytes.length)
    const offsets: number[] = []
    for await (const batch of await openArchive(source))
      offsets.push(...batch.records.map(({ offset }) => offset))
    const access = await openRecords(source)
    expect(access.layout).toBe(layout)
    for (const [i, offset] of offsets.entries()) {
      const { member } = await copyRecord(source, access, offset)
      expect(gunzipSync(member).toString()).toBe(records[i])
      // One that is a member of its own is not packed again.
      if (layout === 'gzip-records') expect(Buffer.compare(member, members[i] as Buffer)).toBe(0)
    }
    expect(offsets.length).toBe(3)
    await access.close()
  })

  test('is refused where it is not whole', async () => {
    const path = join(folder, 'a.warc.gz')
    const whole = Buffer.concat(members)
    writeFileSync(path, whole.subarray(0, whole.length - 30))
    const source = fileSource(path, whole.length - 30)
    const access = await openRecords(source)
    const last = (members[0] as Buffer).length + (members[1] as Buffer).length
    await expect(copyRecord(source, access, last)).rejects.toThrow(/not whole|no record/)
    await access.close()
  })
})

describe('an archive that grows', () => {
  test('knows where each member begins, and its digest', async () => {
    const path = join(folder, 'new', 'a.warc.gz')
    const file = createArchiveFile(path)
    expect([file.append(Buffer.from('one')), file.append(Buffer.from('four'))]).toEqual([0, 3])
    await file.sync()
    expect(statSync(path).size).toBe(7)
    expect(file.close()).toBe(createHash('sha256').update('onefour').digest('hex'))
    expect(readFileSync(path, 'utf8')).toBe('onefour')
    expect(() => createArchiveFile(path)).toThrow(/EEXIST/)
  })

  test.skipIf(process.platform === 'win32')(
    'leaves no trace of a member that there is no room for',
    () => {
      const path = join(folder, 'a.warc.gz')
      const module = new URL('../../../src/main/warc/write-archive.ts', import.meta.url).href
      const script = `
        import { createArchiveFile } from '${module}'
        const file = createArchiveFile('${path}')
        file.append(Buffer.alloc(1000, 1))
        let code = null
        try { file.append(Buffer.alloc(100_000, 2)) } catch (error) { code = error.code }
        console.log(JSON.stringify([code, file.size, file.append(Buffer.alloc(10, 3))]))
        file.close()`
      // A limit of the system stands in for a full disk: a part is written, then no more.
      const shell = `trap "" XFSZ; ulimit -f 16; exec "$0" --input-type=module -e "$1"`
      const said = execFileSync('sh', ['-c', shell, process.execPath, script], { encoding: 'utf8' })
      expect(JSON.parse(said)).toEqual(['EFBIG', 1000, 1000])
      const bytes = Buffer.concat([Buffer.alloc(1000, 1), Buffer.alloc(10, 3)])
      expect(readFileSync(path).equals(bytes)).toBe(true)
    },
  )
})

test('the head of an HTTP message is told as it stands', () => {
  const block = Buffer.from(
    'HTTP/1.1 302 Moved  Away\r\nLocation: /x\r\nset-cookie: a\r\nSet-Cookie: b\r\n\tc\r\nbroken\r\n\r\nX: body',
  )
  expect(httpHead(block)).toEqual({
    statusLine: 'HTTP/1.1 302 Moved  Away',
    fields: [
      ['Location', '/x'],
      ['set-cookie', 'a'],
      ['Set-Cookie', 'b c'],
    ],
  })
  expect(httpHead(Buffer.from('<html>'))).toBeNull()
})
