import { z } from 'zod'
import { OfStudy } from '../studies.ts'
import { defineJob } from './define.ts'
import { GenerateInput } from './generate.ts'

export const StudyGenerateInput = OfStudy.extend(
  GenerateInput.omit({ model: true, prompts: true, file: true, out: true }).shape,
).extend({
  /** As the pictures' model is called in the study. */
  model: z.string().trim().min(1).max(100),
  /** Of the model; default: the beginning of its digest. */
  version: z.string().trim().max(200).nullable().default(null),
  /** What makes them: an id or a folder; without it the only model that makes pictures. */
  generator: z.string().min(1).optional(),
})
export type StudyGenerateInput = z.infer<typeof StudyGenerateInput>

/**
 * Makes pictures of all prompts of a draft of a study by one model, and takes each in as it is made.
 * Goes on after a kill: what is there is not made again.
 */
export const studyGenerate = defineJob({
  kind: 'study-generate',
  call: 'studies.generate',
  input: StudyGenerateInput,
  title: ({ model, study }) => `Make images of ${model} for ${study}`,
  lane: 'corpus',
})
