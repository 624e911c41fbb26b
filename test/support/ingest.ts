import { createHash, randomUUID } from 'node:crypto'
import type { IngestInput } from '#shared/contract/jobs.ts'
import { DEFAULT_SETTINGS } from '#shared/settings.ts'
import { findEntries } from '../../src/main/engine/entries.ts'
import { runIngest } from '../../src/main/jobs/ingest/ingest.ts'
import type { IngestOptions } from '../../src/main/jobs/ingest/ingest.ts'
import type { JobContext } from '../../src/main/jobs/run/job.ts'
import { createCorpus, isCorpus, openCorpus } from '../../src/main/store/open.ts'
import type { Corpus, ReaderDb } from '../../src/main/store/open.ts'

const src = new URL('../../src/main/engine/entries.ts', import.meta.url).href

/** A context that keeps what the job says. */
export function jobContext(signal: AbortSignal = new AbortController().signal): JobContext & {
  warnings: string[]
  results: Record<string, string>
  seen: { done: number; total: number | null; note: string }[]
} {
  const warnings: string[] = []
  const results: Record<string, string> = {}
  const seen: { done: number; total: number | null; note: string }[] = []
  return {
    signal,
    warnings,
    results,
    seen,
    progress: (progress) => void seen.push(progress),
    warn: (message) => void warnings.push(message),
    result: (label, value) => void (results[label] = value),
    changed: () => undefined,
    conclude: (last) => last(),
    id: randomUUID(),
    entries: findEntries(src),
    settings: DEFAULT_SETTINGS,
  }
}

/** Opens the corpus, making it if need be, and ingests; the caller closes it. */
export async function ingest(
  path: string,
  inputs: string[],
  more: Partial<IngestInput> = {},
  options: IngestOptions = {},
  ctx: JobContext = jobContext(),
): Promise<Corpus> {
  if (!isCorpus(path)) createCorpus(path)
  const corpus = openCorpus(path)
  try {
    await runIngest(
      corpus,
      { corpus: path, inputs, images: 'none', workers: 2, ...more },
      ctx,
      options,
    )
    return corpus
  } catch (error) {
    corpus.close()
    throw error
  }
}

/** Everything that an ingest makes, without ids: equal for equal results. */
export function contentHash(db: ReaderDb): string {
  const hash = createHash('sha256')
  const add = (sql: string): void => {
    for (const row of db.prepare(sql).raw().iterate()) hash.update(JSON.stringify(row) + '\n')
  }
  add(`SELECT a.name, g.offset, g.record_id, g.record_type, g.url, g.date, g.title, g.language,
         g.og_image, g.charset, g.charset_source, g.robots, p.position, i.url, i.alternates,
         p.alt, p.title, p.caption, p.image_rule, p.caption_rule, p.before_distance,
         p.after_distance, p.declared_width, p.declared_height, p.tag_start, p.tag_end,
         c.before, c.after
       FROM archives a JOIN pages g ON g.archive_id = a.id LEFT JOIN pairs p ON p.page_id = g.id
         LEFT JOIN images i ON i.id = p.image_id LEFT JOIN contexts c ON c.pair_id = p.id
       ORDER BY a.fingerprint, g.offset, p.position`)
  add(`SELECT a.name, c.offset, c.url, c.date, c.mime, c.sha256, c.bytes, c.payload_digest
       FROM captures c JOIN archives a ON a.id = c.archive_id ORDER BY a.fingerprint, c.offset`)
  add(`SELECT a.name, type, n FROM record_counts r JOIN archives a ON a.id = r.archive_id
       ORDER BY a.fingerprint, type`)
  add(`SELECT a.name, rule, n FROM not_paired r JOIN archives a ON a.id = r.archive_id
       ORDER BY a.fingerprint, rule`)
  add(`SELECT a.name, stage, reason, offset, url, detail FROM failures f
       LEFT JOIN archives a ON a.id = f.archive_id ORDER BY a.fingerprint, offset, reason, url`)
  add('SELECT name, bytes, fingerprint, sha256, state FROM archives ORDER BY fingerprint')
  return hash.digest('hex')
}
