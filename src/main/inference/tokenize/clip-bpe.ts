/**
 * CLIP's byte-pair encoding as Hugging Face's tokenizers run it from a `tokenizer.json` of CLIP's
 * structure. Of our own because JavaScript's `\s` and `toLowerCase` are not the reference's: U+FEFF
 * is no space there, U+0085 is one, and a final sigma is lowered like any other.
 */

import { type Merges, merge, mergeTable } from './byte-pairs.ts'
import { byteCharacters } from './pre-tokenizers.ts'
import { type Json, list, object } from './tokenizer-json.ts'

export interface TokenIds {
  /** Ids with the special tokens, not cut. */
  encode(text: string): number[]
}

interface AddedToken {
  id: number
  content: string
  single_word?: boolean
  lstrip?: boolean
  rstrip?: boolean
  normalized?: boolean
}

const SPLITS = new Set([
  "<\\|startoftext\\|>|<\\|endoftext\\|>|'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+",
  "'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+",
])
/** Second splitting by the byte-level step; it only ever acts on a marker written in capitals. */
const BYTE_LEVEL_SPLIT =
  /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+/gu
const CACHE_LIMIT = 50_000

/** The regular expression of the Split step, or null where the structure is not CLIP's. */
function splitPattern(json: Json): string | null {
  const normalizer = object(json.normalizer)
  const normalizers = list(normalizer.normalizers)
  const [nfc, replace, lowercase] = normalizers
  const isClipNormalizer =
    normalizer.type === 'Sequence' &&
    normalizers.length === 3 &&
    nfc?.type === 'NFC' &&
    replace?.type === 'Replace' &&
    object(replace.pattern).Regex === '\\s+' &&
    replace.content === ' ' &&
    lowercase?.type === 'Lowercase'
  const pre = object(json.pre_tokenizer)
  const steps = list(pre.pretokenizers)
  const [split, byteLevel] = steps
  const pattern = object(split?.pattern).Regex
  const isClipSplit =
    pre.type === 'Sequence' &&
    steps.length === 2 &&
    split?.type === 'Split' &&
    split.behavior === 'Removed' &&
    split.invert === true &&
    byteLevel?.type === 'ByteLevel' &&
    byteLevel.add_prefix_space === false &&
    byteLevel.use_regex !== false
  const model = object(json.model)
  const isClipModel =
    (model.type === 'BPE' || model.type === undefined) &&
    model.end_of_word_suffix === '</w>' &&
    (model.continuing_subword_prefix ?? '') === '' &&
    (model.dropout ?? null) === null &&
    model.fuse_unk !== true &&
    model.byte_fallback !== true &&
    model.ignore_merges !== true &&
    Array.isArray(model.merges)
  if (!isClipNormalizer || !isClipSplit || !isClipModel) return null
  return typeof pattern === 'string' && SPLITS.has(pattern) ? pattern : null
}

/** Ids put before and after every text, or null for an unknown post-processor. */
function frame(json: Json): { before: number[]; after: number[] } | null {
  const post = object(json.post_processor)
  if (post.type === 'RobertaProcessing') {
    const cls = Array.isArray(post.cls) ? post.cls[1] : null
    const sep = Array.isArray(post.sep) ? post.sep[1] : null
    return typeof cls === 'number' && typeof sep === 'number'
      ? { before: [cls], after: [sep] }
      : null
  }
  if (post.type === 'TemplateProcessing') {
    const out = { before: [] as number[], after: [] as number[] }
    let side = out.before
    const specials = object(post.special_tokens)
    for (const part of list(post.single)) {
      if ('Sequence' in part) {
        side = out.after
        continue
      }
      const ids = object(specials[String(object(part.SpecialToken).id)]).ids
      if (!Array.isArray(ids)) return null
      side.push(...(ids as number[]))
    }
    return out
  }
  return null
}

/** Splits at the given strings, the leftmost and then the longest first; they are kept as ids. */
function cutter(tokens: { content: string; id: number }[]): (text: string) => (string | number)[] {
  const usable = tokens.filter((token) => token.content !== '')
  if (usable.length === 0) return (text) => [text]
  const ids = new Map(usable.map((token) => [token.content, token.id]))
  const pattern = new RegExp(
    `(${usable
      .map((token) => token.content)
      .sort((a, b) => b.length - a.length)
      .map((content) => content.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
      .join('|')})`,
    'gu',
  )
  return (text) =>
    text
      .split(pattern)
      .map((part, i) => (i % 2 === 1 ? (ids.get(part) as number) : part))
      .filter((part) => part !== '')
}

function normalize(text: string): string {
  return text
    .normalize('NFC')
    .replace(/\p{White_Space}+/gu, ' ')
    .replaceAll('\u03a3', '\u03c3')
    .toLowerCase()
}

/** A tokenizer for CLIP's structure; null where `json` is something else. */
export function clipBpe(json: Json): TokenIds | null {
  const pattern = splitPattern(json)
  const around = frame(json)
  if (pattern === null || around === null) return null
  const model = object(json.model)
  const vocab = new Map(Object.entries(object(model.vocab)) as [string, number][])
  const added = list(json.added_tokens) as unknown as AddedToken[]
  if (added.some((token) => token.single_word || token.lstrip || token.rstrip)) return null

  const suffix = '</w>'
  const unknown = typeof model.unk_token === 'string' ? (vocab.get(model.unk_token) ?? null) : null
  const merges: Merges | null = mergeTable(model.merges, vocab)
  if (!merges) return null
  const chars = byteCharacters.map((code) => String.fromCodePoint(code))
  const single = chars.map((c) => vocab.get(c) ?? unknown)
  const last = chars.map((c) => vocab.get(c + suffix) ?? unknown)
  const utf8 = new TextEncoder()
  const cache = new Map<string, number[]>()

  const word = (piece: string): number[] => {
    const known = cache.get(piece)
    if (known) return known
    const bytes = utf8.encode(piece)
    let symbols: number[] = []
    for (const [i, byte] of bytes.entries()) {
      const id = (i === bytes.length - 1 ? last : single)[byte]
      if (id !== null && id !== undefined) symbols.push(id)
    }
    symbols = merge(symbols, merges).ids
    if (cache.size >= CACHE_LIMIT) cache.clear()
    cache.set(piece, symbols)
    return symbols
  }

  const split = new RegExp(pattern.replaceAll('\\s', '\\p{White_Space}'), 'gu')
  const raw = cutter(added.filter((token) => token.normalized === false))
  const cooked = cutter(
    added
      .filter((token) => token.normalized !== false)
      .map((token) => ({ id: token.id, content: normalize(token.content) })),
  )
  return {
    encode(text) {
      const ids = [...around.before]
      for (const part of raw(text.toWellFormed())) {
        if (typeof part === 'number') {
          ids.push(part)
          continue
        }
        for (const segment of cooked(normalize(part))) {
          if (typeof segment === 'number') {
            ids.push(segment)
            continue
          }
          for (const [piece] of segment.matchAll(split)) {
            if (piece.startsWith('<|') && /\p{L}/u.test(piece)) {
              for (const [small] of piece.matchAll(BYTE_LEVEL_SPLIT)) ids.push(...word(small))
            } else ids.push(...word(piece))
          }
        }
      }
      ids.push(...around.after)
      return ids
    },
  }
}
