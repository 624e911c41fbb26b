import { z } from 'zod'
import { CorpusPath } from '../../domain.ts'
import { baseName } from '../../format.ts'
import { ImagesFrom } from '../choices.ts'
import { defineJob, firstNames } from './define.ts'

/** An input that is read once and cannot be asked again. */
const STDIN = '-'

export const IngestInput = z.object({
  corpus: CorpusPath,
  inputs: z.array(z.string().min(1)).min(1),
  images: ImagesFrom.default('archive'),
  /** Of archives that list chosen pairs only those, with their scores. */
  onlyListed: z.boolean().optional(),
  workers: z.number().int().min(1).max(64).optional(),
})
export type IngestInput = z.infer<typeof IngestInput>

/** Web archives to pairs. */
export const ingest = defineJob({
  kind: 'ingest',
  call: 'jobs.ingest',
  input: IngestInput,
  title: ({ inputs }) =>
    `Import ${firstNames(inputs, (path) => (path === STDIN ? 'standard input' : baseName(path)))}`,
  lane: 'corpus',
  makes: 'pairs',
  resumes: ({ inputs }) => !inputs.includes(STDIN),
})
