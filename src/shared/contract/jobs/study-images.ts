import { z } from 'zod'
import { baseName } from '../../format.ts'
import { OfStudy } from '../studies.ts'
import { defineJob } from './define.ts'

export const StudyImagesInput = OfStudy.extend({
  model: z.string().trim().min(1).max(100),
  /** Of the model: a checkpoint's digest, a date. */
  version: z.string().trim().max(200).nullable().default(null),
  /** A folder of pictures, or a manifest (CSV, JSON Lines) that names them. */
  source: z.string().min(1),
  /** How names say the prompt: `{group}_{level}_{seed}.png`; guessed unless given. */
  pattern: z.string().min(1).max(500).nullable().default(null),
})
export type StudyImagesInput = z.infer<typeof StudyImagesInput>

/** Takes the pictures that one model made into a draft of a study. */
export const studyImages = defineJob({
  kind: 'study-images',
  call: 'studies.addImages',
  input: StudyImagesInput,
  title: ({ model, source }) => `Import images of ${model} from ${baseName(source)}`,
  lane: 'corpus',
})
