import { OPT_OUTS } from '#shared/opt-out.ts'

/** The name by which headers and robots.txt may address this program. */
const ROBOT_NAME = 'gleaner'

/** Directives that carry a value after a colon, which is therefore no robot's name before it. */
const WITH_VALUE = new Set([
  'unavailable_after',
  'max-snippet',
  'max-image-preview',
  'max-video-preview',
])

/**
 * The directive by which X-Robots-Tag headers opt out, or null. A value may begin with a robot's
 * name (`otherbot: noindex, nofollow`): it then speaks to that robot only, up to the next name.
 */
export function headerOptOut(values: readonly string[]): string | null {
  for (const value of values) {
    let concernsUs = true
    for (const part of value.toLowerCase().split(',')) {
      let directive = part.trim()
      const colon = directive.indexOf(':')
      if (colon > 0) {
        const name = directive.slice(0, colon).trim()
        if (WITH_VALUE.has(name)) continue
        if (/^[\w*.-]+$/.test(name)) {
          concernsUs = name === '*' || name === ROBOT_NAME
          directive = directive.slice(colon + 1).trim()
        }
      }
      if (concernsUs && OPT_OUTS.has(directive)) return directive
    }
  }
  return null
}

export interface RobotsRules {
  /** Seconds between requests, if the file asks for it. */
  crawlDelay: number | null
  allows(pathAndQuery: string): boolean
}

interface Rule {
  allow: boolean
  pattern: string
}

/** Longest part of a robots.txt that is read, bytes (RFC 9309 asks for at least 500 KiB). */
export const ROBOTS_MAX_BYTES = 512 * 1024
const MAX_RULES = 5000

/**
 * Reads a robots.txt by RFC 9309: the group that names us, else the group for `*`; the longest
 * matching rule decides, Allow wins a draw.
 */
export function parseRobots(text: string): RobotsRules {
  const groups = new Map<string, { rules: Rule[]; delay: number | null }>()
  let agents: string[] = []
  let collecting = false
  for (const line of text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/)) {
    const match = /^\s*([\w-]+)\s*:\s*([^#]*)/.exec(line)
    if (!match) continue
    const key = (match[1] as string).toLowerCase()
    const value = (match[2] as string).trim()
    if (key === 'user-agent') {
      if (!collecting) agents = []
      collecting = true
      // The product's name; a version behind it says nothing.
      agents.push(value.toLowerCase().replace(/[^a-z_*-].*$/, ''))
      continue
    }
    if (key !== 'allow' && key !== 'disallow' && key !== 'crawl-delay') continue
    collecting = false
    for (const agent of agents) {
      const group = groups.get(agent) ?? { rules: [], delay: null }
      groups.set(agent, group)
      if (key === 'crawl-delay') {
        const seconds = Number(value)
        if (value !== '' && seconds >= 0) group.delay = seconds
      } else if (value !== '' && group.rules.length < MAX_RULES) {
        group.rules.push({ allow: key === 'allow', pattern: normalise(value) })
      }
    }
  }
  const ours = groups.get(ROBOT_NAME) ?? groups.get('*')
  const rules = (ours?.rules ?? []).toSorted(
    (a, b) => b.pattern.length - a.pattern.length || Number(b.allow) - Number(a.allow),
  )
  return {
    crawlDelay: ours?.delay ?? null,
    allows: (path) => rules.find((rule) => matches(rule.pattern, normalise(path)))?.allow ?? true,
  }
}

/** One spelling of percent-encoding, so that rule and path can be compared. */
function normalise(path: string): string {
  return path
    .replace(/[^\x21-\x7e]/gu, (character) => {
      try {
        return encodeURIComponent(character)
      } catch {
        return character
      }
    })
    .replace(/%[0-9a-f]{2}/gi, (code) => {
      const character = String.fromCharCode(parseInt(code.slice(1), 16))
      return /[A-Za-z0-9._~-]/.test(character) ? character : code.toUpperCase()
    })
}

/** `*` stands for anything, a `$` at the end for the end. Linear, whatever the pattern. */
function matches(pattern: string, path: string): boolean {
  const anchored = pattern.endsWith('$')
  const parts = (anchored ? pattern.slice(0, -1) : pattern).split('*')
  const first = parts[0] as string
  if (!path.startsWith(first)) return false
  let at = first.length
  for (let i = 1; i < parts.length; i++) {
    const part = parts[i] as string
    if (anchored && i === parts.length - 1) {
      return path.length - part.length >= at && path.endsWith(part)
    }
    const found = path.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return !anchored || at === path.length
}
