import { z } from 'zod'

const Estimated = z.object({
  /** Mean over pictures of the mean over their prompts. */
  mean: z.number(),
  /** 95 %, by bootstrap over pictures; null = not defined, `note` says why. */
  interval: z.tuple([z.number(), z.number()]).nullable(),
  note: z.string(),
})

export const PromptEvaluation = z.object({
  pairs: z.number().int(),
  /** Pairs of held-out pictures, which all rows stand on, and these pictures. */
  heldOut: z.object({ pairs: z.number().int(), pictures: z.number().int() }),
  /** Places of the held-out pictures. */
  heldOutPictures: z.array(z.number().int()),
  heldIn: z.object({ pairs: z.number().int(), pictures: z.number().int() }),
  base: z.object({
    prompts: z.number().int(),
    /** Prompts left out as they are true prompts of held-out pictures. */
    removed: z.number().int(),
  }),
  space: z.enum(['sentence', 'clip']),
  averaging: z.enum(['mean', 'cosine']),
  weights: z.tuple([z.number(), z.number()]),
  seed: z.number().int(),
  resamples: z.number().int(),
  /** `constant`: the mean of the base for every picture, which any row should beat. */
  rows: z.array(
    z.object({
      name: z.string(),
      kind: z.enum(['constant', 'neighbours', 'projection']),
      /** Neighbours that are averaged, at most those of the base; null for the others. */
      k: z.number().int().nullable(),
      ...Estimated.shape,
    }),
  ),
  /** Mean differences, paired by picture: `of` minus `over`. */
  gains: z.array(z.object({ of: z.string(), over: z.string(), ...Estimated.shape })),
  projection: z
    .object({
      learningRate: z.number(),
      batch: z.number().int(),
      epochs: z.number().int(),
      weightDecay: z.number(),
      pairs: z.number().int(),
      /** Held-in pairs that were left out as their prompt is one of a held-out picture. */
      dropped: z.number().int(),
      steps: z.number().int(),
      /** 1 - cosine, mean of each epoch. */
      losses: z.array(z.number()),
    })
    .nullable(),
})
export type PromptEvaluation = z.infer<typeof PromptEvaluation>

/** What the job writes. */
export const PromptEvaluationReport = z.object({
  ...PromptEvaluation.omit({ heldOutPictures: true }).shape,
  base: z.object({ name: z.string(), ...PromptEvaluation.shape.base.shape }),
  file: z.string(),
  /** Pictures that were held out, as the table names them. */
  heldOutImages: z.array(z.string()),
  /** Rows of the table, and those that could not be used, by reason, with their places. */
  rowsRead: z.number().int(),
  leftOut: z.record(z.string(), z.number().int()),
  leftOutRows: z.array(z.object({ row: z.number().int(), reason: z.string() })),
  models: z.object({
    clip: z.object({ id: z.string(), digest: z.string() }),
    sentence: z.object({ id: z.string(), digest: z.string(), madeForSentences: z.boolean() }),
  }),
  software: z.string(),
})
export type PromptEvaluationReport = z.infer<typeof PromptEvaluationReport>
