import { z } from 'zod'
import { call } from './call.ts'
import { PromptEvaluationReport } from './prompt-evaluation.ts'
import { CLEAN_STEPS, CleanedStep, CleanRules } from './prompt-rules.ts'
import { MAX_BASE64 } from './search.ts'

/** Of a prompt base, which lies in the home folder under its name. */
export const PromptBaseName = z
  .string()
  .regex(
    /^[\p{L}\p{N}][\p{L}\p{N}._ -]{0,79}$/u,
    'A name of letters, digits, dots, hyphens, underscores and spaces, 80 at most.',
  )

export const PromptBaseInfo = z.object({
  name: z.string(),
  folder: z.string(),
  /** Distinct prompts, those that are in use, and those that came after the last cleaning. */
  prompts: z.number().int(),
  kept: z.number().int(),
  notLookedAt: z.number().int(),
  /** Rows of files, with those that were alike, empty or could not be read. */
  rows: z.number().int(),
  sources: z.array(
    z.object({
      path: z.string(),
      column: z.string().nullable(),
      sha256: z.string(),
      rows: z.number().int(),
      added: z.number().int(),
      same: z.number().int(),
      failed: z.number().int(),
      isDone: z.boolean(),
    }),
  ),
  /** By what prompts were embedded, and how many that are in use. */
  models: z.array(
    z.object({
      side: z.enum(['picture-text', 'sentence']),
      id: z.string(),
      digest: z.string(),
      dim: z.number().int(),
      embedded: z.number().int(),
    }),
  ),
  /** The cleaning in force; null = none. */
  cleaning: z.object({ id: z.number().int(), at: z.string() }).nullable(),
})
export type PromptBaseInfo = z.infer<typeof PromptBaseInfo>

export const PromptCleaning = z.object({
  id: z.number().int(),
  at: z.string(),
  rules: CleanRules,
  undoneAt: z.string().nullable(),
  steps: z.array(CleanedStep),
})
export type PromptCleaning = z.infer<typeof PromptCleaning>

export const promptBases = {
  'promptBases.list': call(z.object({}), z.array(PromptBaseInfo)),
  'promptBases.get': call(z.object({ base: PromptBaseName }), PromptBaseInfo),
  /** Prompts of a base in the order in which they came: in use, or taken out by a step (`all`: by any). */
  'promptBases.prompts': call(
    z.object({
      base: PromptBaseName,
      show: z.enum(['kept', 'out', ...CLEAN_STEPS]).default('kept'),
      offset: z.number().int().min(0).default(0),
      limit: z.number().int().min(1).max(1000).default(100),
    }),
    z.object({
      total: z.number().int(),
      prompts: z.array(
        z.object({
          id: z.number().int(),
          text: z.string(),
          /** Rows that it stood in. */
          times: z.number().int(),
          step: z.enum(CLEAN_STEPS).nullable(),
          why: z.string().nullable(),
        }),
      ),
    }),
  ),
  /** All cleanings, the newest first. */
  'promptBases.cleanings': call(z.object({ base: PromptBaseName }), z.array(PromptCleaning)),
  /** Takes the cleaning in force back; the one before it is in force again. @throws `not-found` */
  'promptBases.undo': call(z.object({ base: PromptBaseName }), PromptBaseInfo),
  /**
   * The prompt for one picture, a file or one of a corpus, by what is embedded; models stay loaded for a
   * minute. @throws `invalid-input` where prompts in use are not embedded, `damaged` for what is no picture
   */
  'promptBases.try': call(
    z.object({
      base: PromptBaseName,
      picture: z.union([
        z.object({ path: z.string().min(1) }),
        /** Pasted or dropped. */
        z.object({ base64: z.base64().min(1).max(MAX_BASE64), name: z.string().max(300) }),
        z.object({ corpus: z.string().min(1), sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
      ]),
      k: z.number().int().min(1).max(10_000).default(100),
      weights: z.tuple([z.number(), z.number()]).default([0.6, 0.4]),
      averaging: z.enum(['mean', 'cosine']).default('mean'),
      space: z.enum(['sentence', 'clip']).default('sentence'),
      shown: z.number().int().min(0).max(1000).default(100),
      model: z.string().min(1).optional(),
      sentenceModel: z.string().min(1).optional(),
    }),
    z.object({
      prompt: z.string(),
      terms: z.array(
        z.object({ term: z.string(), share: z.number(), neighbours: z.number().int() }),
      ),
      neighbours: z.array(z.object({ id: z.number().int(), text: z.string(), cosine: z.number() })),
      /** Prompts that were looked through. */
      used: z.number().int(),
      models: z.object({
        clip: z.string(),
        sentence: z.string(),
        madeForSentences: z.boolean(),
      }),
    }),
  ),
  /** What an evaluation wrote. @throws `not-found`, `damaged` for what is no report of one */
  'promptBases.report': call(z.object({ path: z.string().min(1) }), PromptEvaluationReport),
  /** Deletes a base with all that was embedded. */
  'promptBases.remove': call(z.object({ base: PromptBaseName }), z.object({})),
}
