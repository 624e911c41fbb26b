import { z } from 'zod'
import { CorpusPath } from '../domain.ts'
import { DesignChange, StudyDesign } from '../studies/design.ts'
import { call } from './call.ts'

export const StudyName = z.string().trim().min(1).max(100)
/** One study of a corpus. */
export const OfStudy = z.object({ corpus: CorpusPath, study: StudyName })

/**
 * - `draft`: prompts, pictures and design may change
 * - `frozen`: fixed by a content hash, rated blind
 * - `unblinded`: it was said once which model made which picture; ratings after it are marked
 */
export const STUDY_STATES = ['draft', 'frozen', 'unblinded'] as const

export const StudyModel = z.object({
  /** As the researcher calls it; while the study is blind, "Model A" in an order by the seed. */
  name: z.string(),
  version: z.string().nullable(),
  /** null while the study is blind and the models' numbers differ: a number would name the model. */
  images: z.number().int().nullable(),
})

export const StudySummary = z.object({
  name: StudyName,
  state: z.enum(STUDY_STATES),
  /** `rater`: opened from a rater's package; which model made what is not on this machine. */
  role: z.enum(['owner', 'rater']),
  prompts: z.number().int(),
  models: z.number().int(),
  images: z.number().int(),
  raters: z.number().int(),
  /** Answers as they are now, without practice, checks and repeats. */
  ratings: z.number().int(),
  createdAt: z.string(),
  frozenAt: z.string().nullable(),
  unblindedAt: z.string().nullable(),
})
export type StudySummary = z.infer<typeof StudySummary>

export const Study = StudySummary.extend({
  uid: z.string(),
  design: StudyDesign,
  /** SHA-256 over prompts, pictures and design, hex; null before it is frozen. */
  hash: z.string().nullable(),
  /** Where the prompts came from, in words. */
  promptsFrom: z.string(),
  kinds: z.array(z.string()),
  groups: z.number().int(),
  levels: z.array(z.number().int()),
  byModel: z.array(StudyModel),
  /** Pictures of a prompt and model. */
  takes: z.number().int(),
  /** (model, prompt) without a picture. */
  missing: z.number().int(),
  /** Files that were not taken in. */
  leftOut: z.number().int(),
  /** Pictures that stand in the corpus too, and prompts that its texts hold. */
  leaks: z.object({
    pictures: z.number().int(),
    /** null: not compared; `studies.problems` does that when it is asked. */
    prompts: z.number().int().nullable(),
  }),
  /** Tasks of one rater, in all, by what they are for. */
  tasks: z.object({
    rate: z.number().int(),
    compare: z.number().int(),
    repeats: z.number().int(),
    checks: z.number().int(),
    practice: z.number().int(),
  }),
  /** All that was done with it and must be told: frozen, unblinded, packed, merged. */
  log: z.array(z.object({ at: z.string(), what: z.string(), detail: z.string() })),
})
export type Study = z.infer<typeof Study>

export const StudyPrompt = z.object({
  group: z.string(),
  kind: z.string(),
  level: z.number().int(),
  text: z.string(),
})
export type StudyPrompt = z.infer<typeof StudyPrompt>

/** What is known of how a picture was made. */
export const ImageOrigin = z.object({
  file: z.string(),
  program: z.string().nullable(),
  prompt: z.string().nullable(),
  negativePrompt: z.string().nullable(),
  seed: z.string().nullable(),
  steps: z.number().nullable(),
  guidance: z.number().nullable(),
  sampler: z.string().nullable(),
  model: z.string().nullable(),
  /** Names of those above that were guessed. */
  guessed: z.array(z.string()),
  /** How the picture found its prompt. */
  matchedBy: z.string(),
  /** What the file said, word for word. */
  raw: z.string().nullable(),
})
export type ImageOrigin = z.infer<typeof ImageOrigin>

export const SheetImage = z.object({
  id: z.number().int(),
  sha256: z.string(),
  width: z.number().int(),
  height: z.number().int(),
  take: z.number().int(),
})
export type SheetImage = z.infer<typeof SheetImage>
/** One prompt with the pictures of each model, in the order of `Study.byModel`. */
export const SheetCell = z.object({
  prompt: StudyPrompt,
  images: z.array(z.array(SheetImage)),
})
export type SheetCell = z.infer<typeof SheetCell>

/** What would be taken in from a folder or a manifest. */
export const ImagesPreview = z.object({
  /** Pictures that were found. */
  files: z.number().int(),
  by: z.enum(['pattern', 'manifest', 'metadata']),
  /** As it was given, or as the names seem to follow it; null where names say nothing. */
  pattern: z.string().nullable(),
  /** Files that find a prompt; null: the pictures themselves must be read for that. */
  tied: z.number().int().nullable(),
  /** Prompts that would have a picture. */
  prompts: z.number().int().nullable(),
  examples: z.array(z.object({ file: z.string(), group: z.string(), level: z.number().int() })),
  leftOut: z.array(z.object({ reason: z.string(), n: z.number().int(), example: z.string() })),
})
export type ImagesPreview = z.infer<typeof ImagesPreview>

export const studies = {
  'studies.list': call(z.object({ corpus: CorpusPath }), z.array(StudySummary)),
  'studies.get': call(OfStudy, Study),
  /** Makes a draft. Prompts come from a prompt set of the corpus or from a file (CSV, JSON Lines, YAML). */
  'studies.create': call(
    OfStudy.extend({
      prompts: z.union([
        z.object({ set: z.string().min(1) }),
        z.object({ file: z.string().min(1) }),
      ]),
      design: DesignChange.default({}),
    }),
    Study,
  ),
  /** @throws `conflict` once it is frozen */
  'studies.setDesign': call(OfStudy.extend({ design: DesignChange }), Study),
  'studies.rename': call(OfStudy.extend({ name: StudyName }), z.object({})),
  /** With its pictures and ratings: cannot be undone. */
  'studies.remove': call(OfStudy, z.object({})),
  'studies.removeModel': call(OfStudy.extend({ model: z.string().min(1) }), Study),
  /** How files would find their prompts, before they are taken in; nothing is written. */
  'studies.previewImages': call(
    OfStudy.extend({
      source: z.string().min(1),
      pattern: z.string().min(1).max(500).nullable().default(null),
    }),
    ImagesPreview,
  ),
  'studies.prompts': call(OfStudy, z.array(StudyPrompt)),
  /**
   * Prompts with the pictures of each model, by group and level. Only of a draft or an unblinded
   * study. @throws `refused` while it is blind
   */
  'studies.sheet': call(
    OfStudy.extend({
      kind: z.string().nullable().default(null),
      from: z.number().int().min(0).default(0),
      limit: z.number().int().min(1).max(1000).default(200),
    }),
    z.object({ total: z.number().int(), cells: z.array(SheetCell) }),
  ),
  /** @throws `refused` while it is blind */
  'studies.image': call(
    OfStudy.extend({ image: z.number().int() }),
    z.object({ image: SheetImage, model: z.string(), prompt: StudyPrompt, origin: ImageOrigin }),
  ),
  /** What is wrong or missing, listed. */
  'studies.problems': call(
    OfStudy.extend({
      /** Look for the prompts in the texts of the corpus, too: it reads them all. */
      overlap: z.boolean().default(false),
    }),
    z.object({
      /** `model` is "" while the study is blind: what a model lacks tells which one made the rest. */
      missing: z.array(z.object({ model: z.string(), prompt: StudyPrompt })),
      leftOut: z.array(
        z.object({
          model: z.string(),
          file: z.string(),
          reason: z.string(),
          detail: z.string().nullable(),
        }),
      ),
      /** The same bytes more than once. */
      doubles: z.array(z.object({ sha256: z.string(), files: z.array(z.string()) })),
      /** Those of prompts only where `overlap` was asked for. */
      leaks: z.array(
        z.object({
          kind: z.enum(['picture', 'prompt', 'normalised prompt']),
          prompt: StudyPrompt,
          pairs: z.number().int(),
        }),
      ),
    }),
  ),
  /** From now on nothing of it changes, and it can be rated. @throws `conflict`, `invalid-input` */
  'studies.freeze': call(OfStudy, Study),
  /** Says which model made which picture, once and for all; logged with who and why. */
  'studies.unblind': call(
    OfStudy.extend({
      by: z.string().trim().min(1).max(100),
      why: z.string().max(1000).default(''),
    }),
    Study,
  ),
}
