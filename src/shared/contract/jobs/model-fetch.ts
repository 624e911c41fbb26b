import { z } from 'zod'
import { defineJob } from './define.ts'

export const ModelFetchInput = z.object({
  /** `ORG/NAME[@REVISION][#fp16|#int8]` */
  source: z.string().min(1),
})
export type ModelFetchInput = z.infer<typeof ModelFetchInput>

/** Fetches a model from the hub; `models.add` starts it for what is no folder. */
export const modelFetch = defineJob({
  kind: 'model-fetch',
  call: null,
  input: ModelFetchInput,
  title: ({ source }) => `Fetch ${source}`,
  lane: 'machine',
})
