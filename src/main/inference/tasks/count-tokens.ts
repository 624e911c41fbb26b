import { join } from 'node:path'
import { offsetMap } from '#shared/text/offsets.ts'
import type { PictureTextManifest } from '../kinds/picture-text/manifest.ts'
import { cleanText } from '../tokenize/clean-text.ts'
import type { Tokenizers } from '../tokenize/tokenizers.ts'

export interface TokenCount {
  /** With the special ones, not cut. */
  tokens: number
  /**
   * The code point at which the part begins that the model does not see: behind the last token that
   * is kept; null = it sees all.
   */
  cutAt: number | null
}

/** Counts the tokens of texts as a picture-text model reads them. */
export interface TokenCounter {
  /** Tokens that the model reads, the special ones included. */
  limit: number
  /** How many tokens there are, in the order of `texts`. Throws as `Tokenizer.ids`. */
  tokens(texts: readonly string[]): Promise<number[]>
  /** The same with where each is cut. */
  of(texts: readonly string[]): Promise<TokenCount[]>
}

/**
 * @param model its folder and manifest; nothing but the tokenizer is loaded
 * @throws AppError as `Tokenizers.open`
 */
export async function openTokenCounter(
  tokenizers: Tokenizers,
  model: { folder: string; manifest: PictureTextManifest },
): Promise<TokenCounter> {
  const { tokenizer: file, contextLength: limit, endId, clean } = model.manifest.text
  const tokenizer = await tokenizers.open(join(model.folder, file))
  const idsOf = (texts: readonly string[]): Promise<Int32Array[]> =>
    tokenizer.ids(texts.map((text) => cleanText(text, clean)))
  // The end token survives a cut, at the cost of one more token of the text.
  const kept = endId === null ? limit : limit - 1

  async function cutOf(text: string, ids: Int32Array): Promise<number> {
    if (cleanText(text, clean) === text) {
      const [tokens] = await tokenizer.tokens([text])
      const end = tokens?.offsets[2 * (kept - tokenizer.facts.single.before.length) - 1]
      if (end !== undefined) return end
    }
    return bySearch(text, ids)
  }

  /** Where offsets are not to be had: the shortest beginning that gives all tokens that are kept. */
  async function bySearch(text: string, ids: Int32Array): Promise<number> {
    const { codePoints, toUnits } = offsetMap(text)
    let low = 0
    let high = codePoints
    while (low < high) {
      const middle = (low + high) >>> 1
      const [part] = await idsOf([text.slice(0, toUnits(middle))])
      const isEnough =
        part !== undefined &&
        part.length >= kept &&
        ids.subarray(0, kept).every((id, i) => part[i] === id)
      if (isEnough) high = middle
      else low = middle + 1
    }
    return low
  }

  return {
    limit,
    tokens: async (texts) => (await idsOf(texts)).map(({ length }) => length),
    async of(texts) {
      const counts: TokenCount[] = []
      for (const [i, ids] of (await idsOf(texts)).entries()) {
        const cutAt = ids.length > limit ? await cutOf(texts[i] as string, ids) : null
        counts.push({ tokens: ids.length, cutAt })
      }
      return counts
    },
  }
}
