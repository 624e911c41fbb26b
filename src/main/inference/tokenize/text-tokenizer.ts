import { cleanText } from './clean-text.ts'
import type { TokenRecipe } from './recipe.ts'
import type { OpenOptions, Tokenizers } from './tokenizers.ts'

export interface TextTokenizer {
  /** Token ids of texts, the special ones included, cut to the context, not padded. */
  ids(texts: readonly string[], signal?: AbortSignal): Promise<number[][]>
  /** The same, with the tokens that each has before it is cut. */
  whole(
    texts: readonly string[],
    signal?: AbortSignal,
  ): Promise<{ ids: number[][]; lengths: number[] }>
}

/** Texts are cut here before they are tokenized: no context is that long, and the web is hostile. */
const MAX_CHARACTERS_PER_TOKEN = 400

/**
 * Opens a `tokenizer.json` to be read with as a model's text recipe says. Throws as
 * `Tokenizers.open`.
 */
export async function openTextTokenizer(
  tokenizers: Tokenizers,
  path: string,
  recipe: TokenRecipe,
  { signal }: Pick<OpenOptions, 'signal'> = {},
): Promise<TextTokenizer> {
  const tokenizer = await tokenizers.open(path, { signal })
  const longest = recipe.contextLength * MAX_CHARACTERS_PER_TOKEN
  const whole: TextTokenizer['whole'] = async (texts, more) => {
    const read = texts.map((text) => cleanText(text.slice(0, longest), recipe.clean))
    const all = await tokenizer.ids(read, more)
    return {
      ids: all.map((ids) => truncate(ids, recipe)),
      lengths: all.map(({ length }) => length),
    }
  }
  return { whole, ids: async (texts, more) => (await whole(texts, more)).ids }
}

/** Cuts to the context and keeps the end token. */
function truncate(
  ids: Int32Array,
  { contextLength, endId }: Pick<TokenRecipe, 'contextLength' | 'endId'>,
): number[] {
  if (ids.length <= contextLength) return [...ids]
  if (endId === null) return [...ids.subarray(0, contextLength)]
  return [...ids.subarray(0, contextLength - 1), endId]
}
