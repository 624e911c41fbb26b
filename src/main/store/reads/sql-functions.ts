import { setFlagsFromString } from 'node:v8'
import type { Database } from 'better-sqlite3'
import { normalAddress, normalHost } from '#shared/address.ts'
import { AppError } from '#shared/errors.ts'

// V8's engine that never backtracks (flag `l`): a pattern that came with somebody's recipe must
// not be able to hang the program.
setFlagsFromString('--enable-experimental-regexp-engine')

/** Characters of a text that a pattern is held against. */
const MAX_TEXT = 100_000

const patterns = new Map<string, RegExp>()

/**
 * A pattern of the query language as one that runs in linear time.
 * @throws AppError `invalid-input` if it cannot be brought into that form
 */
export function linearPattern(source: string, ignoreCase: boolean): RegExp {
  const key = `${ignoreCase ? 'i' : ''}/${source}`
  const known = patterns.get(key)
  if (known) return known
  try {
    const pattern = new RegExp(ignoreCase ? lowered(source) : source, 'l')
    if (patterns.size >= 100) patterns.clear()
    patterns.set(key, pattern)
    return pattern
  } catch (error) {
    throw new AppError(
      'invalid-input',
      `the pattern /${source}/ is too complex`,
      'Leave out large repeat counts such as {1,900}.',
      { cause: error },
    )
  }
}

/** The linear engine knows no flag `i`: pattern and text are put in lower case instead. */
function lowered(source: string): string {
  return source.replace(/\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}|\\c[A-Za-z]|\\.|[^\\]+/gs, (part) =>
    part.startsWith('\\') ? part : part.toLowerCase(),
  )
}

/** The functions that compiled queries use. Pure, so that SQLite may reuse their results. */
export function registerFunctions(db: Database): void {
  const options = { deterministic: true, directOnly: true }
  // LIKE folds ASCII only; this one is for words beyond it.
  db.function('folded_contains', options, (text: unknown, needle: unknown) =>
    typeof text === 'string' && typeof needle === 'string' && fold(text).includes(needle) ? 1 : 0,
  )
  db.function('normal_address', options, (url: unknown) =>
    typeof url === 'string' ? normalAddress(url) : null,
  )
  db.function('normal_host', options, (host: unknown) =>
    typeof host === 'string' ? normalHost(host) : null,
  )
  db.function('matches', options, (text: unknown, source: unknown, ignoreCase: unknown) => {
    if (typeof text !== 'string') return 0
    const part = text.length > MAX_TEXT ? text.slice(0, MAX_TEXT) : text
    const pattern = linearPattern(String(source), ignoreCase === 1)
    return pattern.test(ignoreCase === 1 ? part.toLowerCase() : part) ? 1 : 0
  })
}

/** Lower case and composed, so that "É" written either way is found; soft hyphens are not letters. */
export function fold(text: string): string {
  return text.replaceAll('\u00ad', '').normalize('NFC').toLowerCase()
}
