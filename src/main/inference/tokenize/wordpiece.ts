import { type AlignedText, codePoints, textOf } from './aligned-text.ts'
import { type Json, object } from './tokenizer-json.ts'

/** Tokens of one word, with their places in the word's characters. */
export interface WordTokens {
  readonly ids: readonly number[]
  readonly starts: readonly number[]
  readonly ends: readonly number[]
}
export type TokenModel = (word: AlignedText) => WordTokens

const CACHE_LIMIT = 50_000
/** Longer words hardly come twice. */
const CACHED_LENGTH = 64

/** Remembers what short words became. */
export function cached(tokenize: (chars: Uint32Array) => WordTokens): TokenModel {
  const cache = new Map<string, WordTokens>()
  return ({ chars }) => {
    if (chars.length > CACHED_LENGTH) return tokenize(chars)
    const key = textOf(chars)
    const known = cache.get(key)
    if (known) return known
    const tokens = tokenize(chars)
    if (cache.size >= CACHE_LIMIT) cache.clear()
    cache.set(key, tokens)
    return tokens
  }
}

/** A set of strings that is walked character by character; values are what was put in. */
export interface Trie {
  /** The node reached from `node` (0 = the root), or 0 where there is none. */
  next(node: number, code: number): number
  /** What ends at the node, or -1. */
  value(node: number): number
}

export function trie(entries: Iterable<readonly [string, number]>): Trie {
  const edges = new Map<number, number>()
  const values: number[] = [-1]
  for (const [key, value] of entries) {
    let node = 0
    for (const code of codePoints(key)) {
      const edge = node * 0x110000 + code
      let to = edges.get(edge)
      if (to === undefined) {
        to = values.push(-1) - 1
        edges.set(edge, to)
      }
      node = to
    }
    if (node !== 0) values[node] = value
  }
  return {
    next: (node, code) => edges.get(node * 0x110000 + code) ?? 0,
    value: (node) => values[node] as number,
  }
}

/**
 * BERT's WordPiece out of `model` in tokenizer.json: from the left always the longest piece of the
 * vocabulary, those inside a word with their prefix; a word that cannot be covered, or has more
 * than `max_input_chars_per_word` characters, is the unknown token as a whole. null where the
 * model is incomplete.
 */
export function wordPiece(model: Json): TokenModel | null {
  const vocab = Object.entries(object(model.vocab)) as [string, number][]
  const prefix = String(model.continuing_subword_prefix ?? '##')
  const most = Number(model.max_input_chars_per_word ?? 100)
  const unknown = object(model.vocab)[String(model.unk_token ?? '[UNK]')]
  if (typeof unknown !== 'number') return null
  const pieces = trie(vocab)
  let inside = 0
  for (const code of codePoints(prefix)) {
    inside = pieces.next(inside, code)
    // No piece has the prefix: every word of more than one piece is unknown.
    if (inside === 0) break
  }
  const hasInside = inside !== 0 || prefix === ''

  return cached((chars) => {
    const whole: WordTokens = { ids: [unknown], starts: [0], ends: [chars.length] }
    if (chars.length > most) return whole
    const ids: number[] = []
    const starts: number[] = []
    const ends: number[] = []
    for (let start = 0; start < chars.length;) {
      if (start > 0 && !hasInside) return whole
      let node = start > 0 ? inside : 0
      let end = -1
      let id = -1
      for (let i = start; i < chars.length; i++) {
        node = pieces.next(node, chars[i] as number)
        if (node === 0) break
        if (pieces.value(node) < 0) continue
        end = i + 1
        id = pieces.value(node)
      }
      if (end < 0) return whole
      ids.push(id)
      starts.push(start)
      ends.push(end)
      start = end
    }
    return { ids, starts, ends }
  })
}
