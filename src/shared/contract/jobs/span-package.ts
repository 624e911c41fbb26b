import { z } from 'zod'
import { baseName } from '../../format.ts'
import { TrainingData } from '../training-data.ts'
import { defineJob } from './define.ts'

export const SpanPackageInput = TrainingData.extend({
  out: z.string().min(1),
  /** Name or folder of the model that the script fine-tunes, as transformers knows it. */
  base: z.string().min(1),
  epochs: z.number().int().min(1).max(1000).default(3),
  learningRate: z.number().positive().max(1).default(3e-5),
  batchSize: z.number().int().min(1).max(1024).default(16),
  maxLength: z.number().int().min(32).max(8192).default(384),
  crossEntropy: z.number().min(0).default(1),
  softIou: z.number().min(0).default(1),
  seed: z.number().int().default(1),
})
export type SpanPackageInput = z.infer<typeof SpanPackageInput>

/** Writes data, script and instructions for fine-tuning the whole model elsewhere. */
export const spanPackage = defineJob({
  kind: 'span-package',
  call: 'jobs.spanPackage',
  input: SpanPackageInput,
  title: ({ out }) => `Training package ${baseName(out)}`,
  lane: 'corpus',
  makes: 'folder',
})
