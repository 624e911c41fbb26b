import { z } from 'zod'
import { CorpusPath } from '../domain.ts'
import { call } from './call.ts'
import { Token } from './ratings.ts'

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/)

/**
 * Calls whose answer is bytes, behind `gleaner://thumb/SHA256?corpus=PATH` and
 * `gleaner://picture/SHA256?corpus=PATH`, and pictures of a study behind
 * `gleaner://study/TOKEN?corpus=PATH`. Only the shell asks them.
 */
export const pictureCalls = {
  'pictures.thumb': z.object({ corpus: CorpusPath, sha256: Sha256 }),
  'pictures.original': z.object({ corpus: CorpusPath, sha256: Sha256 }),
  'pictures.study': z.object({ corpus: CorpusPath, token: Token }),
}
export type PictureCallName = keyof typeof pictureCalls
export interface PictureAnswer {
  mime: string
  bytes: Uint8Array
}

export const pictures = {
  /** Writes the bytes of a picture of a corpus, as they were found, to a file. @throws `not-found`, `io` */
  'pictures.save': call(
    z.object({ corpus: CorpusPath, sha256: Sha256, out: z.string().min(1) }),
    z.object({ bytes: z.number().int() }),
  ),
}
