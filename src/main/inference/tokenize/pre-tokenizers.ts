import {
  type AlignedText,
  IS,
  codePoints,
  hasKind,
  replaceRanges,
  slice,
  transform,
} from './aligned-text.ts'
import { finder, prepend, rangesOf } from './normalizers.ts'
import { type Json, list, object } from './tokenizer-json.ts'

/** Cuts a text into words. Empty ones may come out; they are dropped by the caller. */
export type PreTokenizer = (text: AlignedText) => AlignedText[]

type Range = readonly [number, number]

/** A step of `pre_tokenizer` in tokenizer.json; null for one that is not known. */
export function preTokenizer(json: Json): PreTokenizer | null {
  switch (json.type) {
    case undefined:
      return (text) => [text]
    case 'Sequence': {
      const steps = list(json.pretokenizers).map(preTokenizer)
      if (steps.includes(null)) return null
      return (text) =>
        (steps as PreTokenizer[]).reduce(
          (words, step) =>
            words.flatMap((word) => step(word).filter((part) => part.chars.length > 0)),
          [text],
        )
    }
    case 'BertPreTokenizer':
      return bert
    case 'WhitespaceSplit':
      return whitespaceSplit
    case 'Punctuation':
      return splitter(
        (chars) => where(chars, (code) => hasKind(code, IS.punctuation)),
        String(json.behavior ?? 'Isolated'),
      )
    case 'Digits':
      return splitter(
        (chars) => where(chars, (code) => /^\p{N}$/u.test(String.fromCodePoint(code))),
        json.individual_digits === true ? 'Isolated' : 'Contiguous',
      )
    case 'Split': {
      const find = finder(object(json.pattern))
      return find && splitter(find, String(json.behavior), json.invert === true)
    }
    case 'Whitespace':
      return splitter(rangesOf(WORDS), 'Removed', true)
    case 'Metaspace':
      return metaspace(json)
    case 'ByteLevel':
      return byteLevel(json)
    default:
      return null
  }
}

/** The reference runs this one with another engine, whose words have joiners in them. */
const WORDS =
  /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]+|[^\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}\p{White_Space}]+/gu

function bert(text: AlignedText): AlignedText[] {
  const words: AlignedText[] = []
  const { chars } = text
  let start = 0
  for (let i = 0; i < chars.length; i++) {
    const code = chars[i] as number
    const isSpace = hasKind(code, IS.space)
    if (!isSpace && !hasKind(code, IS.punctuation)) continue
    if (start < i) words.push(slice(text, start, i))
    if (!isSpace) words.push(slice(text, i, i + 1))
    start = i + 1
  }
  if (start < chars.length) words.push(slice(text, start, chars.length))
  return words
}

function whitespaceSplit(text: AlignedText): AlignedText[] {
  const words: AlignedText[] = []
  const { chars } = text
  let start = 0
  for (let i = 0; i <= chars.length; i++) {
    if (i < chars.length && !hasKind(chars[i] as number, IS.space)) continue
    if (start < i) words.push(slice(text, start, i))
    start = i + 1
  }
  return words
}

function where(chars: Uint32Array, holds: (code: number) => boolean): Range[] {
  const found: Range[] = []
  for (let i = 0; i < chars.length; i++) {
    if (holds(chars[i] as number)) found.push([i, i + 1])
  }
  return found
}

/** Cuts at what is found (or between, when inverted) and deals with it as `behavior` says. */
function splitter(
  find: (chars: Uint32Array) => readonly Range[],
  behavior: string,
  isInverted = false,
): PreTokenizer | null {
  const known = ['Removed', 'Isolated', 'Contiguous', 'MergedWithPrevious', 'MergedWithNext']
  if (!known.includes(behavior)) return null
  return (text) => {
    const parts: { start: number; end: number; isMatch: boolean }[] = []
    let at = 0
    for (const [start, end] of find(text.chars)) {
      if (at < start) parts.push({ start: at, end: start, isMatch: isInverted })
      parts.push({ start, end, isMatch: !isInverted })
      at = end
    }
    if (at < text.chars.length) {
      parts.push({ start: at, end: text.chars.length, isMatch: isInverted })
    }
    return arrange(parts, behavior).map(({ start, end }) => slice(text, start, end))
  }
}

function arrange(
  parts: { start: number; end: number; isMatch: boolean }[],
  behavior: string,
): { start: number; end: number }[] {
  if (behavior === 'Removed') return parts.filter(({ isMatch }) => !isMatch)
  if (behavior === 'Isolated') return parts
  const backwards = behavior === 'MergedWithNext'
  const out: { start: number; end: number }[] = []
  let before = false
  for (const { start, end, isMatch } of backwards ? parts.toReversed() : parts) {
    const joins = behavior === 'Contiguous' ? isMatch === before : isMatch && !before
    const last = out.at(-1)
    if (!joins || !last) out.push({ start, end })
    else if (backwards) last.start = start
    else last.end = end
    before = isMatch
  }
  return backwards ? out.toReversed() : out
}

/** SentencePiece's way: a visible character in the place of each space, and before the text. */
function metaspace(json: Json): PreTokenizer | null {
  const mark = typeof json.replacement === 'string' ? codePoints(json.replacement) : null
  if (mark?.length !== 1) return null
  const code = mark[0] as number
  const scheme = json.prepend_scheme ?? (json.add_prefix_space === false ? 'never' : 'always')
  const before = prepend(String(json.replacement))
  const isCut = json.split !== false
  return (text) => {
    const spaces = where(text.chars, (c) => c === 32)
    let all = replaceRanges(text, spaces, mark)
    const isWanted = scheme === 'always' || (scheme === 'first' && text.from === 0)
    if (isWanted && all.chars[0] !== code) all = before(all)
    if (!isCut) return [all]
    const words: AlignedText[] = []
    let start = 0
    for (let i = 1; i <= all.chars.length; i++) {
      if (i < all.chars.length && all.chars[i] !== code) continue
      if (start < i) words.push(slice(all, start, i))
      start = i
    }
    return words
  }
}

/** Printable stand-ins for the 256 bytes (GPT-2's table). */
export const byteCharacters: readonly number[] = (() => {
  const chars: number[] = []
  let extra = 0
  for (let b = 0; b < 256; b++) {
    const printable = (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || b >= 174
    chars.push(printable ? b : 256 + extra++)
  }
  return chars
})()

const GPT2 = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+"

function byteLevel(json: Json): PreTokenizer | null {
  const find = finder({ Regex: GPT2 })
  const split = find && splitter(find, 'Isolated')
  if (!split) return null
  const isSplit = json.use_regex !== false
  const before = prepend(' ')
  return (text) => {
    let all = text
    if (json.add_prefix_space !== false && all.chars[0] !== 32) all = before(all)
    return (isSplit ? split(all) : [all]).map(toBytes)
  }
}

/** Each character as the stand-ins of its UTF-8 bytes, all in its place. */
function toBytes(text: AlignedText): AlignedText {
  if (text.chars.every((c) => c > 32 && c < 127)) return text
  const chars: number[] = []
  const changes: number[] = []
  for (const code of text.chars) {
    for (const [k, byte] of Buffer.from(String.fromCodePoint(code), 'utf8').entries()) {
      chars.push(byteCharacters[byte] as number)
      changes.push(k === 0 ? 0 : 1)
    }
  }
  return transform(text, chars, changes)
}
