import { nameIs } from './attributes.ts'

/** Place after the comment that begins (after `<!--`) at `from`; -1 where it never ends. */
export function endOfComment(html: string, from: number): number {
  if (html.charCodeAt(from) === 0x3e) return from + 1
  if (html.charCodeAt(from) === 0x2d && html.charCodeAt(from + 1) === 0x3e) return from + 2
  let at = from
  for (;;) {
    at = html.indexOf('--', at)
    if (at < 0) return -1
    const next = html.charCodeAt(at + 2)
    if (next === 0x3e) return at + 3
    if (next === 0x21 && html.charCodeAt(at + 3) === 0x3e) return at + 4
    at++
  }
}

/** The place of `</name` that ends raw text; -1 where there is none. */
export function endOfRaw(html: string, from: number, name: string): number {
  let at = from
  for (;;) {
    at = html.indexOf('</', at)
    if (at < 0) return -1
    if (nameIs(html, at + 2, name)) {
      const next = html.charCodeAt(at + 2 + name.length)
      if (next === 0x3e || next === 0x2f || isSpace(next)) return at
    }
    at += 2
  }
}

export function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x09 || code === 0x0c || code === 0x0d
}

/** A script may hold `<!-- <script> </script> -->`, whose end tag does not end it. */
export function endOfEscapedScript(html: string, from: number): number {
  const steps = /<!--|-->|<(\/?)script(?=[\s/>])/gi
  steps.lastIndex = from
  let state: 'plain' | 'escaped' | 'double' = 'plain'
  for (;;) {
    const match = steps.exec(html)
    if (!match) return -1
    const text = match[0]
    if (text === '<!--') {
      if (state === 'plain') {
        state = 'escaped'
        // `<!-->` and `<!--->` close at once: let the dashes be seen again.
        steps.lastIndex = match.index + 2
      }
    } else if (text === '-->') state = 'plain'
    else if (match[1] === '/') {
      if (state !== 'double') return match.index
      state = 'escaped'
    } else if (state === 'escaped') state = 'double'
  }
}
