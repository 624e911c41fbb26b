import { z } from 'zod'
import { CorpusPath } from '../domain.ts'
import { call } from './call.ts'

/** What is known of the text in a corpus's pictures, by the model in use. */
export const PictureTextSummary = z.object({
  /** As `models.list` names it; null = text was never looked for. */
  model: z.string().nullable(),
  /** SHA-256 of that model. */
  digest: z.string().nullable(),
  reads: z.boolean(),
  /** Pictures that are kept, different ones. */
  pictures: z.number().int(),
  /** Of those: that were looked at, that have text, in which words were read. */
  lookedAt: z.number().int(),
  withText: z.number().int(),
  withWords: z.number().int(),
  /** Pairs that show a picture with text, and pairs whose picture has none. */
  pairs: z.object({ yes: z.number().int(), no: z.number().int() }),
  /** Pictures by the share of their area within boxes: 0, up to each bound, and above the last. */
  areas: z.array(z.object({ upTo: z.number(), n: z.number().int() })),
})
export type PictureTextSummary = z.infer<typeof PictureTextSummary>

export const pictureTexts = {
  'pictureTexts.summary': call(z.object({ corpus: CorpusPath }), PictureTextSummary),
}
