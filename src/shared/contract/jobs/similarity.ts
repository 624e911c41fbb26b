import { z } from 'zod'
import { baseName } from '../../format.ts'
import { Device } from '../choices.ts'
import { defineJob } from './define.ts'

/**
 * How a similarity is written: the raw cosine; 100 * max(cos, 0) (CLIPScore as in torchmetrics);
 * or the share of a softmax over the candidates of one picture or one text.
 */
export const SIMILARITY_UNITS = ['cosine', 'x100', 'softmax'] as const
export type SimilarityUnit = (typeof SIMILARITY_UNITS)[number]
export const SIMILARITY_FORMATS = ['csv', 'tsv', 'jsonl', 'parquet'] as const
export type SimilarityFormat = (typeof SIMILARITY_FORMATS)[number]

export const SimilarityInput = z.object({
  /** A table: CSV, TSV, JSON Lines or Parquet. */
  file: z.string().min(1),
  /** The same table with its new columns. */
  out: z.string().min(1),
  /** Writes over `out` where it is there. */
  replace: z.boolean().default(false),
  /** Ids or folders; each adds a column. Without any the default model is used. */
  models: z.array(z.string().min(1)).max(8).default([]),
  unit: z.enum(SIMILARITY_UNITS).default('cosine'),
  /** Of the softmax: the texts that one picture has in rows that follow each other, or the pictures of one text. */
  over: z.enum(['texts', 'images']).default('texts'),
  /** Names of columns; without them they are recognised. */
  imageColumn: z.string().min(1).optional(),
  textColumn: z.string().min(1).optional(),
  /** Default: that of the table. */
  format: z.enum(SIMILARITY_FORMATS).optional(),
  /** Adds a column a model: the tokens of the text, as it cuts them. */
  tokens: z.boolean().default(false),
  /** Where paths begin that are not absolute; default: the folder of the table. */
  root: z.string().min(1).optional(),
  device: Device.default('auto'),
  /** A text file that gets what the run took and what it ran on. */
  log: z.string().min(1).optional(),
})
export type SimilarityInput = z.infer<typeof SimilarityInput>

/** Scores the pairs of any table, row by row. */
export const similarity = defineJob({
  kind: 'similarity',
  call: 'jobs.similarity',
  input: SimilarityInput,
  title: ({ file }) => `Score the rows of ${baseName(file)}`,
  lane: 'machine',
  makes: 'folder',
  // Somebody waits for the table; a half one is none.
  resumes: () => false,
})
