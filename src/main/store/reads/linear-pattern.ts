import { RE2JS } from 're2js'
import { AppError, systemMessage } from '#shared/errors.ts'
import { patternParts, withoutNeedlessEscapes } from '#shared/query/pattern.ts'

/** A pattern that a text is held against in time that grows as its length. */
export interface LinearPattern {
  /** Whether it is found anywhere in the text. */
  test(text: string): boolean
}

const patterns = new Map<string, LinearPattern>()

/**
 * A pattern of the query language, by code points, as one that runs in linear time: it came with
 * somebody's recipe and must not be able to hang the program.
 * @throws AppError `invalid-input` if it cannot be brought into that form
 */
export function linearPattern(source: string, ignoreCase: boolean): LinearPattern {
  const key = `${ignoreCase ? 'i' : ''}/${source}`
  const known = patterns.get(key)
  if (known) return known
  try {
    const syntax = RE2JS.translateRegExp(asRe2Reads(withoutNeedlessEscapes(source)))
    const pattern = RE2JS.compile(syntax, ignoreCase ? RE2JS.CASE_INSENSITIVE : 0)
    if (patterns.size >= 100) patterns.clear()
    patterns.set(key, pattern)
    return pattern
  } catch (error) {
    const reason = systemMessage(error)
    const isLarge = /repeat count|nest|too large/i.test(reason)
    throw new AppError(
      'invalid-input',
      `the pattern /${source}/ ${isLarge ? 'is too complex' : 'cannot be used'}`,
      isLarge
        ? 'Leave out large repeat counts such as {1,900}.'
        : 'Unicode classes are named as \\p{L}, \\p{Lu} or \\p{Greek}.',
      { cause: error, details: reason },
    )
  }
}

/** What JavaScript takes for white space, as RE2 does not. */
const SPACE = '\\t-\\r \\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff'
const NO_SPACE =
  '\\u0000-\\u0008\\u000e-\\u001f\\u0021-\\u009f\\u00a1-\\u167f\\u1681-\\u1fff\\u200b-\\u2027\\u202a-\\u202e\\u2030-\\u205e\\u2060-\\u2fff\\u3001-\\ufefe\\uff00-\\u{10ffff}'

/** The same pattern for RE2 where the two read it otherwise; escapes are left to the library. */
function asRe2Reads(pattern: string): string {
  const pairs = pattern.replace(
    /\\u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})/gi,
    (_, high: string, low: string) =>
      `\\u{${(0x10000 + ((parseInt(high, 16) - 0xd800) << 10) + parseInt(low, 16) - 0xdc00).toString(16)}}`,
  )
  let out = ''
  for (const { part, inClass } of patternParts(pairs)) {
    if (part === '\\s') out += inClass ? SPACE : `[${SPACE}]`
    else if (part === '\\S') out += inClass ? NO_SPACE : `[^${SPACE}]`
    else if (part === '.' && !inClass) out += '[^\\n\\r\\u2028\\u2029]'
    else if (part === '[' && inClass) out += '\\['
    else if (part === '\\b' && inClass) out += '\\u0008'
    else out += part.replace(/^(\\[pP]\{)(?:Script|sc|General_Category|gc)=/, '$1')
  }
  return out
}
