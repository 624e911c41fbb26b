import { z } from 'zod'
import { CorpusPath, TextSource } from '../../domain.ts'
import { baseName } from '../../format.ts'
import { Device } from '../choices.ts'
import { defineJob } from './define.ts'

export const ScoreInput = z.object({
  corpus: CorpusPath,
  model: z.string().min(1).optional(),
  text: TextSource.default('alt'),
  device: Device.default('auto'),
})
export type ScoreInput = z.infer<typeof ScoreInput>

/** How well each picture fits its text. */
export const score = defineJob({
  kind: 'score',
  call: 'jobs.score',
  input: ScoreInput,
  title: ({ text, model }) => `Score ${text}${model ? ` by ${baseName(model)}` : ''}`,
  lane: 'corpus',
  makes: 'scores',
  subject: ({ text }) => text,
})
