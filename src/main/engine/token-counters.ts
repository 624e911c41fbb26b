import { pictureText } from '../inference/kinds/picture-text/kind.ts'
import { resolveModel } from '../inference/models/registry.ts'
import { openTokenCounter } from '../inference/tasks/count-tokens.ts'
import type { TokenCounter } from '../inference/tasks/count-tokens.ts'
import type { EngineContext } from './context.ts'

export interface FoundCounter {
  counter: TokenCounter
  model: string
  name: string
  isDemonstration: boolean
}

/**
 * Tokenizers of picture-text models; the last one is kept, as a vocabulary takes a while to read.
 * @returns opens one by the id of its model; without an id the default model's. Throws as `resolveModel`.
 */
export function tokenCounters({ folders, settings }: EngineContext) {
  let kept: { digest: string; found: FoundCounter } | null = null
  return async (wanted: string | undefined): Promise<FoundCounter> => {
    const model = await resolveModel(folders, pictureText, wanted, settings.get())
    if (kept?.digest === model.digest) return kept.found
    const { id, info, digest } = model
    const found: FoundCounter = {
      counter: await openTokenCounter(folders.tokenizers, model),
      model: id,
      name: info.name,
      isDemonstration: info.isDemonstration,
    }
    kept = { digest, found }
    return found
  }
}
