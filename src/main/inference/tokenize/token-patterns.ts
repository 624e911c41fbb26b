/** Regular expressions of tokenizer.json (Oniguruma's) as JavaScript's, for the part that we are sure of. */

const CLASSES: Record<string, [inside: string, alone: string]> = {
  s: ['\\p{White_Space}', '\\p{White_Space}'],
  S: ['\\P{White_Space}', '\\P{White_Space}'],
  d: ['\\p{Nd}', '\\p{Nd}'],
  D: ['\\P{Nd}', '\\P{Nd}'],
  w: ['\\p{L}\\p{M}\\p{N}\\p{Pc}', '[\\p{L}\\p{M}\\p{N}\\p{Pc}]'],
}
const MUST_ESCAPE = /[\^$\\.*+?()[\]{}|/]/

/** The same pattern for JavaScript, global and in Unicode mode; null where it might not be the same. */
export function toRegExp(pattern: string): RegExp | null {
  let out = ''
  let inClass = false
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i] as string
    if (c === '\\') {
      const next = pattern[++i]
      if (next === undefined) return null
      const known = CLASSES[next]
      if (known) out += known[inClass ? 0 : 1]
      else if (next === 'p' || next === 'P') {
        const name = /^\{[A-Za-z_]+\}/.exec(pattern.slice(i + 1))?.[0]
        if (name === undefined) return null
        out += `\\${next}${name}`
        i += name.length
      } else if ('nrtfv'.includes(next)) out += `\\${next}`
      else if (/[A-Za-z0-9]/.test(next)) return null
      else if (MUST_ESCAPE.test(next) || (inClass && next === '-')) out += `\\${next}`
      else out += next
    } else if (inClass) {
      if (c === '[' || (c === '&' && pattern[i + 1] === '&')) return null
      if (c === ']') inClass = false
      out += c
    } else if (c === '[') {
      inClass = true
      out += c
      if (pattern[i + 1] === '^') out += pattern[++i] as string
      if (pattern[i + 1] === ']') return null
    } else if (c === '(' && pattern[i + 1] === '?') {
      if (!/^\(\?(:|=|!|i:)/.test(pattern.slice(i, i + 4))) return null
      out += c
    } else if (c === '+' && /[+*?]/.test(pattern[i - 1] ?? '') && pattern[i - 2] !== '\\') {
      // A possessive quantifier.
      return null
    } else out += c
  }
  try {
    return new RegExp(out, 'gu')
  } catch {
    return null
  }
}

export function escapeRegExp(text: string): string {
  return text.replace(/[\^$\\.*+?()[\]{}|/]/g, '\\$&')
}
