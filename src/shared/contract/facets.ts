import { z } from 'zod'
import { CorpusPath } from '../domain.ts'
import { FACETS } from '../query/facets.ts'
import { call } from './call.ts'
import { ScoreSource } from './pairs.ts'

export const FacetName = z.enum(FACETS)

export const FacetCounts = z.object({
  facet: FacetName,
  /** '' = pairs without one. Those in a fixed order as they stand in it, others the most frequent first. */
  values: z.array(z.object({ value: z.string(), n: z.number().int() })),
  /** Values that are not among them. */
  more: z.number().int(),
})
export type FacetCounts = z.infer<typeof FacetCounts>

export const ColumnCounts = z.object({
  name: z.string(),
  /** Pairs with a number, of all numbers the lowest and the highest. */
  n: z.number().int(),
  min: z.number(),
  max: z.number(),
  /** Pairs in bins of equal width from `min` to `max`. */
  bins: z.array(z.number().int()),
})
export type ColumnCounts = z.infer<typeof ColumnCounts>

export const facets = {
  /**
   * Pairs by value within a filter. What a filter says of a facet or column itself is left out where
   * that one is counted, so that one sees what else there would be.
   */
  'facets.count': call(
    z.object({
      corpus: CorpusPath,
      where: z.string().default(''),
      score: ScoreSource.nullable().default(null),
      /** Values of one facet, where they have no fixed order. */
      limit: z.number().int().min(1).max(1000).default(10),
      /** Of one facet only the values that hold this. */
      find: z.object({ facet: FacetName, text: z.string() }).nullable().default(null),
    }),
    z.object({ facets: z.array(FacetCounts), columns: z.array(ColumnCounts) }),
  ),
  /** Filters with a name, and those that were used last, newest first. */
  'filters.list': call(
    z.object({ corpus: CorpusPath }),
    z.object({
      saved: z.array(z.object({ name: z.string(), query: z.string() })),
      used: z.array(z.object({ query: z.string(), at: z.string() })),
    }),
  ),
  /** A name that is taken gets the new query. */
  'filters.save': call(
    z.object({
      corpus: CorpusPath,
      name: z.string().trim().min(1).max(100),
      query: z.string().min(1).max(20_000),
    }),
    z.object({}),
  ),
  'filters.remove': call(z.object({ corpus: CorpusPath, name: z.string() }), z.object({})),
  /** Remembers that it was used. */
  'filters.used': call(
    z.object({ corpus: CorpusPath, query: z.string().min(1).max(20_000) }),
    z.object({}),
  ),
}
