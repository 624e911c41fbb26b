import { z } from 'zod'
import { Device } from './choices.ts'
import { call } from './call.ts'

export const ModelInfo = z.object({
  id: z.string(),
  name: z.string(),
  family: z.enum(['clip', 'siglip', 'imported']),
  /** `installed` can score now; `available` must be fetched first; `broken` says why in `problem`. */
  state: z.enum(['installed', 'available', 'broken']),
  problem: z.string().nullable(),
  license: z.string().nullable(),
  bytes: z.number().nullable(),
  /** SHA-256 over the model's files; keys every score. */
  digest: z.string().nullable(),
  embeddingDim: z.number().int().nullable(),
  imageSize: z.number().int().nullable(),
  dtype: z.string().nullable(),
  /** What it is good for, in a sentence. */
  description: z.string(),
  /** Conventional cutoffs, each with where it comes from. */
  cutoffs: z.array(z.object({ cosine: z.number(), label: z.string(), source: z.string() })),
  /** What is done to pictures and texts before the model sees them, in words; empty if not known. */
  preprocessing: z.array(z.object({ label: z.string(), value: z.string() })).default([]),
  folder: z.string().nullable(),
  isDemonstration: z.boolean(),
  /** It comes with the program and cannot be removed. */
  isBundled: z.boolean(),
})
export type ModelInfo = z.infer<typeof ModelInfo>

export const models = {
  'models.list': call(z.object({}), z.array(ModelInfo)),
  /** Registers a model folder, or starts fetching a hub repository (`job` is then set). */
  'models.add': call(
    z.object({ source: z.string().min(1) }),
    z.object({ model: ModelInfo.nullable(), job: z.string().nullable() }),
  ),
  /** Forgets a model; a folder of one's own is left alone, scores stay. */
  'models.remove': call(z.object({ id: z.string() }), z.object({})),
  /** Runs the model on this machine, against the reference vectors beside it where there are some. */
  'models.verify': call(
    z.object({ id: z.string(), device: Device.default('auto') }),
    z.object({
      ok: z.boolean(),
      device: z.string(),
      checks: z.array(
        z.object({
          name: z.string(),
          ok: z.boolean(),
          /** Largest difference seen and the bound it is held to. */
          difference: z.number().nullable(),
          bound: z.number().nullable(),
          note: z.string(),
        }),
      ),
    }),
  ),
}
