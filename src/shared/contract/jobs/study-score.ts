import { z } from 'zod'
import { baseName } from '../../format.ts'
import { Device } from '../choices.ts'
import { OfStudy } from '../studies.ts'
import { defineJob } from './define.ts'

export const StudyScoreInput = OfStudy.extend({
  model: z.string().min(1).optional(),
  device: Device.default('auto'),
})
export type StudyScoreInput = z.infer<typeof StudyScoreInput>

/** Compliance: how well each picture of a study fits its prompt, by a picture-text model. */
export const studyScore = defineJob({
  kind: 'study-score',
  call: 'studies.score',
  input: StudyScoreInput,
  title: ({ study, model }) =>
    `Measure the compliance of ${study}${model ? ` by ${baseName(model)}` : ''}`,
  lane: 'corpus',
})
