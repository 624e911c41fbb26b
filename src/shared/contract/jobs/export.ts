import { z } from 'zod'
import { CorpusPath, TextSource } from '../../domain.ts'
import { baseName } from '../../format.ts'
import { ExportFormat } from '../choices.ts'
import { defineJob } from './define.ts'

export const ExportInput = z.object({
  corpus: CorpusPath,
  format: ExportFormat,
  out: z.string().min(1),
  where: z.string().default(''),
  /** Which text becomes the caption. */
  text: TextSource.default('alt'),
})
export type ExportInput = z.infer<typeof ExportInput>

/** Writes a dataset. */
export const exportPairs = defineJob({
  kind: 'export',
  call: 'jobs.export',
  input: ExportInput,
  title: ({ format, out }) => `Export ${format} to ${baseName(out)}`,
  lane: 'corpus',
  makes: 'folder',
})
