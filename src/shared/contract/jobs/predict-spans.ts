import { z } from 'zod'
import { CorpusPath } from '../../domain.ts'
import { Device } from '../choices.ts'
import { defineJob } from './define.ts'

export const PredictSpansInput = z.object({
  corpus: CorpusPath,
  model: z.string().min(1),
  device: Device.default('auto'),
  where: z.string().default(''),
  nBest: z.number().int().min(1).max(20).default(3),
})
export type PredictSpansInput = z.infer<typeof PredictSpansInput>

/** Predicts a description for every pair with words around it; a set of spans comes out. */
export const predictSpans = defineJob({
  kind: 'predict-spans',
  call: 'jobs.predictSpans',
  input: PredictSpansInput,
  title: () => 'Predict descriptions',
  lane: 'corpus',
})
