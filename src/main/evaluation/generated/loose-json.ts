export type Json = string | number | boolean | null | Json[] | { [key: string]: Json }
export type JsonObject = { [key: string]: Json }

/** Longest text that is read as JSON, characters. */
const MAX_JSON = 16 << 20
const MAX_DEPTH = 100
/** More digits than this may not fit a double. */
const SAFE_DIGITS = 15
const WORD = /NaN|-?Infinity/y
const NUMBER = /-?\d+(\.\d+)?([eE][-+]?\d+)?/y

/**
 * JSON as programs in Python write it: `NaN`, `Infinity` and `-Infinity` are null, and whole numbers
 * of more than 15 digits become strings, so that a seed of 64 bits keeps its last digits. Takes time
 * in proportion to the text.
 * @returns undefined where it is none, nested deeper than 100, or longer than 16 M characters
 */
export function parseLoose(text: string): Json | undefined {
  if (text.length > MAX_JSON) return undefined
  const parts: string[] = []
  let kept = 0
  let depth = 0
  let at = 0
  const replace = (end: number, by: string): void => {
    parts.push(text.slice(kept, at), by)
    kept = at = end
  }
  while (at < text.length) {
    const char = text.charCodeAt(at)
    if (char === 0x22) {
      at = endOfString(text, at)
    } else if (char === 0x7b || char === 0x5b) {
      if (++depth > MAX_DEPTH) return undefined
      at++
    } else if (char === 0x7d || char === 0x5d) {
      depth--
      at++
    } else if (char === 0x4e || char === 0x49 || char === 0x2d || isDigit(char)) {
      WORD.lastIndex = NUMBER.lastIndex = at
      if (WORD.test(text)) replace(WORD.lastIndex, 'null')
      else {
        const number = NUMBER.exec(text)
        if (number === null) return undefined
        const isWhole = number[1] === undefined && number[2] === undefined
        const end = NUMBER.lastIndex
        if (isWhole && number[0].length > SAFE_DIGITS) replace(end, `"${number[0]}"`)
        at = end
      }
    } else at++
  }
  parts.push(text.slice(kept))
  try {
    return JSON.parse(parts.join('')) as Json
  } catch {
    return undefined
  }
}

/** An object of JSON, or null for all else. */
export function parseObject(text: string | null | undefined): JsonObject | null {
  if (text === null || text === undefined) return null
  const trimmed = text.trim()
  if (!trimmed.startsWith('{') || !trimmed.endsWith('}')) return null
  return asObject(parseLoose(trimmed))
}

/** The place after a string that begins at `at` with its quote; the end where it is never closed. */
export function endOfString(text: string, at: number): number {
  for (let i = at + 1; i < text.length; i++) {
    const char = text.charCodeAt(i)
    if (char === 0x5c) i++
    else if (char === 0x22) return i + 1
  }
  return text.length
}

function isDigit(char: number): boolean {
  return char >= 0x30 && char <= 0x39
}

export function asObject(value: Json | undefined): JsonObject | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null
}

export function asList(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : []
}

/** A value by its key, never one that every object inherits. */
export function get(object: JsonObject | null | undefined, key: string): Json | undefined {
  return object && Object.hasOwn(object, key) ? object[key] : undefined
}

/** The first of some keys that has a value other than null. */
export function first(object: JsonObject | null, ...keys: string[]): Json | undefined {
  for (const key of keys) {
    const value = get(object, key)
    if (value !== undefined && value !== null) return value
  }
  return undefined
}

export function textOf(value: Json | undefined): string | null {
  return typeof value === 'string' ? value : null
}

/** A text that says something. */
export function nameOf(value: Json | undefined): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null
}

export function numberOf(value: Json | undefined): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  if (typeof value !== 'string' || value.length > 40) return null
  const number = Number(value)
  return value.trim() !== '' && Number.isFinite(number) ? number : null
}

/** A seed as decimal digits; `-1` and the like mean "any" and are none. */
export function seedOf(value: Json | undefined): string | null {
  if (typeof value === 'number')
    return Number.isSafeInteger(value) && value >= 0 ? `${value}` : null
  if (typeof value !== 'string') return null
  return /^\s*\d{1,40}\s*$/.test(value) ? value.trim() : null
}

export function sizeOf(
  width: Json | undefined,
  height: Json | undefined,
): { width: number; height: number } | null {
  const [w, h] = [numberOf(width), numberOf(height)]
  if (w === null || h === null) return null
  return Number.isInteger(w) && Number.isInteger(h) && w > 0 && h > 0
    ? { width: w, height: h }
    : null
}
