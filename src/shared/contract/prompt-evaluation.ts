import { z } from 'zod'
import { ProjectionRecipe } from './prompt-projection.ts'

const Estimated = z.object({
  /** Mean over pictures of the mean over their prompts. */
  mean: z.number(),
  /** 95 %, by bootstrap over pictures; null = not defined, `note` says why. */
  interval: z.tuple([z.number(), z.number()]).nullable(),
  note: z.string(),
})

const TrainedRecipe = z.object({
  /** Its row. */
  name: z.string(),
  recipe: ProjectionRecipe,
  /** That it was trained on. */
  pairs: z.number().int(),
  /** Held-in pairs that were left out as their prompt is one of a held-out picture. */
  dropped: z.number().int(),
  /** Of the optimizer. */
  steps: z.number().int(),
  /** 1 - cosine, mean of each epoch. */
  losses: z.array(z.number()),
  /** Of a recipe that stops early. */
  stopped: z
    .object({
      /** Held-in pairs that it was looked at by, and did not train. */
      pairs: z.number().int(),
      /** 1 - cosine on them after each epoch, the random beginning first. */
      losses: z.array(z.number()),
      /** Of these the one that was kept; 0 = the random beginning. */
      kept: z.number().int(),
    })
    .nullable(),
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
  /** Those that were trained: the field's recipe, then another that was chosen. */
  projections: z.array(TrainedRecipe),
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
