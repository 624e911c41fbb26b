import { createHash, randomUUID } from 'node:crypto'
import { DEFAULT_SETTINGS } from '#shared/settings.ts'
import type { JobContext } from '../../src/main/jobs/run/job.ts'
import { putBlob } from '../../src/main/store/blobs.ts'
import { createCorpus, openCorpus } from '../../src/main/store/open.ts'
import { entriesAt } from '../support/entries.ts'

const NOWHERE = new URL('file:///nowhere')

export interface Told {
  warnings: string[]
  results: Map<string, string>
  last: { done: number; total: number | null; note: string }
}

export function exportContext(over: Partial<JobContext> = {}): JobContext & { told: Told } {
  const told: Told = {
    warnings: [],
    results: new Map(),
    last: { done: 0, total: null, note: '' },
  }
  return {
    told,
    signal: new AbortController().signal,
    progress: (progress) => (told.last = progress),
    warn: (message) => told.warnings.push(message),
    result: (label, value) => told.results.set(label, value),
    changed: () => undefined,
    conclude: (last) => last(),
    id: randomUUID(),
    entries: entriesAt(NOWHERE),
    settings: DEFAULT_SETTINGS,
    ...over,
  }
}

/** The smallest PNG there is, made different by a text chunk that decoders skip. */
export function tinyPng(n: number): Buffer {
  const base = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
    'base64',
  )
  return Buffer.concat([base, Buffer.from(`#${n}`)])
}

export interface CorpusOptions {
  pairs: number
  /** Number of models that have scored every alt. */
  models?: number
}

/**
 * A corpus of two archives as ingest, pictures and score leave one. Every seventh picture is
 * missing, every eleventh alt is null; the alt of pair n scores (200 + n % 200) / 1000 with the
 * first model.
 */
export function makeCorpus(path: string, { pairs, models = 1 }: CorpusOptions): void {
  createCorpus(path)
  const corpus = openCorpus(path)
  const db = corpus.writer
  db.transaction(() => {
    const archive = db.prepare(
      `INSERT INTO archives (id, path, name, bytes, fingerprint, sha256, state, software, ingested_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, 'test', ?)`,
    )
    const now = new Date().toISOString()
    archive.run(1, `${path}/x/a.warc.gz`, 'a.warc.gz', 1000, 'f1', 'a'.repeat(64), 'complete', now)
    archive.run(2, `${path}/x/b.warc.gz`, 'b.warc.gz', 2000, 'f2', null, 'partial', now)
    for (let m = 1; m <= models; m++) {
      db.prepare(
        'INSERT INTO models (id, digest, name, title, manifest) VALUES (?, ?, ?, ?, ?)',
      ).run(
        m,
        createHash('sha256').update(`model ${m}`).digest('hex'),
        `model-${m}`,
        `Model ${m}`,
        '{}',
      )
    }
    const page = db.prepare(
      `INSERT INTO pages (id, archive_id, offset, record_id, record_type, url, date, title, language)
       VALUES (?, ?, ?, ?, 'response', ?, '2019-04-05T06:07:08Z', 'Page', ?)`,
    )
    const image = db.prepare(
      `INSERT INTO images (id, url, status, sha256, mime, width, height, bytes)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    const pair = db.prepare(
      `INSERT INTO pairs (id, page_id, position, image_id, alt, title, image_rule, tag_start, tag_end)
       VALUES (?, ?, ?, ?, ?, ?, 'src', 0, 1)`,
    )
    const score = db.prepare(
      `INSERT INTO scores (model_id, text_source, pair_id, cosine) VALUES (?, 'alt', ?, ?)`,
    )
    for (let n = 1; n <= pairs; n++) {
      const pageId = Math.ceil(n / 10)
      if (n % 10 === 1) {
        const archiveId = n > pairs / 2 ? 2 : 1
        page.run(pageId, archiveId, n * 1000, null, `https://e.org/${pageId}`, n % 3 ? 'en' : null)
      }
      const address = `https://e.org/i/${n}.jpg`
      if (n % 7 === 0) image.run(n, address, 'missing', null, null, null, null, null)
      else {
        const bytes = tinyPng(n % 50)
        const sha256 = putBlob(corpus.path, bytes)
        image.run(n, address, 'ok', sha256, 'image/png', 1, 1, bytes.byteLength)
      }
      const alt = n % 11 === 0 ? null : `picture ${n}\nof the "harbour" 😀`
      pair.run(n, pageId, (n - 1) % 10, n, alt, '')
      if (alt === null || n % 7 === 0) continue
      for (let m = 1; m <= models; m++) score.run(m, n, Math.fround((200 + (n % 200)) / 1000))
    }
  })()
  corpus.close()
}
