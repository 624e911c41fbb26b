import { z } from 'zod'
import { CorpusPath, OWN_TEXTS, OwnText } from '../../domain.ts'
import { baseName } from '../../format.ts'
import { Device } from '../choices.ts'
import { defineJob } from './define.ts'

export const ScoreInput = z.object({
  corpus: CorpusPath,
  model: z.string().min(1).optional(),
  text: OwnText.default('alt'),
  /** Several, one after the other, in place of `model` and `text`. */
  models: z.array(z.string().min(1)).min(1).max(8).optional(),
  texts: z.array(OwnText).min(1).max(OWN_TEXTS.length).optional(),
  /** Afterwards the best of the texts is chosen for each picture, by each model. */
  best: z.boolean().optional(),
  device: Device.default('auto'),
})
export type ScoreInput = z.infer<typeof ScoreInput>

/** How well each picture fits its text. */
export const score = defineJob({
  kind: 'score',
  call: 'jobs.score',
  input: ScoreInput,
  title({ text, model, texts, models }) {
    const by = models ?? (model === undefined ? [] : [model])
    const names = by.map(baseName).join(', ')
    return `Score ${(texts ?? [text]).join(', ')}${names === '' ? '' : ` by ${names}`}`
  },
  lane: 'corpus',
  makes: 'scores',
  subject: ({ text, texts }) => (texts ?? [text]).join(' '),
})
