import { endOfString } from './loose-json.ts'

/** A text as AUTOMATIC1111 writes it, taken apart. */
export interface A1111Text {
  prompt: string
  /** Null where there is no line of it, which is how an empty one is written. */
  negativePrompt: string | null
  /** The settings, by their name as written. */
  settings: ReadonlyMap<string, string>
}

const NEGATIVE = 'Negative prompt:'
/** As many settings must a line hold to be one of settings. */
const FEWEST = 3
const MAX_KEY = 60
/** Each that is never closed costs a search to the end. */
const MAX_UNCLOSED = 4
const KEY = /^[\p{L}\p{N}_][\p{L}\p{N}_ \-/.]*$/u

/**
 * Takes apart `prompt`, `Negative prompt: ...` and a last line of `Name: value, ...`, as
 * `modules/infotext_utils.py` of AUTOMATIC1111's web UI does: the last line counts as settings where
 * it holds three or more. Values may be quoted as JSON, or be JSON themselves, as Civitai writes
 * them. Takes time in proportion to the text.
 */
export function readA1111Text(text: string): A1111Text {
  const lines = text.trim().split(/\r\n|\n|\r/)
  const { at, settings } = findSettings(lines)
  const words = lines.slice(0, at)
  const negativeAt = words.findIndex((line) => line.trimStart().startsWith(NEGATIVE))
  const end = negativeAt < 0 ? words.length : negativeAt
  const join = (some: readonly string[]): string =>
    some
      .map((line) => line.trim())
      .join('\n')
      .trim()
  const negative =
    negativeAt < 0
      ? null
      : join([
          (words[negativeAt] as string).trimStart().slice(NEGATIVE.length),
          ...words.slice(negativeAt + 1),
        ])
  return { prompt: join(words.slice(0, end)), negativePrompt: negative, settings }
}

function findSettings(lines: readonly string[]): { at: number; settings: Map<string, string> } {
  const last = lines.length - 1
  const settings = readSettings(lines[last] ?? '')
  if (areSettings(settings)) return { at: last, settings }
  // Extensions write lines of their own below the settings.
  for (let at = last; at >= 0; at--) {
    if (!/^\s*Steps:\s*\d/.test((lines[at] as string).slice(0, 100))) continue
    const found = readSettings(lines.slice(at).join(', '))
    if (areSettings(found)) return { at, settings: found }
    break
  }
  return { at: lines.length, settings: new Map() }
}

/** A prompt may hold colons, too. */
function areSettings(found: ReadonlyMap<string, string>): boolean {
  return found.size >= FEWEST && (found.has('Steps') || found.has('Seed'))
}

/** `Name: value, Name: "quoted, value", Name: {"json": 1}`; what has no name is passed over. */
export function readSettings(line: string): Map<string, string> {
  const found = new Map<string, string>()
  const brackets = { unclosed: 0 }
  let at = 0
  while (at < line.length) {
    while (at < line.length && /[\s,]/.test(line[at] as string)) at++
    // A name is short, so a line of junk is not searched again and again.
    const window = line.slice(at, at + MAX_KEY + 1)
    const colon = window.indexOf(':')
    const comma = window.indexOf(',')
    if (colon < 0 || (comma >= 0 && comma < colon) || !KEY.test(window.slice(0, colon))) {
      const next = line.indexOf(',', at)
      at = next < 0 ? line.length : next + 1
      continue
    }
    const key = window.slice(0, colon).trim()
    let start = at + colon + 1
    while (line[start] === ' ') start++
    const end = endOfValue(line, start, brackets)
    if (!found.has(key)) found.set(key, unquote(line.slice(start, end).trim()))
    at = end + 1
  }
  return found
}

function endOfValue(line: string, start: number, brackets: { unclosed: number }): number {
  const char = line[start]
  if (char === '"') {
    const end = endOfString(line, start)
    // A quote that is no JSON, as in `Title: "a" b`, ends at the comma as any other.
    if (end === line.length || /^\s*(,|$)/.test(line.slice(end, end + 8))) return end
  } else if ((char === '{' || char === '[') && brackets.unclosed < MAX_UNCLOSED) {
    const end = endOfBrackets(line, start)
    if (end !== null) return end
    brackets.unclosed++
  }
  const comma = line.indexOf(',', start)
  return comma < 0 ? line.length : comma
}

/** The place after the bracket that closes the one at `start`; null where none does. */
function endOfBrackets(line: string, start: number): number | null {
  let depth = 0
  for (let at = start; at < line.length; at++) {
    const char = line[at]
    if (char === '"') at = endOfString(line, at) - 1
    else if (char === '{' || char === '[') depth++
    else if ((char === '}' || char === ']') && --depth === 0) return at + 1
  }
  return null
}

function unquote(value: string): string {
  if (!value.startsWith('"') || !value.endsWith('"') || value.length < 2) return value
  try {
    const text: unknown = JSON.parse(value)
    return typeof text === 'string' ? text : value
  } catch {
    return value
  }
}
