import { z } from 'zod'
import { call } from './call.ts'
import { MeasureResult } from './jobs/measure.ts'
import { PictureComplexityValue, TextRichnessValue } from './jobs/complexity.ts'
import { OfStudy } from './studies.ts'

/** Measures of a study that need no person; docs/measures.md defines each. */
export const STUDY_MEASURES = ['compliance', 'complexity', 'matrix'] as const
export type StudyMeasure = (typeof STUDY_MEASURES)[number]

const bound = z.number().nullable()

/** All prompts of a study, or those of one kind or level. */
const part = {
  by: z.enum(['all', 'kind', 'level']),
  /** The kind or the level; '' of all. */
  value: z.string(),
}

/** A mean over prompts, each prompt's over its pictures, with 95 % by bootstrap over prompts. */
export const ComplianceMean = z.object({
  model: z.string(),
  prompts: z.number().int(),
  /** null: not told while the study is blind. */
  pictures: z.number().int().nullable(),
  mean: z.number(),
  low: bound,
  high: bound,
  /** Scale times the mean: of preference models alone. */
  score: z.number().nullable(),
})
export type ComplianceMean = z.infer<typeof ComplianceMean>

/** b - a, mean over the prompts that both have. */
export const ComplianceDifference = z.object({
  a: z.string(),
  b: z.string(),
  prompts: z.number().int(),
  /** Prompts that only one of them has. */
  leftOut: z.number().int(),
  difference: z.number().nullable(),
  /** By bootstrap over prompts, and over whole groups, whose levels repeat each other's words. */
  low: bound,
  high: bound,
  overGroups: z.object({ groups: z.number().int(), low: z.number(), high: z.number() }).nullable(),
  /** Scale times the difference: of preference models alone. */
  score: z.number().nullable(),
  /** Wilcoxon's signed-rank test of the prompts' differences; `adjusted` by Holm, of all prompts alone. */
  wilcoxon: z
    .object({
      method: z.enum(['exact', 'normal']),
      statistic: z.number(),
      p: z.number(),
      adjusted: z.number().nullable(),
      /** Rank-biserial correlation. */
      effect: z.number(),
    })
    .nullable(),
  /** Why an interval or a test is missing. */
  why: z.array(z.string()),
})
export type ComplianceDifference = z.infer<typeof ComplianceDifference>

export const CompliancePart = z.object({
  ...part,
  models: z.array(ComplianceMean),
  pairs: z.array(ComplianceDifference),
})
export type CompliancePart = z.infer<typeof CompliancePart>

/** A model of pictures and texts that scores. */
export const ScoringModel = z.object({
  id: z.string(),
  name: z.string(),
  digest: z.string(),
  isDemonstration: z.boolean(),
  /** Trained on preferences: scores are shown times `scale`. */
  preference: z.boolean(),
  scale: z.number().nullable(),
})
export type ScoringModel = z.infer<typeof ScoringModel>

export const ComplianceResult = z.object({
  measure: z.literal('compliance'),
  /** What the number may be called. */
  name: z.string(),
  by: ScoringModel,
  /** Of every value, `score` apart. */
  unit: z.literal('cosine'),
  /** Scored, and without a score as they cannot be read. */
  pictures: z.number().int(),
  unscored: z.number().int(),
  /** Of the bootstrap, with its draws. */
  seed: z.number().int(),
  resamples: z.number().int(),
  parts: z.array(CompliancePart),
  /** What whoever reads it must know. */
  notes: z.array(z.string()),
})
export type ComplianceResult = z.infer<typeof ComplianceResult>

export const StudyComplexityResult = z.object({
  measure: z.literal('complexity'),
  seed: z.number().int(),
  /** By whose embeddings diversity is; null = not measured. */
  by: z.object({ id: z.string(), digest: z.string(), isDemonstration: z.boolean() }).nullable(),
  /** Kinds are drawn at the size of the smallest, levels too. */
  prompts: z.array(
    z.object({
      ...part,
      available: z.number().int(),
      n: z.number().int(),
      richness: TextRichnessValue.nullable(),
    }),
  ),
  /** Models are drawn at the size of the smallest. */
  pictures: z.array(
    z.object({
      model: z.string(),
      ...PictureComplexityValue.shape,
      /** null: not told while the study is blind. */
      available: z.number().int().nullable(),
    }),
  ),
  notes: z.array(z.string()),
})
export type StudyComplexityResult = z.infer<typeof StudyComplexityResult>

export const MatrixRow = z.object({
  model: z.string(),
  /** null = all kinds. */
  kind: z.string().nullable(),
  /** Pictures that there are; null: not told while the study is blind. */
  available: z.number().int().nullable(),
  /** In the order of `MatrixResult.measures` within each of `MatrixResult.by`. */
  numbers: z.array(MeasureResult),
  /** By `MatrixResult.compliance`; null = not measured, or no picture has a score. */
  compliance: ComplianceMean.nullable(),
})
export type MatrixRow = z.infer<typeof MatrixRow>

export const MatrixResult = z.object({
  measure: z.literal('matrix'),
  references: z.string(),
  measures: z.array(MeasureResult.shape.measure),
  /** Feature models. */
  by: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      digest: z.string(),
      isDemonstration: z.boolean(),
    }),
  ),
  compliance: ScoringModel.nullable(),
  /** Pictures of a prompt at most, from the first take; null = all. */
  takes: z.number().int().nullable(),
  seed: z.number().int(),
  rows: z.array(MatrixRow),
  notes: z.array(z.string()),
})
export type MatrixResult = z.infer<typeof MatrixResult>

export const StudyMeasurement = z.discriminatedUnion('measure', [
  ComplianceResult,
  StudyComplexityResult,
  MatrixResult,
])
export type StudyMeasurement = z.infer<typeof StudyMeasurement>

export const KeptMeasurement = z.object({
  id: z.number().int(),
  madeAt: z.string(),
  software: z.string(),
  result: StudyMeasurement,
})
export type KeptMeasurement = z.infer<typeof KeptMeasurement>

export const studyMeasures = {
  /**
   * What was measured, the newest first. While the study is blind, models stand by their codes
   * without what tells them (counts and formats of their files), and what was measured before it
   * was frozen is only counted.
   */
  'studies.measures': call(
    OfStudy,
    z.object({ measurements: z.array(KeptMeasurement), hidden: z.number().int() }),
  ),
}
