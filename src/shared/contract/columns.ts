import { z } from 'zod'
import { CorpusPath } from '../domain.ts'
import { call } from './call.ts'

/** Pictures whose number in a column is above the limit are blurred until asked for. */
export const Blur = z.object({ column: z.string().min(1), above: z.number() })
export type Blur = z.infer<typeof Blur>

export const columns = {
  /** Columns of imported tables whose numbers are kept, with the range of these. */
  'columns.list': call(
    z.object({ corpus: CorpusPath }),
    z.array(z.object({ name: z.string(), n: z.number().int(), min: z.number(), max: z.number() })),
  ),
  'pairs.blur': call(z.object({ corpus: CorpusPath }), Blur.nullable()),
  'pairs.setBlur': call(z.object({ corpus: CorpusPath, blur: Blur.nullable() }), z.object({})),
}
