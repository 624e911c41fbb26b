import {
  type AlignedText,
  IS,
  type UnicodeForm,
  codePoints,
  filter,
  hasKind,
  lowercase,
  pointCounter,
  replaceRanges,
  slice,
  textOf,
  unicodeForm,
} from './aligned-text.ts'
import { precompiledCharsmap } from './precompiled.ts'
import { escapeRegExp, toRegExp } from './token-patterns.ts'
import { type Json, list, object } from './tokenizer-json.ts'

export type Normalizer = (text: AlignedText) => AlignedText

/** A step of `normalizer` in tokenizer.json; null for one that is not known. */
export function normalizer(json: Json): Normalizer | null {
  switch (json.type) {
    case undefined:
      return (text) => text
    case 'Sequence': {
      const steps = list(json.normalizers).map(normalizer)
      if (steps.includes(null)) return null
      return (text) => (steps as Normalizer[]).reduce((so, step) => step(so), text)
    }
    case 'NFC':
    case 'NFD':
    case 'NFKC':
    case 'NFKD': {
      const form: UnicodeForm = json.type
      return (text) => unicodeForm(text, form)
    }
    case 'Lowercase':
      return lowercase
    case 'StripAccents':
      return (text) => filter(text, (code) => !hasKind(code, IS.combining))
    case 'Strip':
      return strip(json.strip_left !== false, json.strip_right !== false)
    case 'Replace':
      return replace(object(json.pattern), json.content)
    case 'Prepend':
      return typeof json.prepend === 'string' ? prepend(json.prepend) : null
    case 'BertNormalizer':
      return bert(json)
    case 'Precompiled':
      if (json.precompiled_charsmap === null) return (text) => text
      return typeof json.precompiled_charsmap === 'string'
        ? precompiledCharsmap(json.precompiled_charsmap)
        : null
    default:
      return null
  }
}

function strip(left: boolean, right: boolean): Normalizer {
  return (text) => {
    let start = 0
    let end = text.chars.length
    if (left) while (start < end && hasKind(text.chars[start] as number, IS.space)) start++
    if (right) while (end > start && hasKind(text.chars[end - 1] as number, IS.space)) end--
    if (start === 0 && end === text.chars.length) return text
    return { ...slice(text, start, end), from: text.from }
  }
}

/** Puts a string before a text that is not empty; all of it stands for the first character. */
export function prepend(content: string): Normalizer {
  const added = codePoints(content)
  return (text) => {
    if (text.chars.length === 0 || added.length === 0) return text
    const put = (all: Uint32Array, first: Uint32Array): Uint32Array => {
      const out = new Uint32Array(all.length + first.length)
      out.set(first)
      out.set(all, first.length)
      return out
    }
    return {
      chars: put(text.chars, added),
      starts: put(text.starts, added.slice().fill(text.starts[0] as number)),
      ends: put(text.ends, added.slice().fill(text.ends[0] as number)),
      from: text.from,
    }
  }
}

/** Where a pattern is found, in code points. */
export function finder(
  pattern: Json,
): ((chars: Uint32Array) => (readonly [number, number])[]) | null {
  const regex =
    typeof pattern.String === 'string'
      ? new RegExp(escapeRegExp(pattern.String), 'gu')
      : typeof pattern.Regex === 'string'
        ? toRegExp(pattern.Regex)
        : null
  if (!regex || pattern.String === '') return null
  const one = typeof pattern.String === 'string' ? codePoints(pattern.String) : null
  if (one?.length === 1) {
    const wanted = one[0] as number
    return (chars) => {
      const found: [number, number][] = []
      for (let i = chars.indexOf(wanted); i >= 0; i = chars.indexOf(wanted, i + 1)) {
        found.push([i, i + 1])
      }
      return found
    }
  }
  return rangesOf(regex)
}

/** Where a regular expression (global, in Unicode mode) matches, in code points. */
export function rangesOf(regex: RegExp): (chars: Uint32Array) => (readonly [number, number])[] {
  return (chars) => {
    const text = textOf(chars)
    const at = pointCounter(text)
    return Array.from(text.matchAll(regex), (match) => {
      const start = at(match.index)
      return [start, at(match.index + match[0].length)] as const
    })
  }
}

function replace(pattern: Json, content: unknown): Normalizer | null {
  const find = finder(pattern)
  if (!find || typeof content !== 'string') return null
  const by = codePoints(content)
  return (text) => replaceRanges(text, find(text.chars), by)
}

function isChinese(code: number): boolean {
  return (
    code >= 0x3400 &&
    (code <= 0x4dbf ||
      (code >= 0x4e00 && code <= 0x9fff) ||
      (code >= 0xf900 && code <= 0xfaff) ||
      (code >= 0x20000 && code <= 0x2a6df) ||
      (code >= 0x2a700 && code <= 0x2b81f) ||
      (code >= 0x2b920 && code <= 0x2ceaf) ||
      (code >= 0x2f800 && code <= 0x2fa1f))
  )
}

/** A space on both sides of each ideograph, standing for it too. */
function spaceChinese(text: AlignedText): AlignedText {
  const n = text.chars.reduce((sum, code) => sum + (isChinese(code) ? 1 : 0), 0)
  if (n === 0) return text
  const length = text.chars.length + 2 * n
  const out = {
    chars: new Uint32Array(length),
    starts: new Uint32Array(length),
    ends: new Uint32Array(length),
    from: text.from,
  }
  let at = 0
  for (let i = 0; i < text.chars.length; i++) {
    const code = text.chars[i] as number
    for (const c of isChinese(code) ? [32, code, 32] : [code]) {
      out.chars[at] = c
      out.starts[at] = text.starts[i] as number
      out.ends[at++] = text.ends[i] as number
    }
  }
  return out
}

function bert(json: Json): Normalizer {
  const isLower = json.lowercase !== false
  const isStripped =
    json.strip_accents === null || json.strip_accents === undefined
      ? isLower
      : json.strip_accents === true
  return (original) => {
    let text = original
    if (json.clean_text !== false) {
      text = filter(text, (code) => !hasKind(code, IS.dropped))
      if (text.chars.some((code) => code !== 32 && hasKind(code, IS.space))) {
        text = { ...text, chars: text.chars.map((c) => (hasKind(c, IS.space) ? 32 : c)) }
      }
    }
    if (json.handle_chinese_chars !== false) text = spaceChinese(text)
    if (isStripped) text = filter(unicodeForm(text, 'NFD'), (code) => !hasKind(code, IS.mark))
    return isLower ? lowercase(text) : text
  }
}
