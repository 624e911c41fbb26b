import { z } from 'zod'
import { TextSource } from '../domain.ts'

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/)

/** Names of versions: what a filter (`version:NAME`), a folder and a citation can hold as it is. */
export const VersionName = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
    'A name has letters, digits, ".", "_" and "-" (at most 64) and begins with a letter or a digit.',
  )

/** What people said up to then: how many events, and a digest over them in the order of their ids. */
const Said = z.object({ events: z.number().int(), digest: Sha256 }).nullable()

/**
 * What a version of a dataset was made by. Nothing in it depends on the machine or on the hour, and
 * it is never changed: its canonical JSON is a part of the content hash (docs/versions.md).
 */
export const VersionRecipe = z.object({
  recipe: z.literal(1),
  /** The filter in its canonical form, without the cutoff; '' = every pair. */
  filter: z.string(),
  /** Least cosine of a model for a text (both ends belong to it); null = none beside the filter. */
  cutoff: z
    .object({ model: Sha256, text: TextSource, cosine: z.number().min(-1).max(1) })
    .nullable(),
  /** Which words are the caption: the first of these that a pair has. */
  texts: z.array(TextSource).min(1),
  /** Digest of the model whose cosines the list carries; null = no scores. */
  scores: Sha256.nullable(),
  /** Of pairs with one picture the best scored, else the first. */
  onePerPicture: z.boolean(),
  /** So many pairs, drawn by seed; null = all. */
  sample: z.object({ n: z.number().int().min(1), seed: z.number().int() }).nullable(),
  /** What the names of models in the filter mean, and the models of cutoff and scores. */
  models: z.array(z.object({ id: z.string(), name: z.string(), digest: z.string() })),
  /** The sets of spans that texts and filter mean. */
  spanSets: z.array(
    z.object({
      field: z.enum(['span', 'altspan']),
      title: z.string(),
      kind: z.string(),
      digest: z.string().nullable(),
      pairs: z.number().int(),
    }),
  ),
  /** What the best text of a pair means, where texts or filter mean it; else null. */
  bestTexts: z
    .object({ model: Sha256, texts: z.array(TextSource), content: z.string() })
    .nullable(),
  /** Where the filter asks for them; else null. */
  labels: Said,
  marks: Said,
  /** Versions that the filter names. */
  versions: z.array(z.object({ name: z.string(), hash: Sha256 })),
  archives: z.array(
    z.object({
      name: z.string(),
      bytes: z.number().int(),
      sha256: z.string().nullable(),
      complete: z.boolean(),
    }),
  ),
  /** Version of Gleaner. */
  software: z.string(),
})
export type VersionRecipe = z.infer<typeof VersionRecipe>
