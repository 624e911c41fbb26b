import { z } from 'zod'
import { ALT_KINDS } from '../alt-kinds.ts'
import { CorpusPath, IMAGE_STATUSES } from '../domain.ts'
import { MarkSummary } from '../marks.ts'
import { call } from './call.ts'
import { ErrorValue } from './error.ts'

export const CorpusInfo = z.object({
  path: CorpusPath,
  name: z.string(),
  pairs: z.number().int(),
  pages: z.number().int(),
  archives: z.number().int(),
  /** ISO date of the last time it was opened here. */
  openedAt: z.string(),
  /** The folder is gone or is no corpus; the entry is kept in the list. */
  missing: z.boolean(),
  /** Why it can only be read, where it is open; null = it can be changed, or is not open. */
  readonly: ErrorValue.nullable(),
})
export type CorpusInfo = z.infer<typeof CorpusInfo>

export const Failure = z.object({
  stage: z.enum(['archive', 'record', 'page', 'image', 'score', 'span', 'export', 'text-in-image']),
  reason: z.string(),
  /** How many it stands for: of records that are left out and pictures without a pair, those of a kind. */
  n: z.number().int(),
  archive: z.string().nullable(),
  /** Byte offset of the record in its archive, of the compressed stream where there is one; of a table the row. */
  offset: z.number().int().nullable(),
  url: z.string().nullable(),
  detail: z.string().nullable(),
})
export type Failure = z.infer<typeof Failure>

export const CorpusStats = z.object({
  records: z.record(z.string(), z.number().int()),
  pages: z.number().int(),
  /** Records that are pictures, or lead to one: `picture`, `revisit`, `redirect`. */
  captures: z.record(z.string(), z.number().int()),
  /**
   * Records that are neither page, capture nor failure, by reason: `record-type`, `status`,
   * `other-type`, ... With those and the failures of pages they are all records of the archives.
   */
  leftOut: z.record(z.string(), z.number().int()),
  pairs: z.number().int(),
  withAlt: z.number().int(),
  withCaption: z.number().int(),
  /** With a span in the current set; null = no set is chosen. */
  withSpan: z.number().int().nullable(),
  images: z.record(z.enum(IMAGE_STATUSES), z.number().int()),
  /** `<img>` that are counted and not paired, by rule: `data-uri`, `tracker`, `noscript-twin`, `no-address`. */
  notPaired: z.record(z.string(), z.number().int()),
  failures: z.record(z.string(), z.number().int()),
  scores: z.array(
    z.object({ model: z.string(), text: z.string(), n: z.number().int(), mean: z.number() }),
  ),
  archives: z.array(
    z.object({
      path: z.string(),
      bytes: z.number().int(),
      sha256: z.string().nullable(),
      state: z.enum(['partial', 'complete']),
      records: z.number().int(),
      pages: z.number().int(),
      pairs: z.number().int(),
    }),
  ),
  /** Archives of the corpus that keep what it fetched from the web. */
  fetched: z.object({
    archives: z.number().int(),
    bytes: z.number().int(),
    /** Records in them that hold a picture or lead to one. */
    captures: z.number().int(),
  }),
  /** What people say of pairs now. */
  marks: MarkSummary,
  /** Pairs by the kind of their alt; null = alts were not sorted yet. */
  altKinds: z.partialRecord(z.enum(ALT_KINDS), z.number().int()).nullable(),
  /** Columns of imported tables whose numbers are kept. */
  columns: z.array(z.string()),
})
export type CorpusStats = z.infer<typeof CorpusStats>

export const corpora = {
  /** Corpora opened before, newest first. */
  'corpora.recent': call(z.object({}), z.array(CorpusInfo)),
  /** Makes an empty corpus folder. Fails with `conflict` if there is something at the path. */
  'corpora.create': call(z.object({ path: CorpusPath }), CorpusInfo),
  /** Opens for reading what cannot be written to; asked again, it is tried again for writing. */
  'corpora.open': call(z.object({ path: CorpusPath }), CorpusInfo),
  /**
   * Opens the corpus of the sample archive, made on first use: its ingest and, where a model is
   * installed, its scoring are then started as jobs.
   */
  'corpora.openSample': call(z.object({}), CorpusInfo),
  'corpora.close': call(z.object({ corpus: CorpusPath }), z.object({})),
  /** Takes an entry out of the list of recent corpora; the folder stays. */
  'corpora.forget': call(z.object({ path: CorpusPath }), z.object({})),
  'corpora.stats': call(z.object({ corpus: CorpusPath }), CorpusStats),
  /**
   * Failures, then records that were left out (one line for each kind, with the first as an example),
   * then pictures without a pair (one for each page and rule).
   */
  'corpora.failures': call(
    z.object({
      corpus: CorpusPath,
      reason: z.string().optional(),
      offset: z.number().int().min(0).default(0),
      limit: z.number().int().min(1).max(1000).default(100),
    }),
    z.object({ total: z.number().int(), failures: z.array(Failure) }),
  ),
  /** An archive was moved: says where it is now. Its fingerprint is checked. */
  'corpora.relocateArchive': call(
    z.object({ corpus: CorpusPath, from: z.string(), to: z.string() }),
    z.object({}),
  ),
  /** Whether archives that are about to be imported list chosen pairs, by a look at their beginnings. */
  'corpora.listsPairs': call(
    z.object({ paths: z.array(z.string().min(1)).max(10_000) }),
    z.object({ lists: z.boolean() }),
  ),
}
