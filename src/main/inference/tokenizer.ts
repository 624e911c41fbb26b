import { Tokenizer as HubTokenizer } from '@huggingface/tokenizers'
import { AppError } from '#shared/errors.ts'
import { cleanText } from './clean-text.ts'
import { clipBpe, type TokenIds } from './clip-bpe.ts'
import type { TextRecipe } from './manifest.ts'

export interface TextTokenizer {
  /** Token ids of a text, the special ones included, cut to the context, not padded. */
  ids(text: string): number[]
}

/** Texts are cut here before they are tokenized: no context is that long, and the web is hostile. */
const MAX_CHARACTERS_PER_TOKEN = 400

/**
 * Makes a tokenizer out of the content of a `tokenizer.json`. CLIP's structure is run by our own
 * code, all others by @huggingface/tokenizers. Throws `model` for what neither understands.
 */
export function createTextTokenizer(tokenizerJson: string, recipe: TextRecipe): TextTokenizer {
  const tokens = open(tokenizerJson)
  const longest = recipe.contextLength * MAX_CHARACTERS_PER_TOKEN
  return {
    ids(text) {
      const short = text.length > longest ? text.slice(0, longest) : text
      return truncate(tokens.encode(cleanText(short, recipe.clean)), recipe)
    },
  }
}

/** Cuts to the context and keeps the end token. */
export function truncate(
  ids: number[],
  recipe: Pick<TextRecipe, 'contextLength' | 'endId'>,
): number[] {
  if (ids.length <= recipe.contextLength) return ids
  if (recipe.endId === null) return ids.slice(0, recipe.contextLength)
  return [...ids.slice(0, recipe.contextLength - 1), recipe.endId]
}

function open(tokenizerJson: string): TokenIds {
  let json: Record<string, unknown>
  try {
    json = JSON.parse(tokenizerJson) as Record<string, unknown>
  } catch (error) {
    throw new AppError('model', `tokenizer.json is not JSON: ${(error as Error).message}`)
  }
  const own = clipBpe(json)
  if (own) return own
  try {
    const hub = new HubTokenizer(withPlainSigma(json) as object, {})
    return { encode: (text) => hub.encode(text).ids }
  } catch (error) {
    throw new AppError(
      'model',
      `tokenizer.json is of a kind that is not supported: ${(error as Error).message}`,
      'BPE, WordPiece and Unigram tokenizers as Hugging Face writes them can be read.',
      { cause: error },
    )
  }
}

/** The reference lowers every sigma alike, JavaScript's toLowerCase knows a final one. */
function withPlainSigma(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withPlainSigma)
  if (typeof value !== 'object' || value === null) return value
  const json = value as Record<string, unknown>
  if (json.type === 'Lowercase' || (json.type === 'BertNormalizer' && json.lowercase !== false)) {
    const plain = { type: 'Replace', pattern: { String: '\u03a3' }, content: '\u03c3' }
    return { type: 'Sequence', normalizers: [plain, json] }
  }
  const out: Record<string, unknown> = { ...json }
  if ('normalizer' in json) out.normalizer = withPlainSigma(json.normalizer)
  if ('normalizers' in json) out.normalizers = withPlainSigma(json.normalizers)
  return out
}
