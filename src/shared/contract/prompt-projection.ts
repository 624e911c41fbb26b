import { z } from 'zod'

/** How a linear projection from the picture-text model's pictures is trained. */
export const ProjectionRecipe = z.object({
  learningRate: z.number().positive().max(1).default(3e-5),
  batch: z.number().int().min(1).max(65_536).default(256),
  epochs: z.number().int().min(1).max(10_000).default(3),
  weightDecay: z.number().min(0).max(1).default(6e-5),
  /**
   * Stops early: a part of the training pictures is looked at after each epoch, and the epoch that is
   * best on it is kept; null = trains on all of them to the last epoch.
   */
  stop: z
    .object({
      /** Of the training pictures. */
      share: z.number().min(0.01).max(0.5).default(0.1),
      /** Epochs without a better one, after which it ends. */
      patience: z.number().int().min(1).max(10_000).default(10),
    })
    .nullable()
    .default(null),
})
export type ProjectionRecipe = z.infer<typeof ProjectionRecipe>

/** The recipe of the field, made for hundreds of thousands of pairs; always judged beside another. */
export const FIELD_RECIPE: ProjectionRecipe = ProjectionRecipe.parse({})
/** One that leaves its random beginning on a few hundred pairs, too. */
export const SMALL_RECIPE: ProjectionRecipe = {
  learningRate: 1e-3,
  batch: 64,
  epochs: 300,
  weightDecay: 6e-5,
  stop: { share: 0.1, patience: 10 },
}
