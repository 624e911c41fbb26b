import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { z } from 'zod'
import type { LabelState } from '#shared/contract/labels.ts'
import type { UselessAltRuleValue } from '#shared/contract/spans.ts'
import type { TrainSpansInput } from '#shared/contract/jobs.ts'
import { quoteSpan } from '#shared/text/spans.ts'
import type { JobContext } from '../../src/main/jobs/run/job.ts'
import { USELESS_ALT_RULES } from '../../src/main/labeling/useless-alt-rules.ts'
import { createCorpus, openCorpus, type Corpus, type ReaderDb } from '../../src/main/store/open.ts'
import { putLabelEvent } from '../../src/main/store/repositories/labels.ts'
import { contextOf } from '../../src/main/store/repositories/span-sets.ts'
import { transaction } from '../../src/main/store/statements.ts'
import { jobContext } from '../support/ingest.ts'

export interface SpanPair {
  /** Host of the page; each pair has a page of its own. */
  host: string
  alt?: string | null
  before?: string | null
  caption?: string | null
  after?: string | null
}

/** A corpus of pairs with words, without pictures, from id 1. */
export function spanCorpus(pairs: readonly SpanPair[]): Corpus {
  const path = join(mkdtempSync(join(tmpdir(), 'spans-')), 'a.gleaner')
  createCorpus(path)
  const corpus = openCorpus(path)
  addSpanPairs(corpus, pairs)
  return corpus
}

/** Puts the pairs into an empty corpus. */
export function addSpanPairs({ writer }: Corpus, pairs: readonly SpanPair[]): void {
  const add = (sql: string): ((...values: unknown[]) => number) => {
    const made = writer.prepare(sql)
    return (...values) => Number(made.run(...values).lastInsertRowid)
  }
  const page = add(
    `INSERT INTO pages (archive_id, offset, record_type, url, host) VALUES (1, ?, 'response', ?, ?)`,
  )
  const image = add(`INSERT INTO images (url, status) VALUES (?, 'missing')`)
  const pair = add(
    `INSERT INTO pairs (page_id, position, image_id, alt, caption, image_rule, tag_start, tag_end)
     VALUES (?, 0, ?, ?, ?, 'src', 0, 1)`,
  )
  const context = add('INSERT INTO contexts (pair_id, before, after) VALUES (?, ?, ?)')
  transaction(writer, () => {
    add(`INSERT INTO archives (path, name, bytes, fingerprint, state, software, ingested_at)
         VALUES ('/a.warc', 'a.warc', 1, 'f', 'complete', 'test', '2026-01-01T00:00:00Z')`)()
    for (const [i, one] of pairs.entries()) {
      const pageId = page(i, `http://${one.host}/${i}`, one.host)
      const imageId = image(`http://${one.host}/${i}.png`)
      const id = pair(pageId, imageId, one.alt ?? null, one.caption ?? null)
      if (one.before || one.after) context(id, one.before ?? null, one.after ?? null)
    }
  })
}

const COLOURS = ['red', 'blue', 'green', 'yellow', 'black', 'white', 'brown', 'grey']
const THINGS = ['barn', 'tractor', 'kettle', 'bridge', 'lantern', 'boat', 'owl', 'fox', 'clock']
const PLACES = ['on a meadow', 'by the river', 'in the snow', 'under a tree', 'at the harbour']

/** A word of its own for each number. */
export function nameOf(n: number): string {
  const syllables = ['ka', 'lo', 'mi', 'nu', 're', 'so', 'ta', 've', 'wi', 'zu']
  return [...String(n)].map((digit) => syllables[Number(digit)]).join('')
}

/** Texts in which the alt stands, each a little different; every fifth has none. */
export function storyPairs(n: number, hosts = 12): SpanPair[] {
  return Array.from({ length: n }, (_, i) => {
    const pick = (list: readonly string[], step: number): string =>
      list[Math.floor(i / step) % list.length] as string
    const name = nameOf(i)
    const alt = `a ${pick(COLOURS, 1)} ${pick(THINGS, 3)} ${pick(PLACES, 7)} near ${name}`
    return {
      host: `site-${i % hosts}.example`,
      alt,
      before: `Story of ${name} in the week.\nFrom ${name} we walked for miles without rest.`,
      after:
        i % 5 === 4
          ? `Nothing of note was seen around ${name}.`
          : `The picture shows ${alt}, as we found it.\nThen it was time to leave ${name} for home.`,
    }
  })
}

/** What a person says of a pair: words in one of its texts, or that nothing describes it. */
export function label(
  corpus: Corpus,
  pairId: number,
  words: { source: 'before' | 'caption' | 'after'; quote: string; type?: string }[],
  speaker: { annotator?: string; review?: boolean } = {},
): void {
  const texts = contextOf(corpus.reader, pairId)
  const spans: LabelState['spans'] = words.map(({ source, quote, type }) => {
    const text = texts?.[source] ?? ''
    const start = [...text.slice(0, text.indexOf(quote))].length
    return {
      source,
      type: type ?? 'content',
      ...quoteSpan(text, start, start + [...quote].length),
    }
  })
  putLabelEvent(corpus.writer, {
    annotator: speaker.annotator ?? 'ann',
    review: speaker.review ?? false,
    pairId,
    state: { status: 'labeled', spans, flagged: false, note: '' },
    seconds: null,
    software: 'test',
  })
}

/** All rows of a set, for comparison. */
export function rowsOf(db: ReaderDb, set: number): unknown[] {
  return db
    .prepare(
      'SELECT pair_id, rank, source, start, "end", quote, kind, round(score, 4) AS score FROM spans WHERE set_id = ? ORDER BY pair_id, rank',
    )
    .all(set)
}

/** A context that calls back on each word of the job. */
export function listening(
  onProgress: (progress: { done: number; unit: string; note: string }) => void,
  signal?: AbortSignal,
): ReturnType<typeof jobContext> {
  const ctx = jobContext(signal)
  const keep: JobContext['progress'] = ctx.progress
  ctx.progress = (progress) => {
    keep(progress)
    onProgress(progress)
  }
  return ctx
}

/** The rules of the program, as one's own would come in. */
export const ALT_RULES: UselessAltRuleValue[] = USELESS_ALT_RULES.map((rule) => ({
  ...rule,
  examples: [...rule.examples],
  spares: [...rule.spares],
}))

/** A short training on the first set of alts. */
export function trainingInput(corpus: string): z.input<typeof TrainSpansInput> {
  return { corpus, alts: 1, device: 'cpu', hidden: 8, epochs: 6, patience: 0 }
}
