import { z } from 'zod'

/** What takes prompts out of a base, in the order in which it is asked; docs/image-to-prompt.md defines each. */
export const CLEAN_STEPS = [
  'empty',
  'nan',
  'language',
  'vocabulary',
  'near-duplicate',
  'terms',
] as const
export type CleanStep = (typeof CLEAN_STEPS)[number]

/** How a base is cleaned; null turns a step off. */
export const CleanRules = z.object({
  /** No letter and no digit. */
  empty: z.boolean().default(true),
  /** "nan", "null" and the like, and numbers alone. */
  nan: z.boolean().default(true),
  /** Languages that stay, as ISO 639-1; what the detector is not sure of stays, too. */
  languages: z
    .array(z.string().regex(/^[a-z]{2}$/))
    .min(1)
    .max(60)
    .nullable()
    .default(['en']),
  vocabulary: z
    .object({
      /** A word that stands in fewer prompts is exotic, unless the sentence model knows it whole. */
      minPrompts: z.number().int().min(1).max(1000).default(3),
      /** A prompt with a larger share of exotic words is taken out. */
      share: z.number().min(0).max(1).default(0.5),
    })
    .nullable()
    .prefault({}),
  /** Sentence cosine with an earlier prompt that stays, above which a prompt is taken out. */
  nearDuplicate: z.number().min(0).max(1).nullable().default(0.9),
  terms: z
    .object({
      /** A term whose best cosine with a word of the sentence model's vocabulary is below this. */
      least: z.number().min(-1).max(1).default(0.6),
      /** Longer terms are sentences, and not judged. */
      mostWords: z.number().int().min(1).max(50).default(5),
    })
    .nullable()
    .prefault({}),
})
export type CleanRules = z.infer<typeof CleanRules>

/** What a step did. */
export const CleanedStep = z.object({
  step: z.enum(CLEAN_STEPS),
  /** Prompts that it looked at and took out, and the rows of files that these stood in. */
  looked: z.number().int(),
  taken: z.number().int(),
  rows: z.number().int(),
  /** How it worked: exact or by cells, what it could not judge. */
  note: z.string(),
  examples: z.array(z.object({ text: z.string(), why: z.string() })),
})
export type CleanedStep = z.infer<typeof CleanedStep>
