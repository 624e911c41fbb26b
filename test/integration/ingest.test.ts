import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { gunzipSync, gzipSync, zstdDecompressSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { CorpusStats } from '#shared/contract/corpora.ts'
import { seededRandom } from '../../src/shared/random.ts'
import { hasBlob } from '../../src/main/store/blobs.ts'
import { createCorpus, isCorpus, openCorpus, openReader } from '../../src/main/store/open.ts'
import type { Corpus } from '../../src/main/store/open.ts'
import { listFailures } from '../../src/main/store/repositories/list-failures.ts'
import { corpusStats } from '../../src/main/store/repositories/stats.ts'
import { contentHash, ingest, jobContext } from '../support/ingest.ts'
import { sharedData } from '../support/shared-data.ts'
import { makeZip } from '../unit/warc/make.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gleaner-ingest-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

const SAMPLE = resolve(import.meta.dirname, '../../resources/sample/gleaner-sample.warc.gz')
const real = sharedData('warc')
const damaged = sharedData('warc-damaged')

async function statsOf(inputs: string[], name = 'c.gleaner'): Promise<CorpusStats> {
  const corpus = await ingest(join(folder, name), inputs)
  const stats = corpusStats(corpus.reader)
  corpus.close()
  return stats
}

/** A record as writers make it. */
function record(
  type: string,
  url: string,
  block: string | Buffer,
  more: Record<string, string> = {},
): Buffer {
  const bytes = Buffer.from(block)
  const head = {
    'WARC-Type': type,
    'WARC-Target-URI': url,
    'WARC-Date': '2020-01-02T03:04:05Z',
    'WARC-Record-ID': `<urn:uuid:${type}-${url.length}>`,
    'Content-Type': 'application/http; msgtype=response',
    'Content-Length': String(bytes.length),
    ...more,
  }
  const lines = Object.entries(head).map(([name, value]) => `${name}: ${value}\r\n`)
  return Buffer.concat([
    Buffer.from(`WARC/1.0\r\n${lines.join('')}\r\n`),
    bytes,
    Buffer.from('\r\n\r\n'),
  ])
}

function response(url: string, type: string, body: string | Buffer, status = '200 OK'): Buffer {
  const bytes = Buffer.from(body)
  const head = `HTTP/1.1 ${status}\r\nContent-Type: ${type}\r\nContent-Length: ${bytes.length}\r\n\r\n`
  return record('response', url, Buffer.concat([Buffer.from(head), bytes]))
}

const page = (number: number, pictures: number, more = ''): Buffer =>
  response(
    `https://a.example/${number}`,
    'text/html; charset=utf-8',
    `<html lang=en><title>Page ${number}</title><body><p>Before ${number}</p>` +
      Array.from(
        { length: pictures },
        (_, i) => `<p><img src="/p/${number}-${i}.png" alt="Picture ${i} of ${number}"></p>`,
      ).join('') +
      `<p>After</p>${more}</body></html>`,
  )
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

/**
 * The table of the data's README, counted by an independent program. Where a number of ours
 * differs, `why` says by which rule.
 */
const REAL: Record<
  string,
  {
    records: Record<string, number>
    html: number
    img: number
    alt: number
    pictures: number
    why?: { pictures?: [ours: number, reason: string] }
  }
> = {
  'blackbook.warc.gz': {
    records: { metadata: 261, request: 261, response: 299, warcinfo: 1 },
    html: 94,
    img: 788,
    alt: 596,
    pictures: 55,
  },
  'books-toscrape.warc': {
    records: { request: 30, response: 30 },
    html: 1,
    img: 20,
    alt: 20,
    pictures: 20,
  },
  'commoncrawl-sample.warc.gz': {
    records: { metadata: 1, request: 22, resource: 2, response: 22, warcinfo: 1 },
    html: 22,
    img: 240,
    alt: 169,
    pictures: 0,
  },
  'etig.warc.gz': {
    records: { metadata: 251, request: 251, response: 299, warcinfo: 1 },
    html: 76,
    img: 567,
    alt: 182,
    pictures: 44,
    why: {
      pictures: [
        43,
        'two favicons are responses of type image without a body: nothing to hold; one that is sent as text/plain is a picture',
      ],
    },
  },
  'govuk-revisit.warc.gz': {
    records: { metadata: 62, request: 62, response: 65, warcinfo: 1 },
    html: 32,
    img: 74,
    alt: 10,
    pictures: 7,
  },
  'iana-2.warc': {
    records: { request: 58, response: 24, revisit: 34, warcinfo: 2 },
    html: 6,
    img: 6,
    alt: 6,
    pictures: 4,
  },
  'iana.warc.gz': {
    records: { request: 171, response: 48, revisit: 123, warcinfo: 1 },
    html: 16,
    img: 32,
    alt: 16,
    pictures: 4,
    why: {
      pictures: [
        5,
        'a favicon is served as application/octet-stream: its bytes say that it is one',
      ],
    },
  },
  'replayweb-example.wacz': {
    records: { request: 14, response: 14, warcinfo: 1 },
    html: 1,
    img: 6,
    alt: 0,
    pictures: 7,
  },
  'resource-records-2002.warc.gz': {
    records: { resource: 47, revisit: 1, warcinfo: 1 },
    html: 22,
    img: 76,
    alt: 5,
    pictures: 19,
  },
}

describe.skipIf(real === null)('a real archive', () => {
  test.each(Object.entries(REAL))(
    '%s gives the records, pages, pictures and alts that were counted independently',
    async (name, expected) => {
      const path = join(folder, 'c.gleaner')
      const corpus = await ingest(path, [join(real as string, name)])
      const stats = corpusStats(corpus.reader)
      expect(stats.records).toEqual(expected.records)
      expect(stats.pages).toBe(expected.html)
      const notPaired = Object.values(stats.notPaired).reduce((a, b) => a + b, 0)
      expect(stats.pairs + notPaired).toBe(expected.img)
      expect(stats.withAlt).toBe(expected.alt)
      const held = corpus.reader
        .prepare<[], { url: string; sha256: string }>(
          'SELECT url, sha256 FROM captures WHERE sha256 IS NOT NULL',
        )
        .all()
      expect(new Set(held.map(({ url }) => url)).size).toBe(
        expected.why?.pictures?.[0] ?? expected.pictures,
      )
      expect(held.every(({ sha256 }) => hasBlob(path, sha256))).toBe(true)
      expect(stats.archives).toMatchObject([
        { state: 'complete', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string },
      ])
      corpus.close()
    },
  )

  test('a folder of them gives what each of them gives, and a second ingest adds nothing', async () => {
    const path = join(folder, 'c.gleaner')
    const first = await ingest(path, [real as string])
    const before = contentHash(first.reader)
    const sum = (of: (row: (typeof REAL)[string]) => number): number =>
      Object.values(REAL).reduce((n, row) => n + of(row), 0)
    const stats = corpusStats(first.reader)
    expect(stats.pages).toBe(sum(({ html }) => html))
    expect(stats.withAlt).toBe(sum(({ alt }) => alt))
    first.close()
    const ctx = jobContext()
    const again = await ingest(path, [real as string], {}, {}, ctx)
    expect(contentHash(again.reader)).toBe(before)
    expect(ctx.results['Already complete']).toBe('9')
    expect(ctx.results['Pairs']).toBe('0')
    again.close()
  })
})

test('killed at ten random moments, an ingest ends with the same pairs as an undisturbed run', async () => {
  // As a crawler writes it, unpacked, in a WACZ, and as a single gzip member: that one cannot be
  // entered in its middle, so its resume skips what is there.
  const packed = readFileSync(SAMPLE)
  const unpacked = gunzipSync(packed)
  const copies = {
    'plain.warc': unpacked,
    'packed.wacz': makeZip([{ name: 'archive/data.warc.gz', bytes: packed }]),
    'single.warc.gz': gzipSync(unpacked),
  }
  for (const [name, bytes] of Object.entries(copies)) writeFileSync(join(folder, name), bytes)
  const inputs = [SAMPLE, ...Object.keys(copies).map((name) => join(folder, name))]
  const calm = await ingest(join(folder, 'calm.gleaner'), inputs)
  const expected = contentHash(calm.reader)
  calm.close()

  let path = join(folder, 'killed.gleaner')
  const random = seededRandom(20).next
  let seen: number[] = []
  let kills = 0
  const isWhole = async (): Promise<void> => {
    const ended = await ingest(path, inputs)
    expect(contentHash(ended.reader)).toBe(expected)
    ended.close()
  }
  for (let attempt = 0; attempt < 60 && kills < 10; attempt++) {
    const child = spawn(
      process.execPath,
      [join(import.meta.dirname, '../support/ingest-child.ts'), path, ...inputs],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    const exited = once(child, 'exit')
    // From before its first commit to after its last.
    await waitForCorpus(path, exited)
    await new Promise((resolve) => setTimeout(resolve, 30 + random() * 700))
    child.kill('SIGKILL')
    const [code] = (await exited) as [number | null]
    if (code === null) kills++
    if (!isCorpus(path)) continue
    const db = openReader(path)
    const pairs = db.prepare<[], number>('SELECT count(*) FROM pairs').pluck().get() ?? 0
    const doubled = db
      .prepare(
        'SELECT 1 FROM pairs p JOIN pages g ON g.id = p.page_id GROUP BY g.archive_id, g.offset, p.position HAVING count(*) > 1',
      )
      .get()
    db.close()
    expect(doubled).toBeUndefined()
    expect(pairs).toBeGreaterThanOrEqual(seen.at(-1) ?? 0)
    seen.push(pairs)
    if (code !== 0) continue
    // A fast machine comes to the end between two kills: the rest fall on a corpus of their own.
    await isWhole()
    path = join(folder, `killed-${attempt}.gleaner`)
    seen = []
  }
  expect(kills).toBe(10)
  await isWhole()
}, 240_000)

async function waitForCorpus(path: string, exited: Promise<unknown>): Promise<void> {
  let gone = false
  void exited.then(() => (gone = true))
  while (!gone && !isCorpus(path)) await new Promise((resolve) => setTimeout(resolve, 5))
}

describe.skipIf(damaged === null)('a damaged archive', () => {
  /** Pages and `<img>` that the independent program saw; ours finds at least these. */
  const SEEN: Record<string, [pages: number, img: number]> = {
    'blackbook-truncated.warc.gz': [2, 53],
    'clipped.warc.gz': [1, 7],
    'example-bad-length.warc': [1, 0],
    'example-bad-non-chunked.warc.gz': [1, 0],
    'example-wget-bad-target-uri.warc.gz': [1, 0],
    'example-wrong-chunks.warc.gz': [1, 0],
    'invalid-warcfile-digest-fields.warc': [2, 2],
    'transfer_compression_gzip_chunked.warc.gz': [1, 63],
    'transfer_compression_none_truncated.warc.gz': [1, 0],
  }

  test('never stops the others: what is readable is read, the rest is counted with its place', async () => {
    const names = readdirSync(damaged as string)
    const ctx = jobContext()
    const corpus = await ingest(join(folder, 'c.gleaner'), [damaged as string], {}, {}, ctx)
    const perArchive = corpus.reader.prepare<[string], { pages: number; img: number }>(
      `SELECT count(DISTINCT g.id) AS pages, count(p.id) + coalesce((SELECT sum(n) FROM not_paired WHERE archive_id = a.id), 0) AS img
       FROM archives a LEFT JOIN pages g ON g.archive_id = a.id LEFT JOIN pairs p ON p.page_id = g.id WHERE a.name = ?`,
    )
    for (const [name, [pages, img]] of Object.entries(SEEN)) {
      const found = perArchive.get(name)
      expect(found?.pages, name).toBeGreaterThanOrEqual(pages)
      expect(found?.img, name).toBeGreaterThanOrEqual(img)
    }
    const listed = listFailures(corpus.reader, { offset: 0, limit: 1000 }).failures
    // Behind them stands what was left out; `accounts.test.ts` is about that.
    const failures = listed.slice(0, Number(ctx.results['Failures']))
    for (const failure of failures) {
      expect(failure.reason).toMatch(/^[a-z-]+$/)
      expect(failure.detail).not.toBeNull()
      if (failure.stage === 'record') expect(failure.offset).not.toBeNull()
    }
    const reasons = new Set(failures.map(({ reason }) => reason))
    for (const reason of [
      'truncated-gzip',
      'wrong-content-length',
      'not-an-archive',
      'no-archive-in-wacz',
    ]) {
      expect([...reasons]).toContain(reason)
    }
    expect(corpusStats(corpus.reader).archives.every(({ state }) => state === 'complete')).toBe(
      true,
    )
    expect(names.length).toBeGreaterThan(20)
    // Neither the failures nor anything else is there twice after a second time.
    const before = contentHash(corpus.reader)
    corpus.close()
    const again = await ingest(join(folder, 'c.gleaner'), [damaged as string])
    expect(contentHash(again.reader)).toBe(before)
    again.close()
  })
})

describe('an ingest', () => {
  const archive = (): Buffer =>
    Buffer.concat([
      record('warcinfo', '', 'software: test\r\n', { 'Content-Type': 'application/warc-fields' }),
      page(1, 3),
      response('https://a.example/p/1-0.png', 'image/png', PNG),
      response('https://a.example/gone', 'text/html', '<img src=x.png>', '404 Not Found'),
      response('https://a.example/empty', 'text/html', ''),
      page(2, 2),
    ])

  test('keeps where everything came from', async () => {
    const path = join(folder, 'a.warc')
    writeFileSync(path, archive())
    const corpus = await ingest(join(folder, 'c.gleaner'), [path])
    const rows = corpus.reader
      .prepare(
        `SELECT g.url, g.record_id, g.date, g.title, g.language, p.position, i.url AS image, p.alt, c.before, p.tag_start
         FROM pairs p JOIN pages g ON g.id = p.page_id JOIN images i ON i.id = p.image_id
         LEFT JOIN contexts c ON c.pair_id = p.id ORDER BY p.id`,
      )
      .all() as { tag_start: number }[]
    expect(rows).toHaveLength(5)
    expect(rows[0]).toMatchObject({
      url: 'https://a.example/1',
      record_id: '<urn:uuid:response-19>',
      date: '2020-01-02T03:04:05Z',
      title: 'Page 1',
      language: 'en',
      position: 0,
      image: 'https://a.example/p/1-0.png',
      alt: 'Picture 0 of 1',
      before: 'Before 1',
    })
    expect(corpusStats(corpus.reader)).toMatchObject({
      records: { warcinfo: 1, response: 5 },
      pages: 2,
      pairs: 5,
      failures: {},
    })
    corpus.close()
  })

  test('knows an archive under another name, and finds it when it was moved', async () => {
    const path = join(folder, 'a.warc')
    writeFileSync(path, archive())
    await statsOf([path])
    mkdirSync(join(folder, 'elsewhere'))
    copyFileSync(path, join(folder, 'elsewhere', 'b.warc'))
    rmSync(path)
    const stats = await statsOf([join(folder, 'elsewhere', 'b.warc')])
    expect(stats.pairs).toBe(5)
    expect(stats.archives).toMatchObject([{ path: join(folder, 'elsewhere', 'b.warc') }])
  })

  test('reads a stream, keeps its pages, and does not add it a second time', async () => {
    for (const bytes of [archive(), gzipSync(archive())]) {
      const name = join(folder, `c${bytes.length}.gleaner`)
      const corpus = await ingest(
        name,
        ['-'],
        {},
        { stdin: Readable.from([bytes.subarray(0, 100), bytes.subarray(100)]) },
      )
      expect(corpusStats(corpus.reader)).toMatchObject({ pages: 2, pairs: 5 })
      const kept = corpus.reader
        .prepare<[], Buffer>('SELECT kept_html FROM pages ORDER BY id')
        .pluck()
        .get() as Buffer
      expect(zstdDecompressSync(kept).toString()).toContain('<title>Page 1</title>')
      const before = contentHash(corpus.reader)
      corpus.close()
      const again = await ingest(name, ['-'], {}, { stdin: Readable.from([bytes]) })
      expect(contentHash(again.reader)).toBe(before)
      again.close()
    }
  })

  test('that is canceled keeps what it has and goes on from there', async () => {
    const path = join(folder, 'a.warc')
    // More than is in flight at a time.
    const filler = `<!-- ${'x'.repeat(20_000)} -->`
    const pages = Array.from({ length: 2000 }, (_, i) => page(i, 5, filler))
    writeFileSync(path, Buffer.concat(pages))
    const abort = new AbortController()
    const ctx = jobContext(abort.signal)
    const progress = ctx.progress
    ctx.progress = (step) => {
      progress(step)
      abort.abort()
    }
    const first = await ingest(join(folder, 'c.gleaner'), [path], {}, {}, ctx)
    const part = corpusStats(first.reader)
    expect(part.archives[0]?.state).toBe('partial')
    expect(part.pairs).toBeLessThan(10_000)
    first.close()
    const stats = await statsOf([path])
    expect(stats).toMatchObject({ pages: 2000, pairs: 10_000, records: { response: 2000 } })
  })

  test('says how far it is in bytes', async () => {
    const path = join(folder, 'a.warc')
    writeFileSync(path, archive())
    const ctx = jobContext()
    const corpus = await ingest(join(folder, 'c.gleaner'), [path], {}, {}, ctx)
    corpus.close()
    const last = ctx.seen.at(-1)
    expect(last?.done).toBe(archive().length)
    expect(last?.total).toBe(archive().length)
    expect(last?.note).toBe('a.warc: 5 pairs')
    expect(ctx.results).toMatchObject({ Archives: '1', Pages: '2', Pairs: '5' })
  })

  test('of nothing, or of what is not there, is an error', async () => {
    await expect(
      ingest(join(folder, 'c.gleaner'), [join(folder, 'no.warc')]),
    ).rejects.toMatchObject({ kind: 'not-found' })
    mkdirSync(join(folder, 'empty'))
    await expect(ingest(join(folder, 'c.gleaner'), [join(folder, 'empty')])).rejects.toMatchObject({
      kind: 'not-found',
    })
  })

  test('survives a worker that hangs or dies on a page: that page is failed, the rest is kept', async () => {
    const path = join(folder, 'a.warc')
    writeFileSync(
      path,
      Buffer.concat([
        page(1, 1),
        response('https://a.example/hang', 'text/html', '<p>HANG'),
        page(2, 1),
        response('https://a.example/die', 'text/html', '<p>DIE'),
        page(3, 1),
        response('https://a.example/grow', 'text/html', '<p>GROW'),
        page(4, 1),
      ]),
    )
    const ctx = jobContext()
    ctx.entries = {
      ...ctx.entries,
      extractWorker: new URL('../support/broken-extract-worker.ts', import.meta.url),
    }
    const corpus = await ingest(
      join(folder, 'c.gleaner'),
      [path],
      { workers: 1 },
      { patienceMs: 3000 },
      ctx,
    )
    const stats = corpusStats(corpus.reader)
    expect(stats.pages).toBe(4)
    expect(stats.failures).toEqual({ 'page-timeout': 1, 'page-crash': 1, 'page-out-of-memory': 1 })
    const { failures } = listFailures(corpus.reader, {
      reason: 'page-timeout',
      offset: 0,
      limit: 10,
    })
    expect(failures[0]).toMatchObject({
      stage: 'page',
      url: 'https://a.example/hang',
      archive: 'a.warc',
    })
    expect(failures[0]?.offset).toBe(page(1, 1).length)
    expect(ctx.warnings[0]).toMatch(/3 pages/)
    corpus.close()
  })

  test('finds the pictures of its pages in the archive', async () => {
    const path = join(folder, 'a.warc')
    writeFileSync(path, archive())
    createCorpus(join(folder, 'c.gleaner'))
    const corpus: Corpus = await ingest(join(folder, 'c.gleaner'), [path], { images: 'archive' })
    expect(corpusStats(corpus.reader).images).toMatchObject({ ok: 1, missing: 4 })
    corpus.close()
    openCorpus(join(folder, 'c.gleaner')).close()
  })
})
