import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { missingFiles, readModelJson } from '../hub-layout.ts'
import { unusableText } from '../text/infer.ts'

/** How the states of a text become one row of numbers. */
export const Pooling = z.object({
  /** `mean`: over all tokens, the special ones included. `cls`: the state of the first token. */
  mode: z.enum(['mean', 'cls']),
  /** In tokens, the special ones included; longer texts are cut and keep their last token. */
  maxLength: z.number().int().min(3).max(8192),
})
export type Pooling = z.infer<typeof Pooling>

/** Of encoders that say nothing of sentences: their states are averaged, which they were not trained for. */
export const UNTRAINED_TOKENS = 256

const POOLING_FILE = '1_Pooling/config.json'
const PoolingConfig = z.looseObject({
  pooling_mode_cls_token: z.boolean().default(false),
  pooling_mode_mean_tokens: z.boolean().default(false),
  pooling_mode_max_tokens: z.boolean().default(false),
  pooling_mode_mean_sqrt_len_tokens: z.boolean().default(false),
  pooling_mode_weightedmean_tokens: z.boolean().default(false),
  pooling_mode_lasttoken: z.boolean().default(false),
})
const LengthConfig = z.looseObject({ max_seq_length: z.number().int().min(3).nullish() })
const Modules = z.array(z.looseObject({ type: z.string(), path: z.string().default('') }))

/**
 * What a folder of sentence-transformers says of its sentences: `modules.json`,
 * `1_Pooling/config.json` and `sentence_bert_config.json`. null where it says nothing, or where it is
 * something that is not done here: the model is then a text encoder like others.
 * @param longest tokens that the graph takes
 * @throws `UnusableFolder` for files that cannot be read
 */
export function inferPooling(folder: string, title: string, longest: number): Pooling | null {
  if (missingFiles(folder, [POOLING_FILE]).length > 0) return null
  const unusable = (lacks: string[]) => unusableText(folder, title, lacks)
  if (existsSync(join(folder, 'modules.json'))) {
    const modules = readModelJson(folder, 'modules.json', Modules, unusable)
    // A dense layer behind the pooling is not in the graph.
    const known = /\.(Transformer|Pooling|Normalize)$/
    if (modules.some(({ type }) => !known.test(type))) return null
  }
  const config = readModelJson(folder, POOLING_FILE, PoolingConfig, unusable)
  const asked = Object.entries(config).filter(
    ([name, value]) => name.startsWith('pooling_mode') && value === true,
  )
  // Several modes are put side by side, which makes longer rows.
  if (asked.length !== 1) return null
  const mode = config.pooling_mode_mean_tokens
    ? 'mean'
    : config.pooling_mode_cls_token
      ? 'cls'
      : null
  if (mode === null) return null
  const { max_seq_length: said } = existsSync(join(folder, 'sentence_bert_config.json'))
    ? readModelJson(folder, 'sentence_bert_config.json', LengthConfig, unusable)
    : {}
  return { mode, maxLength: Math.min(longest, said ?? longest) }
}
