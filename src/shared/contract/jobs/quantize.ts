import { z } from 'zod'
import { baseName } from '../../format.ts'
import { defineJob } from './define.ts'

export const QuantizeInput = z.object({
  id: z.string().min(1),
  /** A corpus, or a folder of pictures. */
  check: z.string().min(1),
  out: z.string().min(1).optional(),
  bound: z.number().positive().max(0.1).optional(),
})
export type QuantizeInput = z.infer<typeof QuantizeInput>

/**
 * Makes an int8 twin of an fp32 model; it is kept only where its cosines on the pictures of `check`
 * are within `bound` of the fp32 model's.
 */
export const quantize = defineJob({
  kind: 'quantize',
  call: 'models.quantize',
  input: QuantizeInput,
  title: ({ id }) => `Make an int8 twin of ${baseName(id)}`,
  lane: 'machine',
})
