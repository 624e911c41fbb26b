import { z } from 'zod'
import { baseName } from '../../format.ts'
import { Device, FEATURE_RESIZES } from '../choices.ts'
import { OfStudy } from '../studies.ts'
import { defineJob } from './define.ts'
import { SET_MEASURES } from './measure.ts'

const Seed = z.number().int().min(0).max(0xffff_ffff)
const about = {
  device: Device.default('auto'),
  /** A JSON file that gets the result. */
  out: z.string().min(1).optional(),
}

export const StudyComplianceInput = OfStudy.extend({
  /** A model of pictures and texts; without it the one that is in use. */
  model: z.string().min(1).optional(),
  /** Of the bootstrap. */
  seed: Seed.default(1),
  ...about,
})
export type StudyComplianceInput = z.infer<typeof StudyComplianceInput>

/** Scores what has no score yet and compares models within prompts. */
export const studyCompliance = defineJob({
  kind: 'study-compliance',
  call: 'studies.measureCompliance',
  input: StudyComplianceInput,
  title: ({ study, model }) =>
    `Measure compliance of ${study}${model ? ` by ${baseName(model)}` : ''}`,
  lane: 'corpus',
})

export const StudyComplexityInput = OfStudy.extend({
  /** For the diversity of pictures by their embeddings; without it that is left out. */
  model: z.string().min(1).optional(),
  /** Pictures that are drawn at most of each model. */
  pictures: z.number().int().min(0).max(100_000).default(2000),
  seed: Seed.default(0),
  ...about,
})
export type StudyComplexityInput = z.infer<typeof StudyComplexityInput>

/** How rich the prompts of a study are, and the pictures of each model. */
export const studyComplexity = defineJob({
  kind: 'study-complexity',
  call: 'studies.measureComplexity',
  input: StudyComplexityInput,
  title: ({ study }) => `Measure the complexity of ${study}`,
  lane: 'corpus',
})

const Drawn = z.number().int().min(2).max(10_000_000)

export const MeasureMatrixInput = OfStudy.extend({
  /** A folder of pictures, a corpus, pictures of a study, or features in `.npy` or `.npz`. */
  references: z.string().min(1),
  /** Whose features; without any the best that is installed. */
  models: z.array(z.string().min(1)).max(8).default([]),
  measures: z
    .array(z.enum(SET_MEASURES))
    .min(1)
    .max(SET_MEASURES.length)
    .default([...SET_MEASURES]),
  resize: z.enum(FEATURE_RESIZES).optional(),
  /** A model of pictures and texts that scores pictures with their prompts; without it none. */
  compliance: z.string().min(1).optional(),
  /** Pictures that are drawn of each row; `smallest`: as many as the smallest row has. */
  n: z.union([Drawn, z.enum(['smallest', 'all'])]).default('smallest'),
  /** Drawn of the references; without it all. */
  m: Drawn.optional(),
  /** Pictures of a prompt at most, from the first take. */
  takes: z.number().int().min(1).max(10_000).optional(),
  /** Of the draws: rows by this, the references by the next one. */
  seed: Seed.default(0),
  allowUnlike: z.boolean().default(false),
  /** A CSV file that gets the table. */
  csv: z.string().min(1).optional(),
  ...about,
})
export type MeasureMatrixInput = z.infer<typeof MeasureMatrixInput>

/** Models by kinds of prompts against references, in one table. */
export const measureMatrix = defineJob({
  kind: 'measure-matrix',
  call: 'studies.measureMatrix',
  input: MeasureMatrixInput,
  title: ({ study, references }) => `Measure ${study} against ${baseName(references)}`,
  lane: 'corpus',
})
