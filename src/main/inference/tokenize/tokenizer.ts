import { Tokenizer as HubTokenizer } from '@huggingface/tokenizers'
import { AppError, systemMessage } from '#shared/errors.ts'
import { cleanText } from './clean-text.ts'
import { clipBpe } from './clip-bpe.ts'
import {
  type EncodeOptions,
  type Encoding,
  type ExactTokenizer,
  exactTokenizer,
} from './exact-tokenizer.ts'
import type { TokenRecipe } from './recipe.ts'
import type { Json } from './tokenizer-json.ts'

export type { EncodeOptions, Encoding } from './exact-tokenizer.ts'

export interface LoadedTokenizer {
  /** The model's type in tokenizer.json: `BPE`, `WordPiece`, `Unigram`. */
  readonly kind: string
  /** `own` = compared with the reference string by string; `fallback` = @huggingface/tokenizers. */
  readonly implementation: 'own' | 'fallback'
  /** Ids with the special tokens, not cut. */
  ids(text: string): number[]
  /** Ids with offsets, pairs and windows. Throws `unsupported` with the fallback, which has none. */
  encode(text: string, options?: EncodeOptions): Encoding
}

export interface TextTokenizer {
  readonly kind: string
  readonly implementation: 'own' | 'fallback'
  /** Token ids of a text, the special ones included, cut to the context, not padded. */
  ids(text: string): number[]
}

/** Texts are cut here before they are tokenized: no context is that long, and the web is hostile. */
const MAX_CHARACTERS_PER_TOKEN = 400

/**
 * Makes a tokenizer out of the content of a `tokenizer.json` as a model's text recipe says. Throws
 * `model` for what is not understood.
 */
export function createTextTokenizer(tokenizerJson: string, recipe: TokenRecipe): TextTokenizer {
  const { kind, implementation, ids } = loadTokenizer(tokenizerJson)
  const longest = recipe.contextLength * MAX_CHARACTERS_PER_TOKEN
  return {
    kind,
    implementation,
    ids(text) {
      const short = text.length > longest ? text.slice(0, longest) : text
      return truncate(ids(cleanText(short, recipe.clean)), recipe)
    },
  }
}

/** Cuts to the context and keeps the end token. */
export function truncate(
  ids: number[],
  recipe: Pick<TokenRecipe, 'contextLength' | 'endId'>,
): number[] {
  if (ids.length <= recipe.contextLength) return ids
  if (recipe.endId === null) return ids.slice(0, recipe.contextLength)
  return [...ids.slice(0, recipe.contextLength - 1), recipe.endId]
}

/**
 * Opens a `tokenizer.json`: by our own code where each of its steps is one whose ids and offsets
 * are the reference's, else by @huggingface/tokenizers, whose ids differ on rare characters.
 * `truncation` and `padding` of the file are not applied. Throws `model` for what neither
 * understands.
 */
export function loadTokenizer(tokenizerJson: string): LoadedTokenizer {
  let json: Json
  try {
    json = JSON.parse(tokenizerJson) as Json
  } catch (error) {
    throw new AppError('model', 'tokenizer.json is not JSON', undefined, {
      cause: error,
      details: systemMessage(error),
    })
  }
  const clip = clipBpe(json)
  if (clip) {
    // The same ids without offsets, several times faster; offsets are rarely asked of CLIP.
    let whole: ExactTokenizer | null = null
    return {
      kind: 'BPE',
      implementation: 'own',
      ids: clip.encode,
      encode(text, options) {
        whole ??= exactTokenizer(json)
        if (!whole)
          throw new AppError('model', 'tokenizer.json cannot be followed to the character')
        return whole.encode(text, options)
      },
    }
  }
  const own = exactTokenizer(json)
  if (own) {
    const { kind, encode } = own
    return { kind, implementation: 'own', ids: (text) => encode(text).ids, encode }
  }
  try {
    const hub = new HubTokenizer(withPlainSigma(json) as object, {})
    return {
      kind: String((json.model as Json | undefined)?.type ?? 'BPE'),
      implementation: 'fallback',
      ids: (text) => hub.encode(text).ids,
      encode() {
        throw new AppError(
          'unsupported',
          'This tokenizer has a step that Gleaner cannot follow to the character',
          'Spans need a WordPiece, Unigram or BPE tokenizer with the usual steps.',
        )
      },
    }
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
