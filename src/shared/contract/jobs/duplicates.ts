import { z } from 'zod'
import { CorpusPath, OwnText, TextSource } from '../../domain.ts'
import { COPY_COLOURS, DuplicateKind } from '../../duplicates.ts'
import { baseName } from '../../format.ts'
import { DatasetShares } from '../choices.ts'
import { defineJob } from './define.ts'

const Criteria = {
  kind: DuplicateKind,
  /** Default: 6 bits of 64 (perceptual), cosine 0.95 (semantic), Jaccard 0.8 (text). */
  threshold: z.number().min(0).max(32).optional(),
  /** Whose embeddings (semantic), by its id in this corpus; default: the only one there are any of. */
  model: z.string().min(1).optional(),
  /** Whether copies may differ in colour (perceptual). */
  colours: z.enum(COPY_COLOURS).default('any'),
  /** Which text (text). */
  text: OwnText.default('alt'),
}

export const DuplicatesInput = z.object({ corpus: CorpusPath, ...Criteria })
export type DuplicatesInput = z.infer<typeof DuplicatesInput>

/** Looks for duplicates in a corpus; pictures that have no fingerprint yet get one. */
export const findDuplicates = defineJob({
  kind: 'duplicates',
  call: 'jobs.duplicates',
  input: DuplicatesInput,
  title: ({ kind }) => `Look for ${kind} duplicates`,
  lane: 'corpus',
  subject: ({ kind }) => kind,
})

export const LeakageInput = z.object({
  corpus: CorpusPath,
  ...Criteria,
  /** Pairs of this corpus that are looked through: the training set. */
  where: z.string().default(''),
  /** The set that must not stand in it: a corpus, a folder of pictures, or a table that names some. */
  references: z.string().min(1).optional(),
  /** Of a table; default: as an import would take them. Relative paths begin at the table's folder. */
  imageColumn: z.string().optional(),
  textColumn: z.string().optional(),
  /** Pairs of the corpus that is given as `references` (or of this one) that are the test set. */
  testWhere: z.string().optional(),
  /**
   * In place of `references` and `testWhere`: the pairs of `where` are dealt as an export with these
   * shares deals them, and each later part is looked for in the earlier ones.
   */
  split: DatasetShares.optional(),
  /** The texts of that export, in their order: sites that share one stand in one part. */
  splitTexts: z.array(TextSource).min(1).default(['alt']),
  /** JSON Lines: each thing of the test set with what it stands for in the training set. */
  out: z.string().min(1),
})
export type LeakageInput = z.infer<typeof LeakageInput>

/** What of a test set stands in a training set. */
export const leakage = defineJob({
  kind: 'leakage',
  call: 'jobs.leakage',
  input: LeakageInput,
  title: ({ kind, references }) =>
    `Look for ${kind} duplicates of ${references === undefined ? 'the test set' : baseName(references)}`,
  lane: 'corpus',
  // Somebody waits for the file.
  resumes: () => false,
})
