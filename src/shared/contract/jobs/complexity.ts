import { z } from 'zod'
import { CorpusPath, OWN_TEXTS, OwnText } from '../../domain.ts'
import { Device } from '../choices.ts'
import { defineJob } from './define.ts'

export const ComplexityInput = z.object({
  corpus: CorpusPath,
  /** Sources of text; without it all that have any. */
  texts: z.array(OwnText).min(1).max(OWN_TEXTS.length).optional(),
  /** A filter: measured before it (all pairs) and after it (those that it keeps). */
  cutoff: z.string().optional(),
  /** For the diversity of pictures by their embeddings; without it that is left out. */
  model: z.string().min(1).optional(),
  device: Device.default('auto'),
  /** Descriptions and pictures that are drawn at most, of each source and side. */
  n: z.number().int().min(2).max(200_000).default(100_000),
  pictures: z.number().int().min(0).max(100_000).default(2000),
  seed: z.number().int().min(0).max(0xffff_ffff).default(0),
  /** A JSON file that gets the measures (`ComplexityResult`). */
  out: z.string().min(1).optional(),
})
export type ComplexityInput = z.infer<typeof ComplexityInput>

const rate = z.number().nullable()

/** See docs/measures.md. */
export const TextRichnessValue = z.object({
  texts: z.number(),
  empty: z.number(),
  distinctTexts: z.number(),
  words: z.number(),
  types: z.number(),
  meanWords: z.number(),
  medianWords: z.number(),
  meanCharacters: z.number(),
  distinct1: z.number(),
  distinct2: rate,
  distinct3: rate,
  movingTypeTokenRatio: z.number(),
  rarity: z.number(),
  onceOnly: z.number(),
  concepts: z.number(),
  conceptTypes: z.number(),
  shared2: rate,
})

export const PictureComplexityValue = z.object({
  /** Pictures that there are, that were measured, and that were left out, by reason. */
  available: z.number().int(),
  n: z.number().int(),
  leftOut: z.record(z.string(), z.number().int()),
  /** Means over pictures. */
  entropy: rate,
  edgeDensity: rate,
  /** By embeddings; null without a model. */
  diversity: z.object({ n: z.number(), meanDistance: rate, vendi: z.number() }).nullable(),
})
export type PictureComplexityValue = z.infer<typeof PictureComplexityValue>

export const ComplexityResult = z.object({
  cutoff: z.string().nullable(),
  seed: z.number().int(),
  model: z.object({ id: z.string(), digest: z.string() }).nullable(),
  /** `n` of both sides is the same, as distinct n-grams depend on it; null = nothing to measure. */
  texts: z.array(
    z.object({
      source: OwnText,
      available: z.object({ before: z.number(), after: z.number().nullable() }),
      n: z.number(),
      before: TextRichnessValue.nullable(),
      after: TextRichnessValue.nullable(),
    }),
  ),
  pictures: z.object({
    before: PictureComplexityValue,
    after: PictureComplexityValue.nullable(),
  }),
})
export type ComplexityResult = z.infer<typeof ComplexityResult>

/** How rich a corpus is in words and pictures, before and after a cutoff. */
export const complexity = defineJob({
  kind: 'complexity',
  call: 'jobs.complexity',
  input: ComplexityInput,
  title: ({ cutoff }) => (cutoff ? `Measure complexity at ${cutoff}` : 'Measure complexity'),
  lane: 'corpus',
  resumes: () => false,
})
