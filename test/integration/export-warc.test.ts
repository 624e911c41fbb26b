import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { afterEach, describe, expect, test } from 'vitest'
import { PairListing } from '#shared/pair-listing.ts'
import type { PairDetail } from '#shared/domain.ts'
import { Manifest } from '../../src/main/export/manifest.ts'
import { ExportInput } from '#shared/contract/jobs.ts'
import { runExport } from '../../src/main/jobs/export.ts'
import { blobPath, putBlob } from '../../src/main/store/blobs.ts'
import type { Corpus } from '../../src/main/store/open.ts'
import { addArchive } from '../../src/main/store/repositories/archives.ts'
import { imageIds } from '../../src/main/store/repositories/images.ts'
import { putLabelEvent } from '../../src/main/store/repositories/labels.ts'
import { ensureModel } from '../../src/main/store/repositories/models.ts'
import { pairDetail } from '../../src/main/store/repositories/pairs.ts'
import { putScores } from '../../src/main/store/repositories/scores.ts'
import { hasPage, rowWriter } from '../../src/main/store/repositories/table-rows.ts'
import { transaction } from '../../src/main/store/statements.ts'
import { listInputs, openArchive, recordMember } from '../../src/main/warc/index.ts'
import { ingest, jobContext } from '../support/ingest.ts'
import { sharedData } from '../support/shared-data.ts'
import { readByWarcio } from '../support/warcio.ts'
import { exportContext, tinyPng } from './export-support.ts'

const SAMPLE = resolve('resources/sample/gleaner-sample.warc.gz')
const real = sharedData('warc')

const open: Corpus[] = []
const folders: string[] = []
afterEach(() => {
  for (const corpus of open.splice(0)) corpus.close()
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), 'export-warc-'))
  folders.push(folder)
  return folder
}

async function ingested(...args: Parameters<typeof ingest>): Promise<Corpus> {
  const [path, inputs, more, ...rest] = args
  const corpus = await ingest(path, inputs, { images: 'archive', ...more }, ...rest)
  open.push(corpus)
  return corpus
}

const pairIds = (corpus: Corpus): number[] =>
  corpus.reader.prepare<[], number>('SELECT id FROM pairs ORDER BY id').pluck().all()
const pairsOf = (corpus: Corpus): PairDetail[] =>
  pairIds(corpus).map((id) => pairDetail(corpus.reader, id))

/** Every pair gets a score of its own, exact in float32. */
function score(corpus: Corpus): void {
  const model = { digest: 'f'.repeat(64), name: 'm', title: 'A model', manifest: '{}' }
  const modelId = ensureModel(corpus.writer, model)
  const scores = pairIds(corpus).map((pairId, i) => ({ pairId, cosine: (i % 4) / 4 }))
  putScores(corpus.writer, { modelId, text: 'alt', scores })
}

/** What must be the same after a way through an archive, whatever its ids and places. */
function content(pair: PairDetail) {
  const { page, image, text, rules, position, scores, provenance } = pair
  const { url, date, language, title, recordId } = page
  const inPage = hasPage(provenance.recordType)
  const { status, sha256, width, height, mime } = image
  return JSON.stringify([
    inPage ? [url, date, language, title, recordId, position] : [url, date, language, title],
    [image.url, status, sha256, width, height, mime],
    [text, rules, scores],
  ])
}
const sorted = (pairs: PairDetail[]): string[] => pairs.map(content).sort()

const places = (pairs: PairDetail[]): string[] =>
  pairs
    .map(({ page, position, image, text, rules, scores }) =>
      JSON.stringify([page.url, page.recordId, position, image.url, text, rules, scores]),
    )
    .sort()

/** A page with four pictures: captured, through a redirect, as a revisit, and broken. */
async function tinyArchive(path: string): Promise<string> {
  const at = 'http://a.example'
  const date = '2026-01-02T03:04:05Z'
  const names = ['one', 'moved', 'same', 'broken']
  const html = `<p>Words before.</p>${names.map((name) => `<img src=/${name}.png alt="${name} é">`).join('<p>between</p>')}`
  const http = (status: string, fields: string): Uint8Array =>
    Buffer.from(`HTTP/1.1 ${status}\r\n${fields}\r\n\r\n`)
  const contentType = 'application/http; msgtype=response'
  const response = (name: string, head: Uint8Array, body: Uint8Array) =>
    recordMember({ type: 'response', url: `${at}/${name}`, date, contentType, head, body })
  const none = new Uint8Array()
  const png = http('200 OK', 'Content-Type: image/png')
  const picture = tinyPng(0)
  await writeFile(
    path,
    Buffer.concat([
      await response(
        '',
        http('200 OK', 'Content-Type: text/html; charset=utf-8'),
        Buffer.from(html),
      ),
      await response('one.png', png, picture),
      await response('moved.png', http('302 Found', 'Location: /target.png'), none),
      await response('target.png', png, tinyPng(7)),
      await recordMember({
        ...{ type: 'revisit', url: `${at}/same.png`, date, contentType, head: png, body: none },
        fields: [
          ['WARC-Profile', 'http://netpreserve.org/warc/1.1/revisit/identical-payload-digest'],
          ['WARC-Refers-To-Target-URI', `${at}/one.png`],
          ['WARC-Refers-To-Date', date],
        ],
      }),
      await response('broken.png', png, picture.subarray(0, 40)),
    ]),
  )
  return path
}

async function exported(
  corpus: Corpus,
  where = '',
): Promise<{ out: string; manifest: Manifest; files: string[] }> {
  const out = join(temporary(), 'archive')
  await runExport(
    corpus,
    ExportInput.parse({ corpus: corpus.path, format: 'warc', out, where, text: 'alt' }),
    exportContext(),
  )
  const manifest = Manifest.parse(JSON.parse(await readFile(join(out, 'manifest.json'), 'utf8')))
  const files = readdirSync(out).filter((name) => name.endsWith('.warc.gz'))
  return { out, manifest, files: files.map((name) => join(out, name)) }
}

interface Read {
  type: string
  id: string
  url: string | null
  refersTo: string | null
  body: Buffer
}

async function readAll(paths: string[]): Promise<Read[]> {
  const records = await Promise.all(paths.map((path) => readByWarcio(path, false)))
  return records.flat().map(({ type, url, header, body }) => ({
    ...{ type, url, body, refersTo: header('WARC-Refers-To') },
    id: header('WARC-Record-ID') ?? '',
  }))
}

const listingsIn = (records: Read[]): (Read & { listing: PairListing })[] =>
  records
    .filter(({ type }) => type === 'metadata')
    .map((record) => ({
      ...record,
      listing: PairListing.parse(JSON.parse(record.body.toString())),
    }))

describe.each([
  ['the sample', SAMPLE],
  ...(real
    ? readdirSync(real)
        .filter((name) => /^(books-toscrape|govuk|replayweb|resource)/.test(name))
        .map((name): [string, string] => [name, join(real, name)])
    : []),
])('of %s', (_, archive) => {
  test('the archive of all pairs and of some, read by warcio, counted and ingested again, gives the same pairs', async () => {
    const folder = temporary()
    const corpus = await ingested(join(folder, 'a.gleaner'), [archive])
    score(corpus)
    const all = pairsOf(corpus)
    const sources = new Map<string, Buffer>()
    for (const source of (await listInputs(archive)).sources)
      for await (const { records } of await openArchive(source))
        for (const { headers, block } of records) {
          const id = headers.get('warc-record-id')
          if (id !== undefined) sources.set(id, Buffer.from(block))
        }
    for (const [name, where] of [
      ['all', ''],
      ['some', 'score>=0.5'],
    ] as const) {
      const chosen = all.filter((pair) => where === '' || (pair.scores[0]?.cosine ?? 0) >= 0.5)
      expect(chosen.length).toBeGreaterThan(0)
      const { manifest, files } = await exported(corpus, where)
      expect(manifest.counts).toMatchObject({
        matched: chosen.length,
        exported: chosen.length,
        skipped: {},
      })
      const records = await readAll(files)
      const listings = listingsIn(records)
      const listed = listings.flatMap(({ listing }) => listing.pairs)
      expect(listed.length).toBe(chosen.length)
      const pages = new Set(chosen.map(({ page }) => `${page.archive} ${page.offset}`))
      expect(listings.length).toBe(pages.size)
      expect(new Set(records.map(({ id }) => id)).size).toBe(records.length)
      const copied = new Map(records.map((record) => [record.id, record]))
      for (const { refersTo, url } of listings) {
        // The page itself, byte for byte, once.
        const page = copied.get(refersTo as string)
        expect(page?.url).toBe(url)
        expect(page?.body.equals(sources.get(refersTo as string) as Buffer)).toBe(true)
      }
      const others = records.filter(({ type }) => type !== 'warcinfo' && type !== 'metadata')
      const pictures = new Set(chosen.map(({ image }) => image.sha256).filter(Boolean))
      expect(others.length).toBeGreaterThanOrEqual(pages.size + pictures.size)

      // Pictures are decoded once: that takes most of the time.
      const images = name === 'all' ? 'archive' : 'none'
      const listedAgain = { onlyListed: true, images } as const
      const again = await ingested(join(folder, `${name}-listed.gleaner`), files, listedAgain)
      const same = name === 'all' ? sorted : places
      expect(same(pairsOf(again))).toEqual(same(chosen))
      const amiss = `SELECT count(*) FROM failures WHERE reason LIKE '%list%'`
      expect(again.reader.prepare(amiss).pluck().get()).toBe(0)
      if (name === 'all') continue
      const whole = await ingested(join(folder, 'whole.gleaner'), files, { images: 'none' })
      const ofPages = all.filter(({ page }) => pages.has(`${page.archive} ${page.offset}`))
      const bare = (pairs: PairDetail[]): string[] =>
        places(pairs.map((p) => ({ ...p, scores: [] })))
      expect(bare(pairsOf(whole))).toEqual(bare(ofPages))
    }
  })
})

test('pictures that were not crawled, pages of standard input and pairs of tables are in it, too', async () => {
  const folder = temporary()
  const path = join(folder, 'a.gleaner')
  const bytes = await readFile(await tinyArchive(join(folder, 'tiny.warc.gz')))
  const corpus = await ingested(path, ['-'], {}, { stdin: Readable.from([bytes]) })
  const db = corpus.writer
  // One picture as if it came from a folder.
  const [first] = pairsOf(corpus).filter(({ image }) => image.status === 'ok')
  const sha256 = putBlob(path, tinyPng(1))
  db.prepare(
    `UPDATE images SET sha256 = ?, width = 1, height = 1, mime = 'image/png', bytes = ? WHERE url = ?`,
  ).run(sha256, tinyPng(1).length, first?.image.url)
  transaction(db, () => {
    const table = addArchive(db, {
      path: '/t/table.csv',
      bytes: 9,
      fingerprint: 'ab',
      software: 'x',
    })
    const rows = rowWriter(db, imageIds(db), table.id)
    for (let row = 0; row < 3; row++) {
      rows.page({
        offset: row,
        url: row === 2 ? '' : `http://p.example/${row}`,
        date: null,
        language: 'de',
      })
      rows.pair({
        ...{
          row,
          imageUrl: `http://i.example/${row} ü.png`,
          alternates: [],
          imageRule: 'column:url',
          alt: `row ${row} ü`,
        },
        ...{ title: null, caption: row === 1 ? '' : 'c', captionRule: 'column:caption' },
        ...{ declaredWidth: 10, declaredHeight: null },
        ...{ before: null, after: null },
      })
    }
  })
  const other = putBlob(path, tinyPng(2))
  db.prepare(
    `UPDATE images SET status = 'ok', sha256 = ?, width = 1, height = 1, mime = 'image/png', bytes = ?
     WHERE url LIKE 'http://i.example/0%'`,
  ).run(other, tinyPng(2).length)
  score(corpus)
  const all = pairsOf(corpus)
  const { files } = await exported(corpus)
  const records = await readAll(files)
  const resources = records.filter(({ type }) => type === 'resource')
  expect(resources.some(({ body }) => body.equals(tinyPng(1)))).toBe(true)
  const picture = resources.find(({ body }) => body.equals(tinyPng(2)))
  const row = listingsIn(records).find(({ refersTo }) => refersTo === picture?.id)
  expect(row?.listing).toMatchObject({
    page: { kind: 'row', archive: 'table.csv' },
    pairs: [{ position: 0 }],
  })

  const again = await ingested(join(folder, 'b.gleaner'), files, { onlyListed: true })
  // What was not looked for yet has been, and is not in the archive.
  const looked = sorted(all).map((pair) => pair.replace('"pending"', '"missing"'))
  expect(sorted(pairsOf(again))).toEqual(looked)
  // Without the list there is no page for them, but the pictures are.
  const whole = await ingested(join(folder, 'c.gleaner'), files)
  expect(pairsOf(whole).length).toBe(all.length - 3)
})

test('labels are listed; where an archive is gone its pairs are left out and counted', async () => {
  const folder = temporary()
  const path = join(folder, 'a.gleaner')
  const sample = await tinyArchive(join(folder, 'tiny.warc.gz'))
  const corpus = await ingested(path, [sample])
  const [id] = pairIds(corpus) as [number]
  putLabelEvent(corpus.writer, {
    ...{ annotator: 'ann', review: false, pairId: id, seconds: 2, software: 'test' },
    state: { status: 'labeled', spans: [], flagged: true, note: 'look' },
  })
  const { files } = await exported(corpus)
  const labels = listingsIn(await readAll(files)).flatMap(({ listing }) =>
    listing.pairs.flatMap((pair) => pair.labels),
  )
  expect(labels).toEqual([
    {
      annotator: 'ann',
      review: false,
      state: { status: 'labeled', spans: [], flagged: true, note: 'look' },
    },
  ])
  // A lost file of a picture comes from its record.
  const held = pairsOf(corpus).find(({ image }) => image.sha256)?.image.sha256 as string
  rmSync(blobPath(path, held))
  const before = (await exported(corpus)).manifest.counts
  expect(before.skipped).toEqual({})

  transaction(corpus.writer, () => {
    const table = addArchive(corpus.writer, {
      path: '/t.csv',
      bytes: 9,
      fingerprint: 'ab',
      software: 'x',
    })
    const rows = rowWriter(corpus.writer, imageIds(corpus.writer), table.id)
    rows.page({ offset: 0, url: '', date: null, language: null })
    rows.pair({
      ...{
        row: 0,
        imageUrl: 'http://i.example/',
        alternates: [],
        imageRule: 'column:url',
        alt: 'a',
        title: null,
      },
      ...{ caption: null, captionRule: null, declaredWidth: null, declaredHeight: null },
      ...{ before: null, after: null },
    })
  })
  renameSync(sample, `${sample}.away`)
  const { manifest } = await exported(corpus)
  expect(manifest.counts).toMatchObject({
    matched: before.matched + 1,
    exported: 1,
    skipped: { 'archive-missing': before.matched },
  })
})

test('redirects and revisits go along with what they lead to, and broken pictures as they are', async () => {
  const folder = temporary()
  const archive = await tinyArchive(join(folder, 'tiny.warc.gz'))
  const corpus = await ingested(join(folder, 'a.gleaner'), [archive])
  const statuses = pairsOf(corpus).map(({ image }) => image.status)
  expect(statuses).toEqual(['ok', 'ok', 'ok', 'failed'])
  const { files } = await exported(corpus)
  const original = await readAll([archive])
  const copied = (await readAll(files)).filter(({ type }) => !/warcinfo|metadata/.test(type))
  expect(copied.map(({ id }) => id).sort()).toEqual(original.map(({ id }) => id).sort())
  const again = await ingested(join(folder, 'b.gleaner'), files, { onlyListed: true })
  expect(sorted(pairsOf(again))).toEqual(sorted(pairsOf(corpus)))
  // Of the one that goes another way only what leads there.
  const one = await exported(corpus, 'alt:moved')
  const urls = (await readAll(one.files)).flatMap(({ url }) => url ?? [])
  const at = 'http://a.example/'
  expect(urls).toEqual([at, `${at}moved.png`, `${at}target.png`, at])
})

test('fetched pictures go along with their records and redirects', async () => {
  const folder = temporary()
  const script = resolve(import.meta.dirname, '../e2e/fetched-corpus.ts')
  execFileSync(process.execPath, [script, folder])
  const chosen = join(folder, 'chosen', '00000.warc.gz')
  const records = await readAll([chosen])
  const types = records.map(({ type, url }) => `${type} ${url ? new URL(url).pathname : ''}`)
  expect(types).toEqual([
    'warcinfo ',
    'response /',
    'response /0.jpg',
    'response /moved.jpg',
    'response /2.jpg',
    'metadata /',
  ])
  const again = await ingested(join(folder, 'b.gleaner'), [chosen], { onlyListed: true })
  const found = pairsOf(again).map(({ text, image }) => [text.alt, image.status, image.width])
  expect(found).toEqual([
    ['A blue door', 'ok', 320],
    ['A red roof', 'ok', 320],
  ])
})

test('the same recipe gives the same bytes', async () => {
  const folder = temporary()
  const archive = await tinyArchive(join(folder, 'tiny.warc.gz'))
  const corpus = await ingested(join(folder, 'a.gleaner'), [archive])
  const [one, two] = [await exported(corpus), await exported(corpus)]
  expect(one.manifest.contentHash).toBe(two.manifest.contentHash)
})

test('an archive without a list gives nothing where only listed pairs are asked for, and says so', async () => {
  const folder = temporary()
  const archive = await tinyArchive(join(folder, 'tiny.warc.gz'))
  const ctx = jobContext()
  const corpus = await ingested(join(folder, 'a.gleaner'), [archive], { onlyListed: true }, {}, ctx)
  expect(pairIds(corpus)).toEqual([])
  expect(ctx.warnings.join()).toContain('lists no pairs')
  const left = corpus.reader
    .prepare<[], { reason: string; n: number }>(
      `SELECT reason, n FROM left_out WHERE reason = 'not-listed'`,
    )
    .all()
  expect(left[0]?.n).toBeGreaterThan(0)
  corpus.close()
  open.splice(0)
  // Asked otherwise later, it stays and says so.
  const later = jobContext()
  const again = await ingested(join(folder, 'a.gleaner'), [archive], {}, {}, later)
  expect(pairIds(again)).toEqual([])
  expect(later.warnings.join()).toContain('was read before with only its listed pairs')
  await expect(
    ingested(join(folder, 'b.gleaner'), ['-'], { onlyListed: true }, { stdin: Readable.from([]) }),
  ).rejects.toThrow(/Standard input|standard input/)
})
