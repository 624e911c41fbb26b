import {
  CANONICAL,
  CLASSES,
  COMBINING,
  COMPATIBLE,
  DROPPED,
  MARKS,
  PUNCTUATION,
} from './unicode-tables.ts'

/**
 * A text that is being normalised, with the place in the original that each of its characters
 * stands for. Everything is counted in Unicode code points. Never changed in place.
 */
export interface AlignedText {
  readonly chars: Uint32Array
  /** Per character: where its original begins and ends. */
  readonly starts: Uint32Array
  readonly ends: Uint32Array
  /** Where the piece begins in the original. */
  readonly from: number
}

export const IS = {
  punctuation: 1,
  mark: 2,
  dropped: 4,
  space: 8,
  canonical: 16,
  compatible: 32,
  combining: 64,
} as const

/** White_Space. */
const SPACES = '9+4 i 2s q 4bj 1vj+a t+1 5 1b 334'

function ranges(packed: string, visit: (code: number) => void): void {
  let at = 0
  for (const part of packed.split(' ')) {
    const [gap, more] = part.split('+')
    at += parseInt(gap as string, 36)
    const last = at + (more === undefined ? 0 : parseInt(more, 36))
    for (; at <= last; at++) visit(at)
  }
}

/** What a code point is, as the reference's tables have it: bits of `IS`. */
export const kinds: Uint8Array = (() => {
  const out = new Uint8Array(0x110000)
  for (const [bit, packed] of [
    [IS.punctuation, PUNCTUATION],
    [IS.mark, MARKS],
    [IS.dropped, DROPPED],
    [IS.space, SPACES],
    [IS.canonical, CANONICAL],
    [IS.compatible, COMPATIBLE],
    [IS.combining, COMBINING],
  ] as const) {
    ranges(packed, (code) => {
      out[code] = (out[code] as number) | bit
    })
  }
  return out
})()

const classes = new Map<number, number>()
for (const [ccc, packed] of CLASSES) ranges(packed, (code) => classes.set(code, ccc))

export function hasKind(code: number, kind: number): boolean {
  return ((kinds[code] as number) & kind) !== 0
}

/** The code points of a text; half a surrogate pair becomes U+FFFD. */
export function codePoints(text: string): Uint32Array {
  const out = new Uint32Array(text.length)
  let n = 0
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit < 0xd800 || unit > 0xdfff) {
      out[n++] = unit
      continue
    }
    const code = text.codePointAt(i) as number
    if (code > 0xffff) i++
    out[n++] = code > 0xffff ? code : 0xfffd
  }
  return out.subarray(0, n)
}

export function alignedText(text: string): AlignedText {
  const chars = codePoints(text)
  const starts = new Uint32Array(chars.length)
  const ends = new Uint32Array(chars.length)
  for (let i = 0; i < chars.length; i++) {
    starts[i] = i
    ends[i] = i + 1
  }
  return { chars, starts, ends, from: 0 }
}

export function slice(text: AlignedText, start: number, end: number): AlignedText {
  return {
    chars: text.chars.subarray(start, end),
    starts: text.starts.subarray(start, end),
    ends: text.ends.subarray(start, end),
    from: start < end ? (text.starts[start] as number) : text.from,
  }
}

export function textOf(chars: Uint32Array): string {
  let out = ''
  if (chars.length > 64) {
    for (let i = 0; i < chars.length; i += 4096) {
      out += String.fromCodePoint(...chars.subarray(i, i + 4096))
    }
    return out
  }
  for (let i = 0; i < chars.length; i++) {
    const code = chars[i] as number
    out += code < 0x10000 ? String.fromCharCode(code) : String.fromCodePoint(code)
  }
  return out
}

/** Turns rising positions in a string into positions in its code points. */
export function pointCounter(text: string): (unit: number) => number {
  let unit = 0
  let point = 0
  return (wanted) => {
    for (; unit < wanted; point++) unit += (text.codePointAt(unit) as number) > 0xffff ? 2 : 1
    return point
  }
}

/**
 * A new text out of characters and how each came about: 0 takes the place of the next old one, 1
 * was added and shares the place of the old one before, -n takes the next one's place and n more
 * are gone. `gone` old ones are left out before the first.
 */
export function transform(
  text: AlignedText,
  chars: readonly number[],
  changes: readonly number[],
  gone = 0,
): AlignedText {
  const starts = new Uint32Array(chars.length)
  const ends = new Uint32Array(chars.length)
  const last = text.chars.length - 1
  let at = gone
  for (let i = 0; i < chars.length; i++) {
    const change = changes[i] as number
    if (change > 0) {
      starts[i] = at < 1 ? text.from : (text.starts[Math.min(at - 1, last)] as number)
      ends[i] = at < 1 ? text.from : (text.ends[Math.min(at - 1, last)] as number)
    } else {
      starts[i] = text.starts[Math.min(at, last)] as number
      ends[i] = text.ends[Math.min(at, last)] as number
      at += 1 - change
    }
  }
  return { chars: Uint32Array.from(chars), starts, ends, from: text.from }
}

/** Keeps some of the characters, each with its place. */
export function filter(text: AlignedText, keep: (code: number) => boolean): AlignedText {
  const { chars } = text
  let first = 0
  while (first < chars.length && keep(chars[first] as number)) first++
  if (first === chars.length) return text
  const out = { chars: chars.slice(), starts: text.starts.slice(), ends: text.ends.slice() }
  let n = first
  for (let i = first; i < chars.length; i++) {
    if (!keep(chars[i] as number)) continue
    out.chars[n] = chars[i] as number
    out.starts[n] = text.starts[i] as number
    out.ends[n] = text.ends[i] as number
    n++
  }
  return {
    chars: out.chars.subarray(0, n),
    starts: out.starts.subarray(0, n),
    ends: out.ends.subarray(0, n),
    from: text.from,
  }
}

/** Puts `content` in the place of each range; it stands for the last character that went. */
export function replaceRanges(
  text: AlignedText,
  found: readonly (readonly [number, number])[],
  content: Uint32Array,
): AlignedText {
  if (found.length === 0) return text
  const removed = found.reduce((sum, [start, end]) => sum + end - start, 0)
  const length = text.chars.length - removed + found.length * content.length
  const chars = new Uint32Array(length)
  const starts = new Uint32Array(length)
  const ends = new Uint32Array(length)
  let from = 0
  let n = 0
  const copy = (to: number): void => {
    chars.set(text.chars.subarray(from, to), n)
    starts.set(text.starts.subarray(from, to), n)
    ends.set(text.ends.subarray(from, to), n)
    n += to - from
  }
  for (const [start, end] of found) {
    copy(start)
    chars.set(content, n)
    starts.fill(end < 1 ? text.from : (text.starts[end - 1] as number), n, n + content.length)
    ends.fill(end < 1 ? text.from : (text.ends[end - 1] as number), n, n + content.length)
    n += content.length
    from = end
  }
  copy(text.chars.length)
  return { chars, starts, ends, from: text.from }
}

const SMALL = 0x20000
const lowered = new Int32Array(SMALL).fill(-1)

/** Lower case of one character, or -2 where it is two (U+0130). */
function lower(code: number): number {
  if (code < 128) return code >= 65 && code <= 90 ? code + 32 : code
  if (code >= SMALL) return code
  const known = lowered[code] as number
  if (known !== -1) return known
  const small = String.fromCodePoint(code).toLowerCase()
  const first = small.codePointAt(0) as number
  const result = small.length > (first > 0xffff ? 2 : 1) ? -2 : first
  lowered[code] = result
  return result
}

/** Each character by itself, as the reference does: a final sigma is lowered like any other. */
export function lowercase(text: AlignedText): AlignedText {
  const chars = new Uint32Array(text.chars.length)
  for (let i = 0; i < chars.length; i++) {
    const small = lower(text.chars[i] as number)
    if (small === -2) return lowercaseLonger(text)
    chars[i] = small
  }
  return { ...text, chars }
}

function lowercaseLonger(text: AlignedText): AlignedText {
  const chars: number[] = []
  const changes: number[] = []
  for (const code of text.chars) {
    const small = lower(code)
    const all = small === -2 ? codePoints(String.fromCodePoint(code).toLowerCase()) : [small]
    for (const [k, c] of all.entries()) {
      chars.push(c)
      changes.push(k === 0 ? 0 : 1)
    }
  }
  return transform(text, chars, changes)
}

export type UnicodeForm = 'NFC' | 'NFD' | 'NFKC' | 'NFKD'
const decompositions = { NFD: new Map<number, Uint32Array>(), NFKD: new Map<number, Uint32Array>() }

/** Unicode's normal forms (UAX 15), restricted to the characters that the reference's tables know. */
export function unicodeForm(text: AlignedText, form: UnicodeForm): AlignedText {
  const isCompatible = form === 'NFKC' || form === 'NFKD'
  const least = isCompatible ? 0xa0 : 0xc0
  if (text.chars.every((code) => code < least)) return text
  const kind = isCompatible ? IS.compatible : IS.canonical
  const decomposition = isCompatible ? 'NFKD' : 'NFD'
  const known = decompositions[decomposition]
  const chars: number[] = []
  const changes: number[] = []
  const order: number[] = []
  let ready = 0
  /** Marks after a base in the order of their classes; stable. */
  const sort = (): void => {
    for (let i = ready + 1; i < chars.length; i++) {
      for (let k = i; k > ready && (order[k - 1] as number) > (order[k] as number); k--) {
        for (const list of [chars, changes, order]) {
          const held = list[k] as number
          list[k] = list[k - 1] as number
          list[k - 1] = held
        }
      }
    }
    ready = chars.length
  }
  const push = (code: number, change: number): void => {
    const ccc = code < 0x300 ? 0 : (classes.get(code) ?? 0)
    if (ccc === 0 && ready < chars.length) sort()
    chars.push(code)
    changes.push(change)
    order.push(ccc)
    if (ccc === 0) ready = chars.length
  }
  for (const code of text.chars) {
    if (!hasKind(code, kind)) {
      push(code, 0)
      continue
    }
    let parts = known.get(code)
    if (!parts) {
      parts = codePoints(String.fromCodePoint(code).normalize(decomposition))
      known.set(code, parts)
    }
    for (let k = 0; k < parts.length; k++) push(parts[k] as number, k === 0 ? 0 : 1)
  }
  sort()
  if (form === 'NFC' || form === 'NFKC') return compose(text, chars, changes, order)
  return transform(text, chars, changes)
}

const compositions = new Map<number, number>()

/** The character that two make, or -1. */
function composed(first: number, second: number): number {
  const key = first * 0x110000 + second
  const known = compositions.get(key)
  if (known !== undefined) return known
  const both = String.fromCodePoint(first, second).normalize('NFC')
  const code = both.codePointAt(0) as number
  const isOne = both.length === (code > 0xffff ? 2 : 1)
  const result = isOne && hasKind(code, IS.canonical) ? code : -1
  if (compositions.size > 100_000) compositions.clear()
  compositions.set(key, result)
  return result
}

function compose(
  text: AlignedText,
  chars: number[],
  changes: number[],
  order: number[],
): AlignedText {
  const out: number[] = []
  const how: number[] = []
  let base = -1
  let baseChange = 0
  let lastClass = -1
  let held: [number, number][] = []
  const flush = (): void => {
    if (base >= 0) {
      out.push(base)
      how.push(baseChange)
    }
    for (const [code, change] of held) {
      out.push(code)
      how.push(change)
    }
    held = []
    lastClass = -1
  }
  for (let i = 0; i < chars.length; i++) {
    const code = chars[i] as number
    const change = changes[i] as number
    const ccc = order[i] as number
    if (base < 0) {
      if (ccc !== 0) {
        out.push(code)
        how.push(change)
      } else {
        base = code
        baseChange = change
      }
      continue
    }
    const isBlocked = lastClass >= 0 && lastClass >= ccc
    const both = isBlocked ? -1 : composed(base, code)
    if (both >= 0) {
      base = both
      baseChange += change - 1
    } else if (ccc === 0) {
      flush()
      base = code
      baseChange = change
    } else {
      held.push([code, change])
      lastClass = ccc
    }
  }
  flush()
  return transform(text, out, how)
}
