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

/** What came out of a choice of the best text for each picture. */
export const BestReport = z.object({
  /** Pairs that have a score of any of the texts. */
  pairs: z.number().int(),
  /** For how many pairs each text won. */
  chosen: z.array(z.object({ text: TextSource, n: z.number().int() })),
  /** Pairs that have a score of one text only. */
  single: z.number().int(),
  /** Scores that were passed over, as the text shows nothing. */
  blank: z.number().int(),
  /** Pairs whose two highest cosines are equal: the first text wins. */
  ties: z.number().int(),
  /** Of the distances to the next best cosine; null = no pair has two. */
  marginMedian: z.number().nullable(),
  marginTenth: z.number().nullable(),
  /** SHA-256 over the choices and cosines. */
  content: z.string(),
})
export type BestReport = z.infer<typeof BestReport>

export const BestSet = BestReport.extend({
  id: z.number().int().positive(),
  model: ModelId,
  modelDigest: z.string(),
  /** In the order that decides between equal cosines. */
  texts: z.array(TextSource),
  createdAt: z.string(),
  /** Is what the text source `best` means. */
  current: z.boolean(),
})
export type BestSet = z.infer<typeof BestSet>

const Interval = z.object({ value: z.number(), low: z.number(), high: z.number() })

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
        /** They came with a table. */
        imported: z.boolean(),
        /** The model that somebody said imported scores are from: its cutoffs then apply. */
        origin: z.string().nullable(),
      }),
    ),
  ),
  /** Says which model imported scores are from, by its id; null takes it back. */
  'scores.setOrigin': call(
    z.object({ corpus: CorpusPath, model: ModelId, origin: z.string().min(1).max(300).nullable() }),
    z.object({}),
  ),
  /** Choices of the best text for each picture, the newest first; `jobs.score` makes them. */
  'scores.bestSets': call(z.object({ corpus: CorpusPath }), z.array(BestSet)),
  /** Chooses what the text source `best` means. */
  'scores.useBestSet': call(
    z.object({ corpus: CorpusPath, set: z.number().int().positive() }),
    z.object({}),
  ),
  /**
   * Several scores side by side: how much each cutoff keeps, and by how much each differs from the
   * first on the pairs that have both. Intervals hold at 95 %, pairs taken as independent: of the
   * mean by Student's t, of the median by order statistics.
   */
  'scores.compare': call(
    z.object({
      corpus: CorpusPath,
      where: z.string().default(''),
      sources: z
        .array(z.object({ model: ModelId, text: TextSource, cutoff: z.number() }))
        .min(1)
        .max(6),
    }),
    z.array(
      z.object({
        model: ModelId,
        text: TextSource,
        cutoff: z.number(),
        n: z.number().int(),
        kept: z.number().int(),
        mean: z.number(),
        median: z.number(),
        /** Of the first: null. This one less the first. */
        difference: z
          .object({
            n: z.number().int(),
            /** null = fewer than two pairs have both, or the differences do not vary. */
            mean: Interval.nullable(),
            /** null = fewer than six pairs have both. */
            median: Interval.nullable(),
            higher: z.number().int(),
            equal: z.number().int(),
          })
          .nullable(),
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
