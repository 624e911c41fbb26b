import { type AlignedText, pointCounter, slice, textOf } from './aligned-text.ts'
import { escapeRegExp } from './token-patterns.ts'

export interface AddedToken {
  id: number
  content: string
  singleWord: boolean
  lstrip: boolean
  rstrip: boolean
  normalized: boolean
}

/** A piece of a text: either one added token or text that is still to be cut. */
export interface Piece {
  readonly text: AlignedText
  readonly token: number | null
}

const WORD = /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]/u
const SPACES_BEFORE = /\p{White_Space}+$/u
const SPACES_AFTER = /^\p{White_Space}+/u

/**
 * Cuts a text at added tokens, the leftmost and of these the longest. `contents` are what is looked
 * for, one for each token.
 */
export function addedTokenCutter(
  tokens: readonly AddedToken[],
  contents: readonly string[],
): (text: AlignedText) => Piece[] {
  const wanted = new Map<string, AddedToken>()
  for (const [i, token] of tokens.entries()) {
    const content = contents[i] as string
    if (content !== '' && !wanted.has(content)) wanted.set(content, token)
  }
  if (wanted.size === 0) return (text) => [{ text, token: null }]
  const pattern = new RegExp(
    [...wanted.keys()]
      .sort((a, b) => b.length - a.length)
      .map(escapeRegExp)
      .join('|'),
    'gu',
  )
  return (text) => {
    const all = textOf(text.chars)
    const pieces: Piece[] = []
    let at = 0
    const push = (start: number, end: number, token: number | null): void => {
      const count = pointCounter(all)
      pieces.push({ text: slice(text, count(start), count(end)), token })
    }
    for (const match of all.matchAll(pattern)) {
      const token = wanted.get(match[0]) as AddedToken
      let start = match.index
      let end = start + match[0].length
      if (token.singleWord) {
        const before = [...all.slice(Math.max(0, start - 2), start)].at(-1) ?? ''
        const after = [...all.slice(end, end + 2)][0] ?? ''
        if (WORD.test(before) || WORD.test(after)) continue
      }
      if (token.lstrip) {
        const spaces = SPACES_BEFORE.exec(all.slice(at, start))
        if (spaces) start = at + spaces.index
      }
      if (token.rstrip) end += SPACES_AFTER.exec(all.slice(end))?.[0].length ?? 0
      if (at < start) push(at, start, null)
      push(start, end, token.id)
      at = end
    }
    if (at < all.length) push(at, all.length, null)
    return pieces
  }
}
