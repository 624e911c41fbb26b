import { createHash, randomUUID } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DEFAULT_SETTINGS, type Settings } from '#shared/settings.ts'
import type { FetchOptions } from '../../src/main/images/fetch-options.ts'
import type { JobContext } from '../../src/main/jobs/run/job.ts'
import { putBlob } from '../../src/main/store/blobs.ts'
import { createCorpus, openCorpus, type Corpus } from '../../src/main/store/open.ts'
import { entriesAt } from '../support/entries.ts'

const NOWHERE = new URL('file:///nowhere')
export const PICTURE_HOST = new URL('../../src/main/images/picture-host.ts', import.meta.url)

/** Names lead to a server of the test. */
export const LOCAL: Partial<FetchOptions> = {
  allowAddress: () => true,
  resolve: () => Promise.resolve(['127.0.0.1']),
  retries: 0,
}

export interface Told {
  warnings: string[]
  results: Map<string, string>
  last: { done: number; total: number | null; note: string }
  changes: number
}

export function jobContext(
  options: { signal?: AbortSignal; host?: URL; fetch?: Partial<Settings['fetch']> } = {},
): JobContext & { told: Told } {
  const told: Told = {
    warnings: [],
    results: new Map(),
    last: { done: 0, total: null, note: '' },
    changes: 0,
  }
  return {
    told,
    signal: options.signal ?? new AbortController().signal,
    progress: (progress) => (told.last = progress),
    warn: (message) => told.warnings.push(message),
    result: (label, value) => told.results.set(label, value),
    changed: () => told.changes++,
    conclude: (last) => last(),
    id: randomUUID(),
    entries: entriesAt(NOWHERE, { pictureHost: options.host ?? PICTURE_HOST }),
    settings: {
      ...DEFAULT_SETTINGS,
      fetch: { ...DEFAULT_SETTINGS.fetch, perHostDelayMs: 0, ...options.fetch },
    },
  }
}

export function newCorpus(): Corpus {
  const path = join(mkdtempSync(join(tmpdir(), 'pictures-')), 'a.gleaner')
  createCorpus(path)
  const corpus = openCorpus(path)
  corpus.writer
    .prepare(
      `INSERT INTO archives (id, path, name, bytes, fingerprint, state, software, ingested_at)
       VALUES (1, '/x/a.warc.gz', 'a.warc.gz', 1, 'f', 'complete', 'test', '2026-01-01T00:00:00Z')`,
    )
    .run()
  return corpus
}

export function addImage(corpus: Corpus, url: string, alternates: string[] = []): number {
  const { lastInsertRowid } = corpus.writer
    .prepare('INSERT INTO images (url, alternates) VALUES (?, ?)')
    .run(url, alternates.length > 0 ? JSON.stringify(alternates) : null)
  return Number(lastInsertRowid)
}

/** A page that shows pictures. */
export function addPage(
  corpus: Corpus,
  images: number[],
  page: { date?: string; robots?: string } = {},
): void {
  const next = corpus.writer.prepare('SELECT count(*) AS n FROM pages').get() as { n: number }
  const { lastInsertRowid } = corpus.writer
    .prepare(
      `INSERT INTO pages (archive_id, offset, record_type, url, date, robots)
       VALUES (1, ?, 'response', 'http://p.example/', ?, ?)`,
    )
    .run(next.n, page.date ?? null, page.robots ?? null)
  for (const [position, image] of images.entries()) {
    corpus.writer
      .prepare(
        `INSERT INTO pairs (page_id, position, image_id, image_rule, tag_start, tag_end)
         VALUES (?, ?, ?, 'src', 0, 1)`,
      )
      .run(lastInsertRowid, position, image)
  }
}

export interface CaptureOptions {
  date?: string
  digest?: string
  refersTo?: string
  refersToDate?: string
}

/** What ingest leaves behind for a picture in an archive; without bytes a revisit. */
export function addCapture(
  corpus: Corpus,
  url: string,
  bytes: Uint8Array | null,
  options: CaptureOptions = {},
): string | null {
  const sha256 = bytes && putBlob(corpus.path, bytes)
  const next = corpus.writer.prepare('SELECT count(*) AS n FROM captures').get() as { n: number }
  corpus.writer
    .prepare(
      `INSERT INTO captures (archive_id, offset, url, date, mime, sha256, bytes, payload_digest,
         refers_to_url, refers_to_date) VALUES (1, ?, ?, ?, 'image/png', ?, ?, ?, ?, ?)`,
    )
    .run(
      next.n * 100,
      url,
      options.date ?? null,
      sha256,
      bytes?.byteLength ?? 0,
      options.digest ?? null,
      options.refersTo ?? null,
      options.refersToDate ?? null,
    )
  return sha256
}

export interface ImageRow {
  url: string
  status: string
  sha256: string | null
  mime: string | null
  width: number | null
  height: number | null
  bytes: number | null
  error: string | null
  source: string | null
}

export function imageRows(corpus: Corpus): ImageRow[] {
  return corpus.writer
    .prepare<[], ImageRow>(
      `SELECT url, status, sha256, mime, width, height, bytes, error, source FROM images ORDER BY id`,
    )
    .all()
}

export function failureRows(corpus: Corpus): { reason: string; url: string }[] {
  return corpus.writer
    .prepare<[], { reason: string; url: string }>(
      `SELECT reason, url FROM failures WHERE stage = 'image' ORDER BY url`,
    )
    .all()
}

export const sha256Of = (bytes: Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex')
