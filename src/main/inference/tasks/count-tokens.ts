import { join } from 'node:path'
import { offsetMap } from '#shared/text/offsets.ts'
import type { PictureTextManifest } from '../kinds/picture-text/manifest.ts'
import { cleanText } from '../tokenize/clean-text.ts'
import { loadTokenizer } from '../tokenize/tokenizer.ts'
import { readSmall } from '../../files/read-small.ts'

/** Counts the tokens of texts as a picture-text model reads them. */
export interface TokenCounter {
  /** Tokens that the model reads, the special ones included. */
  limit: number
  /**
   * Tokens with the special ones, not cut, and the code point at which the part begins that the
   * model does not see: behind the last token that is kept; null = it sees all.
   */
  of(text: string): { tokens: number; cutAt: number | null }
}

/**
 * @param model its folder and manifest; nothing but the tokenizer is loaded
 * @throws AppError `model` for a tokenizer.json that is not understood
 */
export function createTokenCounter(model: {
  folder: string
  manifest: PictureTextManifest
}): TokenCounter {
  const { tokenizer: file, contextLength: limit, endId, clean } = model.manifest.text
  const tokenizer = loadTokenizer(readSmall(join(model.folder, file), 'tokenizer'))
  const idsOf = (text: string): number[] => tokenizer.ids(cleanText(text, clean))
  // The end token survives a cut, at the cost of one more token of the text.
  const kept = endId === null ? limit : limit - 1

  /** Where offsets are not to be had: the shortest beginning that gives all tokens that are kept. */
  function bySearch(text: string, ids: readonly number[]): number {
    const { codePoints, toUnits } = offsetMap(text)
    const isEnough = (length: number): boolean => {
      const part = idsOf(text.slice(0, toUnits(length)))
      return part.length >= kept && ids.slice(0, kept).every((id, i) => part[i] === id)
    }
    let low = 0
    let high = codePoints
    while (low < high) {
      const middle = (low + high) >>> 1
      if (isEnough(middle)) high = middle
      else low = middle + 1
    }
    return low
  }

  return {
    limit,
    of(text) {
      const ids = idsOf(text)
      if (ids.length <= limit) return { tokens: ids.length, cutAt: null }
      if (tokenizer.implementation === 'own' && cleanText(text, clean) === text) {
        const last = tokenizer.encode(text).offsets[kept - 1]
        if (last) return { tokens: ids.length, cutAt: last[1] }
      }
      return { tokens: ids.length, cutAt: bySearch(text, ids) }
    },
  }
}
