import { z } from 'zod'
import { CorpusPath } from '../domain.ts'
import { call } from './call.ts'

/**
 * How far the index of a corpus's texts is. Answers never depend on it: pairs that are not in it are
 * read one by one.
 */
export const TextsStatus = z.object({
  /** Pairs in the index. */
  indexed: z.number().int(),
  total: z.number().int(),
  /** Pairs are being put in now. */
  building: z.boolean(),
  /** Why it does not go on; null where it does, or is whole. */
  problem: z.string().nullable(),
})
export type TextsStatus = z.infer<typeof TextsStatus>

export const texts = {
  'texts.status': call(z.object({ corpus: CorpusPath }), TextsStatus),
  /** Puts in what is missing, for programs that do not do it by themselves; not where it can only be read. */
  'texts.update': call(z.object({ corpus: CorpusPath }), TextsStatus),
}
