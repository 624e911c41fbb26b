import { z } from 'zod'
import { CorpusPath, ModelId, OwnText, PairId } from '../domain.ts'
import { call } from './call.ts'
import { ErrorValue } from './error.ts'

/** Characters of words that are searched by: no encoder reads as many. */
export const MAX_WORDS = 2000
/** Characters of base64 of a picture that is pasted or dropped: 24 MB of bytes. */
export const MAX_BASE64 = 32 * 2 ** 20
/** Hits of a search at most. */
export const MAX_HITS = 10_000

/** How much a part counts; below 0 it is taken away. */
const weight = z
  .number()
  .min(-10)
  .max(10)
  .refine((value) => value !== 0, 'A weight of 0 leaves the part out: leave it out.')
  .default(1)

/** What is searched, or a part of a pair that is searched by: its picture or one of its texts. */
export const Searched = z.enum(['picture', ...OwnText.options])
export type Searched = z.infer<typeof Searched>

/** One part of what is searched by, as a vector of unit length. */
export const SearchPart = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('words'), words: z.string().trim().min(1).max(MAX_WORDS), weight }),
  /** A file of this machine. */
  z.object({ kind: z.literal('picture'), path: z.string().min(1), weight }),
  /** A picture that was pasted or dropped. */
  z.object({
    kind: z.literal('bytes'),
    base64: z.base64().min(1).max(MAX_BASE64),
    /** What people call it. */
    name: z.string().max(300).optional(),
    weight,
  }),
  /** More like this; needs no model, as the corpus has its embedding. */
  z.object({ kind: z.literal('pair'), id: PairId, of: Searched.default('picture'), weight }),
])
export type SearchPart = z.infer<typeof SearchPart>

/**
 * What is searched by. The query is the sum of weight times vector over the parts, brought to unit
 * length; a hit's cosine is that of its embedding with it, exact to single precision. Of equal
 * cosines the lower id of a pair comes first. Pairs that share a picture are each a hit.
 */
export const Search = z.object({
  parts: z.array(SearchPart).min(1).max(16),
  /** By whose embeddings; null = of those that can encode the parts the one with the most. */
  model: ModelId.nullable().default(null),
  among: Searched.default('picture'),
  k: z.number().int().min(1).max(MAX_HITS).default(1000),
})
export type Search = z.infer<typeof Search>
/** As one writes it: fields with a default may be left out. */
export type SearchInput = z.input<typeof Search>

/** Why pairs cannot be hits; each pair is counted once, by the first that holds. */
export const SEARCH_LEFT_OUT = [
  'outside-filter',
  'no-picture',
  'no-text',
  /** The model has not looked at it; scoring does. */
  'not-embedded',
] as const

/** Whose embeddings answered, over what, and what was left out. */
export const SearchAnswer = z.object({
  model: ModelId,
  title: z.string(),
  digest: z.string(),
  among: Searched,
  /** Hits. */
  n: z.number().int(),
  /** Distinct pictures (texts) among the hits. */
  units: z.number().int(),
  /** Pairs that could be hits. With `leftOut` these are all pairs. */
  searched: z.number().int(),
  leftOut: z.array(z.object({ reason: z.enum(SEARCH_LEFT_OUT), n: z.number().int() })),
  /** Milliseconds. `index`: of reading embeddings that were not yet held. */
  ms: z.object({
    encode: z.number(),
    filter: z.number(),
    index: z.number(),
    scan: z.number(),
    total: z.number(),
  }),
})
export type SearchAnswer = z.infer<typeof SearchAnswer>

export const SearchModel = z.object({
  model: ModelId,
  title: z.string(),
  digest: z.string(),
  /** Embeddings that the corpus has. */
  pictures: z.number().int(),
  texts: z.number().int(),
  /** Words and pictures from outside can be searched by; otherwise only pairs of the corpus. */
  encodes: z.boolean(),
  /** Why they cannot. */
  why: ErrorValue.nullable(),
})
export type SearchModel = z.infer<typeof SearchModel>

export const search = {
  /**
   * Ranks the pairs that a filter keeps. `pairs.select` gives the same as a selection.
   * @throws `not-found` where the corpus has no embeddings
   */
  'search.run': call(
    z.object({ corpus: CorpusPath, search: Search, where: z.string().default('') }),
    SearchAnswer.extend({ hits: z.array(z.object({ id: PairId, cosine: z.number() })) }),
  ),
  /** What a corpus can be searched by, the most embeddings first. */
  'search.models': call(z.object({ corpus: CorpusPath }), z.array(SearchModel)),
  /** Reads the embeddings, so that the next search finds them in memory. */
  'search.prepare': call(
    z.object({
      corpus: CorpusPath,
      model: ModelId.nullable().default(null),
      among: Searched.default('picture'),
    }),
    z.object({
      model: ModelId,
      /** Distinct pictures (texts). */
      size: z.number().int(),
      /** Of memory. */
      bytes: z.number().int(),
      ms: z.number(),
    }),
  ),
}
