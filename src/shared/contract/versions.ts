import { z } from 'zod'
import { CorpusPath, PairId, TextSource } from '../domain.ts'
import { VersionName, VersionRecipe } from '../versions/recipe.ts'
import { call } from './call.ts'

/** What a version counts when it is made. */
export const VersionCounts = z.object({
  /** Pairs that pass filter and cutoff. */
  matched: z.number().int(),
  /** Matched and left out, by reason: `no-text`, `same-picture`, `not-drawn`. */
  leftOut: z.record(z.string(), z.number().int()),
  /** With the picture's bytes in the corpus. */
  held: z.number().int(),
  pictures: z.number().int(),
  hosts: z.number().int(),
  scored: z.number().int(),
  /** Of the scored; null where there are none. */
  cosine: z
    .object({ min: z.number(), mean: z.number(), median: z.number(), max: z.number() })
    .nullable(),
  /** Pairs by the text that was taken. */
  texts: z.record(z.string(), z.number().int()),
})
export type VersionCounts = z.infer<typeof VersionCounts>

export const VersionInfo = z.object({
  name: z.string(),
  note: z.string(),
  hash: z.string(),
  pairs: z.number().int(),
  createdAt: z.string(),
  recipe: VersionRecipe,
  counts: VersionCounts,
})
export type VersionInfo = z.infer<typeof VersionInfo>

/** Why a pair is in one version and not in the other, or not as it was. */
export const DIFF_REASONS = [
  'cutoff',
  'score',
  'model',
  'unscored',
  'filter',
  'mark',
  'label',
  'picture',
  'span',
  'text',
  'page',
  'same-picture',
  'not-drawn',
  'new-pair',
  'since',
] as const
export const DiffReason = z.enum(DIFF_REASONS)
export type DiffReason = z.infer<typeof DiffReason>

export const DIFF_SIDES = ['went', 'came', 'changed'] as const
export const DiffSide = z.enum(DIFF_SIDES)
export type DiffSide = z.infer<typeof DiffSide>

const DiffState = z.object({
  text: z.string(),
  source: TextSource,
  sha256: z.string().nullable(),
  cosine: z.number().nullable(),
})

export const VersionDiffPair = z.object({
  id: PairId,
  side: DiffSide,
  reason: DiffReason,
  /** The term of the filter that decides; '' where none does. */
  term: z.string(),
  page: z.string(),
  image: z.string(),
  a: DiffState.nullable(),
  b: DiffState.nullable(),
  /** What the other version's model says of it today, where the reason is a score; else null. */
  other: z.number().nullable(),
})
export type VersionDiffPair = z.infer<typeof VersionDiffPair>

export const VersionDiff = z.object({
  a: VersionInfo,
  b: VersionInfo,
  /** Fields of the recipes that differ, as JSON. */
  recipe: z.array(z.object({ field: z.string(), a: z.string(), b: z.string() })),
  same: z.number().int(),
  changed: z.number().int(),
  went: z.number().int(),
  came: z.number().int(),
  /** Adds up to went, came and changed; the most frequent first. */
  reasons: z.array(
    z.object({ side: DiffSide, reason: DiffReason, term: z.string(), n: z.number().int() }),
  ),
  /** Pairs that came or went as they are scored anew, or by another model, not by another cutoff. */
  crossing: z.object({
    n: z.number().int(),
    /** Largest |a - b| of a pair with both scores. */
    largestDifference: z.number(),
    /** Largest distance of either score from its version's cutoff. */
    largestDistance: z.number(),
  }),
  /** Bins of equal width from lo to hi; both sides belong to the scored pairs of their version. */
  histogram: z
    .object({
      lo: z.number(),
      hi: z.number(),
      a: z.array(z.number().int()),
      b: z.array(z.number().int()),
    })
    .nullable(),
  /** Those asked for, by side, reason and id. */
  total: z.number().int(),
  pairs: z.array(VersionDiffPair),
})
export type VersionDiff = z.infer<typeof VersionDiff>

export const versions = {
  /** Newest first. */
  'versions.list': call(z.object({ corpus: CorpusPath }), z.array(VersionInfo)),
  /** @throws `not-found` */
  'versions.get': call(z.object({ corpus: CorpusPath, name: z.string() }), VersionInfo),
  /** From `a` to `b`, explained to the last pair. */
  'versions.diff': call(
    z.object({
      corpus: CorpusPath,
      a: z.string(),
      b: z.string(),
      bins: z.number().int().min(1).max(400).default(60),
      side: DiffSide.optional(),
      reason: DiffReason.optional(),
      offset: z.number().int().min(0).default(0),
      limit: z.number().int().min(0).max(10_000).default(100),
    }),
    VersionDiff,
  ),
  /** Works the hash out again from what is kept. */
  'versions.check': call(
    z.object({ corpus: CorpusPath, name: z.string() }),
    z.object({ name: z.string(), stated: z.string(), found: z.string(), pairs: z.number().int() }),
  ),
}

export { VersionName, VersionRecipe }
