import type { PromptWriter } from '../../store/open-prompt-base.ts'
import { promptTextsAt } from '../../store/repositories/prompt-base.ts'
import { putPromptVectors, withoutVector } from '../../store/repositories/prompt-vectors.ts'
import type { JobContext } from '../run/job.ts'
import type { ClipSide, SentenceSide } from './base-models.ts'

/** Prompts of a commit. */
const BATCH = 256

/** Rows of those of the prompts that a model has none of; each batch is kept before the next begins. */
async function embed(
  db: PromptWriter,
  model: { id: number; model: string },
  ids: Int32Array,
  encode: (texts: string[]) => Promise<Float32Array>,
  ctx: JobContext,
): Promise<number> {
  const missing = withoutVector(db, model.id, ids)
  for (let at = 0; at < missing.length; at += BATCH) {
    ctx.signal.throwIfAborted()
    const note = `embedding with ${model.model}`
    ctx.progress({ done: at, total: missing.length, unit: 'prompts', note })
    const part = missing.subarray(at, at + BATCH)
    const vectors = await encode(promptTextsAt(db, part))
    putPromptVectors(db, model.id, part, vectors)
  }
  return missing.length
}

export function embedSentences(
  db: PromptWriter,
  { loaded, row }: SentenceSide,
  ids: Int32Array,
  ctx: JobContext,
): Promise<number> {
  return embed(db, row, ids, (texts) => loaded.encodeSentences(texts), ctx)
}

export function embedByClip(
  db: PromptWriter,
  { loaded, row }: ClipSide,
  ids: Int32Array,
  ctx: JobContext,
): Promise<number> {
  return embed(db, row, ids, (texts) => loaded.encodeTexts(texts), ctx)
}
