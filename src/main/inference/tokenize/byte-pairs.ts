import { type TokenModel, type WordTokens, cached } from './wordpiece.ts'
import { textOf } from './aligned-text.ts'
import { type Json, object } from './tokenizer-json.ts'
import { bytesOf } from './unigram.ts'

/** What two tokens become, and how early: keyed by left * size + right. */
export interface Merges {
  readonly size: number
  readonly pairs: ReadonlyMap<number, { rank: number; id: number }>
}

/** `merges` of tokenizer.json, in either way of writing; null where one names no token. */
export function mergeTable(
  merges: unknown,
  vocab: ReadonlyMap<string, number>,
  prefix = '',
): Merges | null {
  if (!Array.isArray(merges)) return null
  let size = 1
  for (const id of vocab.values()) size = Math.max(size, id + 1)
  const pairs = new Map<number, { rank: number; id: number }>()
  for (const [rank, entry] of (merges as (string | [string, string])[]).entries()) {
    const [left, right] = typeof entry === 'string' ? entry.split(' ') : entry
    if (left === undefined || right === undefined) return null
    const a = vocab.get(left)
    const b = vocab.get(right)
    const merged = vocab.get(left + right.slice(prefix.length))
    if (a === undefined || b === undefined || merged === undefined) return null
    const key = a * size + b
    if (!pairs.has(key)) pairs.set(key, { rank, id: merged })
  }
  return { size, pairs }
}

/**
 * Byte-pair encoding out of `model` in tokenizer.json, with a suffix at a word's end, unknown
 * tokens (fused or not) and byte fallback. null for a variant that is not known (dropout, a prefix
 * inside words).
 */
export function bytePairs(model: Json): TokenModel | null {
  if ((model.dropout ?? null) !== null || (model.continuing_subword_prefix ?? '') !== '')
    return null
  const vocab = new Map(Object.entries(object(model.vocab)) as [string, number][])
  const merges = mergeTable(model.merges, vocab)
  if (!merges) return null
  const suffix = String(model.end_of_word_suffix ?? '')
  const unknown = typeof model.unk_token === 'string' ? (vocab.get(model.unk_token) ?? null) : null
  const bytes =
    model.byte_fallback === true
      ? Array.from({ length: 256 }, (_, b) =>
          vocab.get(`<0x${b.toString(16).toUpperCase().padStart(2, '0')}>`),
        )
      : null

  return cached((chars): WordTokens => {
    if (model.ignore_merges === true) {
      const whole = vocab.get(textOf(chars))
      if (whole !== undefined) return { ids: [whole], starts: [0], ends: [chars.length] }
    }
    const ids: number[] = []
    const lengths: number[] = []
    /** The character of each unit of length: one for a character, or one for each of its bytes. */
    const owners: number[] = []
    let wasUnknown = false
    for (let i = 0; i < chars.length; i++) {
      const char = String.fromCodePoint(chars[i] as number)
      const piece = i === chars.length - 1 ? char + suffix : char
      const id = vocab.get(piece)
      const parts = id !== undefined ? [id] : bytes && bytesOf(piece, bytes)
      if (!parts && unknown === null) continue
      if (!parts && model.fuse_unk === true && wasUnknown) {
        lengths.push((lengths.pop() as number) + 1)
        owners.push(i)
      }
      for (const part of parts ?? (model.fuse_unk === true && wasUnknown ? [] : [unknown])) {
        ids.push(part as number)
        lengths.push(1)
        owners.push(i)
      }
      wasUnknown = !parts
    }
    const merged = merge(ids, merges, lengths)
    const starts: number[] = []
    const ends: number[] = []
    let at = 0
    for (const length of merged.lengths) {
      starts.push(owners[at] as number)
      at += length
      ends.push((owners[at - 1] as number) + 1)
    }
    return { ids: merged.ids, starts, ends }
  })
}

/**
 * Joins the pair of lowest rank, leftmost first, until none is left. A heap keeps long words (a
 * hostile text without a space) from growing with the square of their length.
 */
export function merge(
  symbols: number[],
  { pairs, size }: Merges,
  lengths: number[] = [],
): { ids: number[]; lengths: number[] } {
  const n = symbols.length
  if (n < 2) return { ids: symbols, lengths }
  const long = lengths.length > 0 ? Int32Array.from(lengths) : new Int32Array(n)
  const ids = Int32Array.from(symbols)
  const next = Int32Array.from({ length: n }, (_, i) => (i + 1 < n ? i + 1 : -1))
  const previous = Int32Array.from({ length: n }, (_, i) => i - 1)
  const heap: { rank: number; at: number; left: number; right: number; id: number }[] = []
  const before = (i: number, j: number): boolean => {
    const a = heap[i] as (typeof heap)[number]
    const b = heap[j] as (typeof heap)[number]
    return a.rank < b.rank || (a.rank === b.rank && a.at < b.at)
  }
  const swap = (i: number, j: number): void => {
    const held = heap[i] as (typeof heap)[number]
    heap[i] = heap[j] as (typeof heap)[number]
    heap[j] = held
  }
  const offer = (at: number): void => {
    const right = next[at] as number
    if (right < 0) return
    const found = pairs.get((ids[at] as number) * size + (ids[right] as number))
    if (!found) return
    heap.push({
      rank: found.rank,
      at,
      left: ids[at] as number,
      right: ids[right] as number,
      id: found.id,
    })
    for (let i = heap.length - 1; i > 0;) {
      const parent = (i - 1) >> 1
      if (!before(i, parent)) break
      swap(i, parent)
      i = parent
    }
  }
  const take = (): (typeof heap)[number] => {
    const top = heap[0] as (typeof heap)[number]
    const end = heap.pop() as (typeof heap)[number]
    if (heap.length > 0) {
      heap[0] = end
      for (let i = 0; ;) {
        let child = 2 * i + 1
        if (child >= heap.length) break
        if (child + 1 < heap.length && before(child + 1, child)) child++
        if (!before(child, i)) break
        swap(i, child)
        i = child
      }
    }
    return top
  }
  for (let i = 0; i < n; i++) offer(i)
  while (heap.length > 0) {
    const best = take()
    const right = next[best.at] as number
    // Stale: one side was joined meanwhile.
    if (ids[best.at] !== best.left || right < 0 || ids[right] !== best.right) continue
    ids[best.at] = best.id
    ids[right] = -1
    long[best.at] = (long[best.at] as number) + (long[right] as number)
    const after = next[right] as number
    next[best.at] = after
    if (after >= 0) previous[after] = best.at
    if ((previous[best.at] as number) >= 0) offer(previous[best.at] as number)
    offer(best.at)
  }
  const out: { ids: number[]; lengths: number[] } = { ids: [], lengths: [] }
  for (let i = 0; i >= 0; i = next[i] as number) {
    out.ids.push(ids[i] as number)
    out.lengths.push(long[i] as number)
  }
  return out
}
