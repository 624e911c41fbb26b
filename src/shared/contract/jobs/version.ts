import { z } from 'zod'
import { CorpusPath, TextSource } from '../../domain.ts'
import { VersionName } from '../../versions/recipe.ts'
import { defineJob } from './define.ts'

export const VersionInput = z.object({
  corpus: CorpusPath,
  name: VersionName,
  note: z.string().max(10_000).default(''),
  where: z.string().default(''),
  /** Which words are the caption: the first of these that a pair has. */
  texts: z.array(TextSource).min(1).default(['alt']),
  /** Whose scores go along; default: the one that the filter names, or the only one. */
  model: z.string().min(1).optional(),
  /** Least cosine of that model for the first of the texts. */
  cutoff: z.number().min(-1).max(1).optional(),
  onePerPicture: z.boolean().default(false),
  /** Draws so many pairs. */
  sample: z.number().int().min(1).optional(),
  seed: z.number().int().min(0).default(1),
})
export type VersionInput = z.infer<typeof VersionInput>

/** Freezes a recipe and the pairs that it gives, under a name and a content hash. */
export const version = defineJob({
  kind: 'version',
  call: 'versions.create',
  input: VersionInput,
  title: ({ name }) => `Version ${name}`,
  lane: 'corpus',
})
