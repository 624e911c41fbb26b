import { z } from 'zod'
import { CorpusPath } from '../../domain.ts'
import { baseName } from '../../format.ts'
import { ImagesFrom, ScoreUnit } from '../choices.ts'
import { defineJob, firstNames } from './define.ts'

export const ImportInput = z.object({
  corpus: CorpusPath,
  /** Tables, or folders of them; embeddings (.npy) beside a table belong to it. */
  inputs: z.array(z.string().min(1)).min(1),
  /** Roles of columns where the names do not tell them; `tables.recognise` knows the roles. */
  columns: z.array(z.object({ role: z.string(), column: z.string() })).default([]),
  /** What the scores are called; otherwise after the table's kind and column, or the folder. */
  modelName: z.string().trim().min(1).max(200).optional(),
  /** In what the similarity columns are written. Never guessed: cosines unless said. */
  unit: ScoreUnit.optional(),
  /** Columns whose numbers are kept to filter and sort by; all numeric ones unless said. */
  keep: z.array(z.string()).optional(),
  /** `archive`: files that the table names, beside it; web addresses are left for later. */
  images: ImagesFrom.default('archive'),
})
export type ImportInput = z.infer<typeof ImportInput>

/** Tables of pairs, scores and embeddings that others computed. */
export const importTables = defineJob({
  kind: 'import',
  call: 'jobs.import',
  input: ImportInput,
  title: ({ inputs }) => `Import ${firstNames(inputs, baseName)}`,
  lane: 'corpus',
  makes: 'pairs',
})
