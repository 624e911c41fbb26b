import { textOf } from './aligned-text.ts'
import { type TokenModel, type WordTokens, cached, trie } from './wordpiece.ts'
import type { Json } from './tokenizer-json.ts'

/** What a character that is not in the vocabulary costs beyond the worst piece (SentencePiece). */
const UNKNOWN_PENALTY = 10

/**
 * SentencePiece's Unigram out of `model` in tokenizer.json: the sequence of pieces with the highest
 * sum of scores (Viterbi; of equals the first found, that is the longer last piece). Unknown
 * characters in a row are one token, or the tokens of their bytes with `byte_fallback`. null where
 * the model is incomplete.
 */
export function unigram(model: Json): TokenModel | null {
  if (!Array.isArray(model.vocab) || model.vocab.length === 0) return null
  const entries = model.vocab as [string, number][]
  const unknown = typeof model.unk_id === 'number' ? model.unk_id : null
  if (unknown === null || unknown >= entries.length) return null
  const ids = new Map(entries.map(([piece], id) => [piece, id]))
  const scores = Float64Array.from(entries, ([, score]) => score)
  const lowest = scores.reduce((least, score) => Math.min(least, score), Infinity)
  const pieces = trie(ids)
  const bytes = Array.from({ length: 256 }, (_, b) =>
    ids.get(`<0x${b.toString(16).toUpperCase().padStart(2, '0')}>`),
  )
  const hasBytes = model.byte_fallback === true

  return cached((chars) => {
    const n = chars.length
    const best = new Float64Array(n + 1)
    const from = new Int32Array(n + 1).fill(-1)
    const id = new Int32Array(n + 1)
    const offer = (start: number, end: number, piece: number, score: number): void => {
      const total = score + (best[start] as number)
      if (from[end] !== -1 && !(total > (best[end] as number))) return
      best[end] = total
      from[end] = start
      id[end] = piece
    }
    for (let start = 0; start < n; start++) {
      let hasSingle = false
      let node = 0
      for (let i = start; i < n; i++) {
        node = pieces.next(node, chars[i] as number)
        if (node === 0) break
        const piece = pieces.value(node)
        if (piece < 0) continue
        offer(start, i + 1, piece, scores[piece] as number)
        if (i === start) hasSingle = true
      }
      if (!hasSingle) offer(start, start + 1, unknown, lowest - UNKNOWN_PENALTY)
    }
    // Backwards along the best path; the unknown ones of a row become one.
    const path: { start: number; end: number; id: number }[] = []
    let wasUnknown = false
    for (let end = n; end > 0; end = from[end] as number) {
      const start = from[end] as number
      const isUnknown = id[end] === unknown
      const last = path.at(-1)
      if (isUnknown && wasUnknown && last) last.start = start
      else path.push({ start, end, id: id[end] as number })
      wasUnknown = isUnknown
    }
    const out = { ids: [] as number[], starts: [] as number[], ends: [] as number[] }
    const push = (token: number, start: number, end: number): void => {
      out.ids.push(token)
      out.starts.push(start)
      out.ends.push(end)
    }
    for (const { start, end, id: piece } of path.toReversed()) {
      if (piece !== unknown) {
        push(piece, start, end)
        continue
      }
      const text = textOf(chars.subarray(start, end))
      const known = ids.get(text)
      const parts = known === undefined && hasBytes ? bytesOf(text, bytes) : null
      if (parts) for (const part of parts) push(part, start, end)
      else push(known ?? unknown, start, end)
    }
    return out satisfies WordTokens
  })
}

/** The tokens of a text's UTF-8 bytes, or null where one of them has none. */
export function bytesOf(text: string, tokens: readonly (number | undefined)[]): number[] | null {
  const out: number[] = []
  for (const byte of Buffer.from(text, 'utf8')) {
    const token = tokens[byte]
    if (token === undefined) return null
    out.push(token)
  }
  return out
}
