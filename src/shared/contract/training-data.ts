import { z } from 'zod'
import { CorpusPath } from '../domain.ts'

/** What a head learns from. */
export const TrainingData = z.object({
  corpus: CorpusPath,
  /** Labels of people: the review's word, else what all annotators of the pair agree on. */
  labels: z.boolean().default(true),
  /** A set of alts found in the texts; used for pairs without a label. null = labels only. */
  alts: z.number().int().positive().nullable().default(null),
  /** Least similarity of an alt's span. */
  minAltScore: z.number().min(0).max(1).default(0.8),
  /** Least words of an alt's span. */
  minAltWords: z.number().int().min(1).default(2),
  where: z.string().default(''),
  /** Only labels of these description types; null = all. */
  types: z.array(z.string()).nullable().default(null),
  split: z
    .object({
      train: z.number().min(0).max(1),
      validation: z.number().min(0).max(1),
      test: z.number().min(0).max(1),
      seed: z.number().int(),
    })
    .default({ train: 0.7, validation: 0.15, test: 0.15, seed: 1 }),
})
export type TrainingData = z.infer<typeof TrainingData>
