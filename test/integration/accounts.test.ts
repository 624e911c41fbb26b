/**
 * Every record and every <img> ends in exactly one place. Records and images in = pairs, captures
 * and counted reasons out, for every real archive, sound and damaged; and for the sound ones the same
 * pages, pictures and alts that warcio and parse5 find.
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { decodeHtml } from '../../src/main/extraction/index.ts'
import { recordAccounts } from '../../src/main/store/repositories/archive-accounts.ts'
import { listFailures } from '../../src/main/store/repositories/list-failures.ts'
import { corpusStats } from '../../src/main/store/repositories/stats.ts'
import type { Corpus } from '../../src/main/store/open.ts'
import { findSource, openRecords, parseHttpResponse } from '../../src/main/warc/index.ts'
import { ingest } from '../support/ingest.ts'
import { sharedData } from '../support/shared-data.ts'
import { parse5Images } from '../unit/extraction/parse5-images.ts'
import { realPages, SAMPLE } from '../unit/extraction/real-pages.ts'

const folders = [
  SAMPLE,
  sharedData('warc'),
  sharedData('warc-damaged'),
  sharedData('cases'),
].filter((folder) => folder !== null)
const ARCHIVE = /\.(?:warc(?:\.gz)?|wacz|warc\.wat\.gz)$/

interface PageRow {
  id: number
  archive: string
  path: string
  offset: number
  url: string
  pairs: number
  left: number
}

const PAGES = `SELECT g.id, a.name AS archive, a.path, g.offset, g.url,
  (SELECT count(*) FROM pairs WHERE page_id = g.id) AS pairs,
  coalesce((SELECT sum(n) FROM page_not_paired WHERE page_id = g.id), 0) AS left
  FROM pages g JOIN archives a ON a.id = g.archive_id ORDER BY a.id, g.offset`

describe.each(folders)('the archives of %s', (folder) => {
  const work = mkdtempSync(join(tmpdir(), 'gleaner-accounts-'))
  let corpus: Corpus
  let pages: PageRow[]
  beforeAll(async () => {
    const files = readdirSync(folder).filter((name) => ARCHIVE.test(name))
    corpus = await ingest(
      join(work, 'c.gleaner'),
      files.map((name) => join(folder, name)),
    )
    pages = corpus.reader.prepare<[], PageRow>(PAGES).all()
  }, 120_000)
  afterAll(() => {
    corpus.close()
    rmSync(work, { recursive: true, force: true })
  })

  test('give as many records as are in their places', () => {
    const accounts = recordAccounts(corpus.reader)
    expect(accounts.length).toBeGreaterThan(0)
    for (const { name, records, pages: read, captures, failed, leftOut } of accounts) {
      expect(read + captures + failed + leftOut, name).toBe(records)
    }
  })

  test('give as many <img> as parse5 finds in the pages, as pairs or by a reason', async () => {
    let all = 0
    const open = new Map<string, Awaited<ReturnType<typeof openRecords>>>()
    for (const page of pages) {
      let records = open.get(page.path)
      if (!records) open.set(page.path, (records = await openRecords(await findSource(page.path))))
      const record = await records.recordAt(page.offset)
      const http = parseHttpResponse(record.block)
      const type = (http.status === 0 ? record : http).headers.get('content-type') ?? null
      // By XML's rules it is another document; `unit/extraction` tests those.
      if (type !== null && /xml/i.test(type)) continue
      const { text } = decodeHtml(http.body, type, page.url)
      const images = parse5Images(text).length
      all += images
      expect(page.pairs + page.left, `${page.archive} ${page.url}`).toBe(images)
    }
    for (const records of open.values()) await records.close()
    const { notPaired, pairs } = corpusStats(corpus.reader)
    const left = Object.values(notPaired).reduce((sum, n) => sum + n, 0)
    expect(pairs + left).toBeGreaterThanOrEqual(all)
    expect(pages.reduce((sum, page) => sum + page.pairs + page.left, 0)).toBe(pairs + left)
  })

  test('list all that is counted, reason by reason', () => {
    const stats = corpusStats(corpus.reader)
    const listed: Record<string, number> = {}
    for (let offset = 0; ;) {
      const { failures, total } = listFailures(corpus.reader, { offset, limit: 7 })
      for (const { reason, n } of failures) listed[reason] = (listed[reason] ?? 0) + n
      offset += failures.length
      if (failures.length === 0) {
        expect(offset).toBe(total)
        break
      }
    }
    const counted: Record<string, number> = {}
    for (const counts of [stats.failures, stats.leftOut, stats.notPaired]) {
      for (const [reason, n] of Object.entries(counts)) counted[reason] = (counted[reason] ?? 0) + n
    }
    expect(listed).toEqual(counted)
    for (const [reason, n] of Object.entries(counted)) {
      const { failures } = listFailures(corpus.reader, { reason, offset: 0, limit: 10_000 })
      expect(failures.reduce((sum, failure) => sum + failure.n, 0)).toBe(n)
    }
  })
})

describe.skipIf(folders.length < 2)('an independent reading, by warcio and parse5', () => {
  test('gives the same pages, pictures and alts', async () => {
    const work = mkdtempSync(join(tmpdir(), 'gleaner-accounts-'))
    const real = sharedData('warc') as string
    const corpus = await ingest(join(work, 'c.gleaner'), [real])
    try {
      const seen: Record<string, number> = {}
      const differ = (what: string): void => void (seen[what] = (seen[what] ?? 0) + 1)
      const rows = corpus.reader.prepare<[], PageRow>(PAGES).all()
      const key = (archive: string, url: string): string => `${archive.split('!')[0]} ${url}`
      const ours = new Map<string, PageRow[]>()
      for (const row of rows) {
        const at = key(row.archive, row.url)
        ours.set(at, [...(ours.get(at) ?? []), row])
      }
      const alts = corpus.reader
        .prepare<[number], string | null>(
          'SELECT alt FROM pairs WHERE page_id = ? ORDER BY position',
        )
        .pluck()
      for (const page of await realPages(real)) {
        const own = ours.get(key(page.archive, page.url.replace(/^<|>$/g, '')))?.shift()
        if (!own) {
          differ(`only theirs: ${page.archive} ${page.url}`)
          continue
        }
        const images = parse5Images(page.html)
        if (images.length !== own.pairs + own.left) differ(`images: ${page.archive} ${page.url}`)
        const left = images.map(([, alt]) => alt)
        for (const alt of alts.all(own.id)) {
          const at = left.indexOf(alt)
          if (at < 0) differ(`alt: ${page.archive} ${page.url} ${alt}`)
          else left.splice(at, 1)
        }
        if (left.length !== own.left) differ(`left: ${page.archive} ${page.url}`)
      }
      for (const [at, rest] of ours) if (rest.length > 0) differ(`only ours: ${at}`)
      expect(seen).toEqual({})
    } finally {
      corpus.close()
      rmSync(work, { recursive: true, force: true })
    }
  }, 120_000)
})
