import { z } from 'zod'
import { Figure } from '../figures.ts'

/** How many prompts and raters would show a difference: simulated before a study. */

export const StudyPowerInput = z.object({
  prompts: z.number().int().min(2).max(5000).default(100),
  /** Ratings of each picture. */
  raters: z.number().int().min(1).max(50).default(3),
  /** True difference of two models, in steps of the scale. */
  difference: z.number().min(-10).max(10).default(0.3),
  /** Mean of both models on the scale, and the scale's steps from 0. */
  mean: z.number().min(0).max(100).default(2.5),
  top: z.number().int().min(1).max(100).default(5),
  /** Standard deviations of what ratings are made of, in steps of the scale. */
  components: z
    .object({
      /** Between hard and easy prompts. */
      prompt: z.number().min(0).max(10).default(0.8),
      /** Of the difference from prompt to prompt: it limits what more raters can do. */
      difference: z.number().min(0).max(10).default(0.4),
      /** Between strict and kind raters. */
      rater: z.number().min(0).max(10).default(0.4),
      /** Of one rating. */
      residual: z.number().min(0).max(10).default(0.8),
    })
    .prefault({}),
  /** Tests in the primary family (aspects x pairs of models): the level is divided by it. */
  tests: z.number().int().min(1).max(1000).default(1),
  /** Share of studies that are to find the difference. */
  wanted: z.number().min(0.5).max(0.99).default(0.8),
  /** Simulated studies for each number. */
  studies: z.number().int().min(100).max(5000).default(500),
  seed: z.number().int().min(0).max(0xffffffff).default(1),
})
export type StudyPowerInput = z.output<typeof StudyPowerInput>

const Power = z.object({
  /** Share of simulated studies that find the difference, and its interval by the simulation. */
  power: z.number(),
  lo: z.number(),
  hi: z.number(),
})

export const StudyPower = Power.extend({
  prompts: z.number().int(),
  raters: z.number().int(),
  /** Mean difference that is left when ratings are cut and rounded to the scale. */
  observedDifference: z.number(),
  /** Of the test, after division by the tests. */
  alpha: z.number(),
  studies: z.number().int(),
  wanted: z.number(),
  /** Least prompts with these raters, and raters with these prompts; null: even the most are too few. */
  needed: z.object({ prompts: z.number().int().nullable(), raters: z.number().int().nullable() }),
  /** As many as were tried. */
  most: z.object({ prompts: z.number().int(), raters: z.number().int() }),
  curve: z.array(Power.extend({ prompts: z.number().int(), raters: z.number().int() })),
  /** The curve to look at. */
  figure: Figure,
  how: z.string(),
})
export type StudyPower = z.infer<typeof StudyPower>
