import { z } from 'zod'
import { CorpusPath } from '../../domain.ts'
import { baseName } from '../../format.ts'
import { Device } from '../choices.ts'
import { ScoreSource } from '../pairs.ts'
import { defineJob } from './define.ts'

export const TextInImageInput = z.object({
  corpus: CorpusPath,
  /** A model that finds text; without it the best that is installed. */
  model: z.string().min(1).optional(),
  /** Only the pictures of pairs that this filter keeps. */
  where: z.string().default(''),
  /** What `score` alone means in the filter. */
  score: ScoreSource.nullable().default(null),
  device: Device.default('auto'),
})
export type TextInImageInput = z.infer<typeof TextInImageInput>

/** Finds the text that stands in pictures, and reads it where the model does. */
export const textInImage = defineJob({
  kind: 'text-in-image',
  call: 'jobs.textInImage',
  input: TextInImageInput,
  title({ model, where }) {
    const by = model === undefined ? '' : ` by ${baseName(model)}`
    return `Find text in pictures${by}${where === '' ? '' : `: ${where}`}`
  },
  lane: 'corpus',
})
