import { z } from 'zod'
import { CorpusPath, ModelId, PairRow, TextSource } from '../domain.ts'
import { call } from './call.ts'

/** Scores of one model for one text source, within a filter ('' = the whole corpus). */
const Scope = z.object({
  corpus: CorpusPath,
  model: ModelId,
  text: TextSource,
  where: z.string().default(''),
})

/** A pair that stands for all that show its picture among those that were looked through. */
export const StripRow = PairRow.extend({ same: z.number().int().min(1) })
export type StripRow = z.infer<typeof StripRow>

export const scores = {
  /** Which scores there are. */
  'scores.sources': call(
    z.object({ corpus: CorpusPath }),
    z.array(
      z.object({
        model: ModelId,
        modelName: z.string(),
        text: TextSource,
        n: z.number().int(),
        min: z.number(),
        max: z.number(),
        mean: z.number(),
      }),
    ),
  ),
  /** Counts per bin over [lo, hi); the last bin holds hi. Defaults span the data. */
  'scores.histogram': call(
    Scope.extend({
      bins: z.number().int().min(1).max(1000).default(100),
      lo: z.number().optional(),
      hi: z.number().optional(),
    }),
    z.object({
      lo: z.number(),
      hi: z.number(),
      counts: z.array(z.number().int()),
      n: z.number().int(),
      /** Pairs in scope that have no score of this kind. */
      unscored: z.number().int(),
      mean: z.number(),
      median: z.number(),
    }),
  ),
  /** Counts pairs at or above a cosine. */
  'scores.countAbove': call(
    Scope.extend({ minCosine: z.number().min(-1).max(1) }),
    z.object({ kept: z.number().int(), total: z.number().int() }),
  ),
  /** The cosine that keeps the given share (0..1) of scored pairs. */
  'scores.cutoffForShare': call(
    Scope.extend({ share: z.number().min(0).max(1) }),
    z.object({ cosine: z.number(), kept: z.number().int(), total: z.number().int() }),
  ),
  /**
   * The pairs just above (ascending) and just below (descending) a cosine, one of each picture, n of
   * them. `same` counts the pairs of that picture on the way.
   */
  'scores.around': call(
    Scope.extend({ cosine: z.number(), n: z.number().int().min(1).max(100).default(12) }),
    z.object({ above: z.array(StripRow), below: z.array(StripRow) }),
  ),
  /** Up to n pairs of one bin, spread evenly over it. */
  'scores.inBin': call(
    Scope.extend({
      lo: z.number(),
      hi: z.number(),
      n: z.number().int().min(1).max(100).default(3),
    }),
    z.array(PairRow),
  ),
  /** A sample of what a cutoff would drop: plain random, or the same number from each tenth of the range. */
  'scores.sampleDropped': call(
    Scope.extend({
      cosine: z.number(),
      n: z.number().int().min(1).max(1000).default(50),
      method: z.enum(['random', 'stratified']).default('random'),
      seed: z.number().int().default(0),
    }),
    z.object({ sample: z.array(PairRow), dropped: z.number().int() }),
  ),
}
