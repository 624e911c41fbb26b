import { randomUUID } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DEFAULT_SETTINGS } from '#shared/settings.ts'
import type { JobContext } from '../../src/main/jobs/run/job.ts'
import { putBlob } from '../../src/main/store/blobs.ts'
import { createCorpus, openCorpus, type Corpus } from '../../src/main/store/open.ts'
import { transaction } from '../../src/main/store/statements.ts'
import { INFERENCE_HOST } from '../support/models.ts'
import { entriesAt } from '../support/entries.ts'

export interface TestPair {
  /** Bytes of the picture, or null where there is none. */
  picture: Uint8Array | null
  imageUrl: string
  alt: string | null
  caption?: string | null
  before?: string | null
}

/** A corpus of one page with these pairs, in their order from id 1. */
export function corpusOf(pairs: TestPair[]): Corpus {
  const path = join(mkdtempSync(join(tmpdir(), 'score-')), 'a.gleaner')
  createCorpus(path)
  const corpus = openCorpus(path)
  const { writer } = corpus
  const add = (sql: string, ...values: unknown[]): number =>
    Number(writer.prepare(sql).run(...values).lastInsertRowid)
  transaction(writer, () => {
    const archive = add(
      `INSERT INTO archives (path, name, bytes, fingerprint, state, software, ingested_at)
       VALUES ('/a.warc', 'a.warc', 1, 'f', 'complete', 'test', '2026-01-01T00:00:00Z')`,
    )
    const page = add(
      `INSERT INTO pages (archive_id, offset, record_type, url)
       VALUES (?, 0, 'response', 'http://page.example/')`,
      archive,
    )
    const images = new Map<string, number>()
    for (const [position, pair] of pairs.entries()) {
      const { imageUrl, picture } = pair
      let image = images.get(imageUrl)
      if (image === undefined) {
        const sha256 = picture === null ? null : putBlob(path, picture)
        const status = picture === null ? 'missing' : 'ok'
        image = add(
          'INSERT INTO images (url, status, sha256) VALUES (?, ?, ?)',
          imageUrl,
          status,
          sha256,
        )
        images.set(imageUrl, image)
      }
      const id = add(
        `INSERT INTO pairs (page_id, position, image_id, alt, caption, image_rule, tag_start, tag_end)
         VALUES (?, ?, ?, ?, ?, 'src', 0, 1)`,
        page,
        position,
        image,
        pair.alt,
        pair.caption ?? null,
      )
      if (pair.before) add('INSERT INTO contexts (pair_id, before) VALUES (?, ?)', id, pair.before)
    }
  })
  return corpus
}

export interface Told {
  warnings: string[]
  results: Map<string, string>
  notes: string[]
  progress: { done: number; total: number | null }[]
}

export function scoreContext(
  signal = new AbortController().signal,
  onProgress?: (done: number) => void,
): JobContext & { told: Told } {
  const told: Told = { warnings: [], results: new Map(), notes: [], progress: [] }
  const nowhere = new URL('file:///nowhere')
  return {
    told,
    signal,
    progress({ done, total, note }) {
      told.notes.push(note)
      told.progress.push({ done, total })
      onProgress?.(done)
    },
    warn: (message) => told.warnings.push(message),
    result: (label, value) => told.results.set(label, value),
    changed: () => undefined,
    conclude: (last) => last(),
    id: randomUUID(),
    entries: entriesAt(nowhere, { inferenceHost: INFERENCE_HOST }),
    settings: DEFAULT_SETTINGS,
  }
}

export function scoresOf(corpus: Corpus): { pair: number; text: string; cosine: number }[] {
  return corpus.reader
    .prepare(
      'SELECT pair_id AS pair, text_source AS text, cosine FROM scores ORDER BY model_id, text_source, pair_id',
    )
    .all() as { pair: number; text: string; cosine: number }[]
}

export function countEmbeddings(corpus: Corpus, kind: 'image' | 'text'): number {
  const row = corpus.reader
    .prepare('SELECT count(*) AS n FROM embeddings WHERE kind = ?')
    .get(kind) as { n: number }
  return row.n
}

export function failuresOf(
  corpus: Corpus,
): { stage: string; reason: string; url: string; detail: string }[] {
  return corpus.reader
    .prepare('SELECT stage, reason, url, detail FROM failures ORDER BY id')
    .all() as ReturnType<typeof failuresOf>
}
