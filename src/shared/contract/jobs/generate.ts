import { z } from 'zod'
import { baseName } from '../../format.ts'
import { Device, SCHEDULERS } from '../choices.ts'
import { defineJob } from './define.ts'

const Side = z.number().int().min(8).max(8192)

export const GenerateInput = z.object({
  /** An id or a folder; without it the only model that makes pictures. */
  model: z.string().min(1).optional(),
  /** One or more, in order; or a file with one a line. */
  prompts: z.array(z.string().max(20_000)).max(10_000).default([]),
  /** A text file with a prompt a line; empty lines are passed over. */
  file: z.string().min(1).optional(),
  /** What to keep away from; default: nothing is said, which XL understands as zeros. */
  negative: z.string().max(20_000).optional(),
  scheduler: z.enum(SCHEDULERS).optional(),
  /** Default: 4 of LCM, else 30. */
  steps: z.number().int().min(1).max(1000).optional(),
  /** Up to 1 there is none. Default: 8.5 of LCM, 5 of XL, else 7.5. */
  guidance: z.number().min(0).max(100).optional(),
  /** Of DDIM: how much of the noise is drawn anew, 0 to 1. */
  eta: z.number().min(0).max(1).default(0),
  /** Pixels; default: what the model was made for. */
  width: Side.optional(),
  height: Side.optional(),
  /** Pictures of each prompt. */
  count: z.number().int().min(1).max(1000).default(1),
  /** Of the first picture, below 2^64; the others follow by one each. */
  seed: z
    .string()
    .refine(
      (text) => /^\d{1,20}$/.test(text) && BigInt(text) < 1n << 64n,
      'A whole number from 0 to 18446744073709551615.',
    )
    .default('0'),
  /** `.npy` of standard normal numbers in the place of drawn ones: a row a picture, or one for all. */
  latents: z.string().min(1).optional(),
  /** The same for steps that add noise: a row a step. */
  noise: z.string().min(1).optional(),
  /** A picture to begin with, and how much of it is made anew. */
  start: z.string().min(1).optional(),
  strength: z.number().min(0.01).max(1).default(0.8),
  device: Device.default('auto'),
  /** A folder that gets the pictures, and `run.json`. */
  out: z.string().min(1),
})
export type GenerateInput = z.infer<typeof GenerateInput>

/** Makes pictures of prompts. Goes on after a kill: what is there is not made again. */
export const generate = defineJob({
  kind: 'generate',
  call: 'jobs.generate',
  input: GenerateInput,
  title: ({ prompts, file }) =>
    file === undefined
      ? `Make pictures of ${prompts.length === 1 ? 'a prompt' : `${prompts.length} prompts`}`
      : `Make pictures of the prompts in ${baseName(file)}`,
  lane: 'machine',
  makes: 'folder',
})
