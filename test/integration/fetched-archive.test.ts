import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  appendFileSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import sharp from 'sharp'
import { afterEach, expect, test } from 'vitest'
import { readPictureRecord } from '../../src/main/engine/calls/picture-record.ts'
import { runPictures } from '../../src/main/jobs/pictures/pictures.ts'
import { blobPath, hasBlob } from '../../src/main/store/blobs.ts'
import { openCorpus, type Corpus } from '../../src/main/store/open.ts'
import { readByWarcio, type ReadRecord } from '../support/warcio.ts'
import { addImage, addPage, imageRows, jobContext, LOCAL, newCorpus } from './pictures-support.ts'

const open: Corpus[] = []
const servers: Server[] = []
afterEach(async () => {
  for (const corpus of open.splice(0)) corpus.close()
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})

function corpusForTest(): Corpus {
  const corpus = newCorpus()
  open.push(corpus)
  return corpus
}

const png = (width: number): Promise<Buffer> =>
  sharp({ create: { width, height: 10, channels: 3, background: '#3366cc' } })
    .png()
    .toBuffer()

async function serve(answer: (path: string, response: ServerResponse) => void): Promise<string> {
  const server = createServer((request, response) => answer(request.url ?? '', response))
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://a.test:${(server.address() as AddressInfo).port}`
}

const fetchAll = (
  corpus: Corpus,
  context = jobContext(),
  more: { maxArchiveBytes?: number } = {},
) =>
  runPictures(corpus, { corpus: corpus.path, images: 'fetch', retryFailed: false }, context, {
    fetch: LOCAL,
    ...more,
  })

const archivesOf = (corpus: Corpus): string[] =>
  readdirSync(join(corpus.path, 'fetched')).map((name) => join(corpus.path, 'fetched', name))

const captures = (corpus: Corpus) =>
  corpus.reader
    .prepare<
      [],
      { url: string; kind: string; sha256: string | null; path: string; offset: number }
    >(
      'SELECT c.url, c.kind, c.sha256, a.path, c.offset FROM captures c JOIN archives a ON a.id = c.archive_id ORDER BY c.id',
    )
    .all()

const sha1Base32 = (bytes: Uint8Array): string => {
  const bits = [...createHash('sha1').update(bytes).digest()]
    .map((byte) => byte.toString(2).padStart(8, '0'))
    .join('')
  return `sha1:${(bits.match(/.{5}/g) as string[])
    .map((five) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[Number.parseInt(five, 2)])
    .join('')}`
}

test('every hop is a record with its request, headers, address and date, and warcio reads them all', async () => {
  const corpus = corpusForTest()
  const picture = await png(80)
  const other = await png(81)
  const base = await serve((path, response) => {
    response.sendDate = false
    if (path === '/moved.png') response.writeHead(302, { Location: '/x.png' }).end('over there')
    // Without a length node sends it in chunks.
    else if (path === '/x.png') {
      response.writeHead(200, [
        'Content-Type',
        'image/png',
        'X-Name',
        'café',
        'Set-Cookie',
        'a',
        'set-cookie',
        'b',
      ])
      response.write(picture.subarray(0, 50))
      response.end(picture.subarray(50))
    } else if (path === '/copy.png')
      response.writeHead(200, { 'Content-Type': 'image/png' }).end(picture)
    else if (path === '/packed.png')
      response
        .writeHead(200, { 'Content-Type': 'image/png', 'Content-Encoding': 'gzip' })
        .end(gzipSync(other))
    else response.writeHead(404, { 'Content-Type': 'text/plain' }).end('nothing here')
  })
  for (const path of ['/moved.png', '/copy.png', '/packed.png', '/gone.png'])
    addImage(corpus, base + path)
  const context = jobContext({ fetch: { userAgentContact: 'me@example.org' } })
  await fetchAll(corpus, context)
  expect(imageRows(corpus).map(({ status }) => status)).toEqual(['ok', 'ok', 'ok', 'failed'])

  const files = archivesOf(corpus)
  expect(files.length).toBe(1)
  const records = await readByWarcio(files[0] as string, true)
  expect(context.told.results.get('Records')).toContain(`${records.length - 1} in fetched/`)
  const [info, ...rest] = records as [ReadRecord, ...ReadRecord[]]
  expect(info.type).toBe('warcinfo')
  expect(info.body.toString()).toMatch(/software: Gleaner.*robots: obey.*me@example\.org/s)

  const answers = rest.filter(({ type }) => type !== 'request')
  expect(answers.map(({ type, url, status }) => [type, url?.replace(base, ''), status])).toEqual([
    ['response', '/robots.txt', 404],
    ['response', '/moved.png', 302],
    ['response', '/x.png', 200],
    ['revisit', '/copy.png', 200],
    ['response', '/packed.png', 200],
    ['response', '/gone.png', 404],
  ])
  const [, moved, plain, copy, packed, gone] = answers as [
    ReadRecord,
    ReadRecord,
    ReadRecord,
    ReadRecord,
    ReadRecord,
    ReadRecord,
  ]
  expect([moved.body.toString(), gone.body.toString()]).toEqual(['over there', 'nothing here'])
  expect([plain.body.equals(picture), packed.body.equals(other)]).toEqual([true, true])
  // As they came: case, order, repeated fields, and bytes that are no UTF-8.
  const raw = Buffer.from(plain.http, 'utf8')
  expect(raw.toString()).toMatch(
    /^HTTP\/1\.1 200 OK\r\nContent-Type: image\/png\r\nX-Name: .*\r\nSet-Cookie: a\r\nset-cookie: b\r\n/,
  )
  expect(plain.http).toMatch(/X-Orig-Transfer-Encoding: chunked/)
  expect(plain.header('WARC-Payload-Digest')).toBe(sha1Base32(picture))
  expect(packed.header('WARC-Payload-Digest')).toBe(sha1Base32(gzipSync(other)))
  expect(copy.body.length).toBe(0)
  expect(copy.header('WARC-Refers-To-Target-URI')).toBe(`${base}/x.png`)
  expect(copy.header('WARC-Refers-To')).toBe(plain.header('WARC-Record-ID'))
  expect(copy.header('WARC-Payload-Digest')).toBe(plain.header('WARC-Payload-Digest'))
  for (const answer of answers) {
    expect(answer.header('WARC-IP-Address')).toBe('127.0.0.1')
    expect(answer.header('WARC-Warcinfo-ID')).toBe(info.header('WARC-Record-ID'))
    expect(answer.header('WARC-Date')).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    const request = rest.find(
      (one) => one.header('WARC-Concurrent-To') === answer.header('WARC-Record-ID'),
    ) as ReadRecord
    expect(request.url).toBe(answer.url)
    expect(request.http).toContain(`GET ${answer.url?.replace(base, '')} HTTP/1.1\r\n`)
    expect(request.http).toMatch(/user-agent: Gleaner.*me@example\.org/)
  }
  // What leads to a picture can be found; the failure names its record.
  const found = captures(corpus).map(({ kind, url }) => `${kind} ${url.replace(base, '')}`)
  expect(found.sort()).toEqual([
    'picture /packed.png',
    'picture /x.png',
    'redirect /moved.png',
    'revisit /copy.png',
  ])
  const failure = corpus.reader
    .prepare<[], { offset: number; path: string }>(
      `SELECT f.offset, a.path FROM failures f JOIN archives a ON a.id = f.archive_id WHERE f.stage = 'image'`,
    )
    .get()
  expect(failure?.offset).toBeGreaterThan(0)
  const row = corpus.reader
    .prepare<[], { state: string; sha256: string; bytes: number }>(
      `SELECT state, sha256, bytes FROM archives WHERE path LIKE 'fetched/%'`,
    )
    .get()
  const bytes = readFileSync(files[0] as string)
  expect(row).toEqual({
    state: 'complete',
    sha256: createHash('sha256').update(bytes).digest('hex'),
    bytes: bytes.length,
  })
})

test('lost files of pictures come back from what was fetched, also through redirects and revisits', async () => {
  const corpus = corpusForTest()
  const picture = await png(80)
  const base = await serve((path, response) => {
    if (path === '/a.png') response.writeHead(301, { Location: '/b.png' }).end()
    else if (path.endsWith('.png'))
      response.writeHead(200, { 'Content-Type': 'image/png' }).end(picture)
    else response.writeHead(404).end()
  })
  for (const path of ['/a.png', '/copy.png']) addImage(corpus, base + path)
  await fetchAll(corpus)
  const sha256 = imageRows(corpus)[0]?.sha256 as string
  rmSync(blobPath(corpus.path, sha256))
  for (const server of servers.splice(0)) server.close()
  // The server is gone: nobody is asked.
  await runPictures(
    corpus,
    { corpus: corpus.path, images: 'fetch', retryFailed: false },
    jobContext(),
    { fetch: LOCAL, mends: true },
  )
  expect(imageRows(corpus).map((one) => [one.status, one.sha256])).toEqual([
    ['ok', sha256],
    ['ok', sha256],
  ])
  expect(readFileSync(blobPath(corpus.path, sha256)).equals(picture)).toBe(true)
  // The corpus may be copied elsewhere: its archives come along.
  const copy = join(mkdtempSync(join(tmpdir(), 'copied-')), 'b.gleaner')
  corpus.close()
  open.splice(open.indexOf(corpus), 1)
  cpSync(corpus.path, copy, { recursive: true })
  rmSync(corpus.path, { recursive: true })
  const moved = openCorpus(copy)
  open.push(moved)
  rmSync(blobPath(copy, sha256))
  await runPictures(moved, { corpus: copy, images: 'archive', retryFailed: false }, jobContext(), {
    mends: true,
  })
  expect(imageRows(moved).map(({ status }) => status)).toEqual(['ok', 'ok'])
  expect(hasBlob(copy, sha256)).toBe(true)
})

test('the record behind a picture is told with its headers and what led there; one of an older version has none', async () => {
  const corpus = corpusForTest()
  const picture = await png(80)
  const base = await serve((path, response) => {
    if (path === '/a.png') response.writeHead(301, { Location: '/b.png' }).end()
    else if (path === '/b.png')
      response.writeHead(200, { 'Content-Type': 'image/png', 'X-Served-By': 'me' }).end(picture)
    else response.writeHead(404).end()
  })
  addPage(corpus, [addImage(corpus, `${base}/a.png`)])
  await fetchAll(corpus)
  const found = await readPictureRecord(corpus, 1)
  expect(found).toMatchObject({
    fetched: true,
    through: [
      { type: 'response', url: `${base}/a.png`, statusLine: 'HTTP/1.1 301 Moved Permanently' },
    ],
    record: {
      type: 'response',
      url: `${base}/b.png`,
      statusLine: 'HTTP/1.1 200 OK',
      ip: '127.0.0.1',
    },
  })
  const { record } = found as NonNullable<typeof found>
  expect(record.fields).toContainEqual({ name: 'X-Served-By', value: 'me' })
  const file = archivesOf(corpus)[0] as string
  expect(record.archivePath).toBe(file)
  const [same] = (await readByWarcio(file, true)).filter(
    (one) => one.url === `${base}/b.png` && one.type === 'response',
  )
  expect(record.recordId).toBe(same?.header('WARC-Record-ID'))
  expect(record.date).toBe(same?.header('WARC-Date'))

  // As older versions left it: fetched, and nothing kept of the answer.
  corpus.writer.exec(`DELETE FROM captures; DELETE FROM archives WHERE path LIKE 'fetched/%'`)
  expect(await readPictureRecord(corpus, 1)).toBeNull()
  await fetchAll(corpus)
  expect(imageRows(corpus)[0]).toMatchObject({ status: 'ok', width: 80 })
})

test('a body that is too long or breaks off is kept as far as it came, and says so', async () => {
  const corpus = corpusForTest()
  const noise = Buffer.alloc(300_000, 1)
  const base = await serve((path, response) => {
    if (path === '/long.png') response.writeHead(200, { 'Content-Length': 300_000 }).end(noise)
    else if (path === '/endless.png') response.writeHead(200).end(noise)
    else if (path === '/broken.png') {
      response.writeHead(200, { 'Content-Length': 1000 })
      response.write('half', () => response.destroy())
    } else if (path === '/mine.png')
      response.writeHead(200, { 'X-Robots-Tag': 'noai', 'Content-Type': 'image/png' }).end(noise)
    else response.writeHead(404).end()
  })
  const paths = ['/long.png', '/endless.png', '/broken.png', '/mine.png']
  for (const path of paths) addImage(corpus, base + path)
  await fetchAll(corpus, jobContext({ fetch: { maxBytes: 100_000 } }))
  const records = await readByWarcio(archivesOf(corpus)[0] as string, true)
  const said = paths.map((path) => {
    const record = records.find(
      (one) => one.url === base + path && one.type === 'response',
    ) as ReadRecord
    return [
      record.header('WARC-Truncated'),
      record.header('WARC-Payload-Digest'),
      record.body.length > 0,
    ]
  })
  expect(said).toEqual([
    ['length', null, false],
    ['length', null, true],
    ['disconnect', null, true],
    // The publisher's no is kept, the picture is not.
    ['unspecified', null, false],
  ])
  expect(captures(corpus)).toEqual([])
})

test('an archive that is full is followed by another', async () => {
  const corpus = corpusForTest()
  const pictures = await Promise.all([80, 81, 82, 83].map(png))
  const base = await serve((path, response) => {
    const bytes = pictures[Number(/\d/.exec(path)?.[0])]
    if (bytes) response.writeHead(200, { 'Content-Type': 'image/png' }).end(bytes)
    else response.writeHead(404).end()
  })
  for (const n of [0, 1, 2, 3]) addImage(corpus, `${base}/${n}.png`)
  await fetchAll(corpus, jobContext(), { maxArchiveBytes: 1500 })
  const files = archivesOf(corpus)
  expect(files.length).toBeGreaterThan(1)
  for (const file of files) expect((await readByWarcio(file, true))[0]?.type).toBe('warcinfo')
  expect(new Set(captures(corpus).map(({ path }) => path)).size).toBeGreaterThan(1)
  const states = corpus.reader
    .prepare<[], string>(`SELECT DISTINCT state FROM archives`)
    .pluck()
    .all()
  expect(states).toEqual(['complete'])
})

test('a kill in the middle of a record loses that record only: nobody is asked again for the others', async () => {
  const corpus = corpusForTest()
  const asked: string[] = []
  const pictures = await Promise.all([80, 81, 82].map(png))
  const base = await serve((path, response) => {
    asked.push(path)
    const bytes = pictures[Number(/\d/.exec(path)?.[0])]
    if (bytes) response.writeHead(200, { 'Content-Type': 'image/png' }).end(bytes)
    else response.writeHead(404).end()
  })
  for (const n of [0, 1, 2]) addImage(corpus, `${base}/${n}.png`)
  await fetchAll(corpus)
  const [file] = archivesOf(corpus) as [string]
  const whole = statSync(file).size
  const found = captures(corpus)
  // As it is when the program is killed within the record of the last, before anything was committed.
  const last = found.at(-1) as { offset: number }
  const bytes = readFileSync(file)
  rmSync(file)
  appendFileSync(file, bytes.subarray(0, last.offset + 100))
  corpus.writer
    .exec(`DELETE FROM captures; UPDATE archives SET state = 'partial' WHERE path LIKE 'fetched/%';
    UPDATE images SET status = 'pending', sha256 = NULL`)
  for (const row of found) rmSync(blobPath(corpus.path, row.sha256 as string))
  asked.length = 0

  const context = jobContext()
  await fetchAll(corpus, context)
  expect(imageRows(corpus).map(({ status }) => status)).toEqual(['ok', 'ok', 'ok'])
  expect(asked.filter((path) => path !== '/robots.txt')).toEqual(['/2.png'])
  expect(statSync(file).size).toBe(last.offset)
  expect(last.offset).toBeLessThan(whole)
  expect((await readByWarcio(file, true)).filter(({ type }) => type === 'response').length).toBe(3)
  expect(context.told.warnings.join()).toContain('its 100 bytes were cut off')
  const failures = corpus.reader
    .prepare<[], { reason: string; offset: number }>('SELECT reason, offset FROM failures')
    .all()
  expect(failures).toEqual([{ reason: 'truncated-record', offset: last.offset }])
  for (const row of imageRows(corpus)) expect(hasBlob(corpus.path, row.sha256 as string)).toBe(true)
})

test('a fetch that is killed again and again keeps every record whole and asks for little twice', async () => {
  const corpus = newCorpus()
  const pictures = await Promise.all(Array.from({ length: 120 }, (_, i) => png(20 + i)))
  const asked: string[] = []
  const base = await serve((path, response) => {
    const n = /^\/(\d+)\.png$/.exec(path)?.[1]
    if (n === undefined) return response.writeHead(404).end()
    asked.push(path)
    return response.writeHead(200, { 'Content-Type': 'image/png' }).end(pictures[Number(n)])
  })
  for (let i = 0; i < 120; i++) addImage(corpus, `${base}/${i}.png`)
  const { path } = corpus
  corpus.close()
  const script = fileURLToPath(new URL('./pictures-run.ts', import.meta.url))
  let kills = 0
  for (let n = 0; n < 10; n++) {
    const child = spawn(process.execPath, [script, path, 'fetch'], { stdio: 'inherit' })
    const enough = asked.length + 25
    const timer = setInterval(() => {
      if (kills < 3 && asked.length >= enough) child.kill('SIGKILL')
    }, 1)
    const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
    clearInterval(timer)
    if (code === 0) break
    kills++
  }
  expect(kills).toBe(3)
  const again = openCorpus(path)
  open.push(again)
  expect(imageRows(again).filter(({ status }) => status === 'ok').length).toBe(120)
  // At most what was in flight when it was killed.
  expect(asked.length).toBeLessThanOrEqual(120 + kills * 4)
  const responses = new Map<string, number>()
  for (const file of archivesOf(again)) {
    const records = await readByWarcio(file, true)
    for (const record of records)
      if (record.type === 'response' && record.status === 200)
        responses.set(record.url as string, (responses.get(record.url as string) ?? 0) + 1)
  }
  expect(responses.size).toBe(120)
  expect(captures(again).filter(({ kind }) => kind === 'picture').length).toBe(120)
})
