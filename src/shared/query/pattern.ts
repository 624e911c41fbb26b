/** Escapes that say nothing, which `u` does not take: `\_` is `_`. */
const NEEDLESS = /\\([ !"#%&',:;<=>@_`~])/g
const PARTS = /\\(?:u\{[^}]*\}|[pP]\{[^}]*\}|[^])|[^]/gu

/** A pattern by its parts: escapes, or single characters; with whether each stands in a class. */
export function* patternParts(pattern: string): Generator<{ part: string; inClass: boolean }> {
  let inClass = false
  for (const [part] of pattern.matchAll(PARTS)) {
    const isEnd = inClass && part === ']'
    yield { part, inClass: inClass && !isEnd }
    if (isEnd) inClass = false
    else if (part === '[') inClass = true
  }
}

/**
 * A pattern as JavaScript reads it by code points (flag `u`): escapes that say nothing, as people
 * write them, are taken out.
 */
export function withoutNeedlessEscapes(pattern: string): string {
  let out = ''
  for (const { part, inClass } of patternParts(pattern)) {
    out += part === '\\-' && !inClass ? '-' : part.replace(NEEDLESS, '$1')
  }
  return out
}

/**
 * Why a pattern cannot be used, or null. Patterns are read by code points and run in linear time, so
 * nothing that needs backtracking is taken: no look-around, no back-references.
 */
export function patternProblem(pattern: string): string | null {
  try {
    new RegExp(withoutNeedlessEscapes(pattern), 'u')
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return `this pattern cannot be read: ${message.replace(/^Invalid regular expression: /, '')}`
  }
  const bare = pattern.replace(/\\[^1-9k]/g, '')
  if (/\(\?<?[=!]/.test(bare)) return 'a pattern cannot look ahead or behind'
  if (/\\[1-9k]/.test(bare)) return 'a pattern cannot refer back to a group'
  return null
}
