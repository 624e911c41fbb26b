/** One picture of a srcset. `width` from a `w` descriptor, `density` from `x` (1 where none is given). */
export interface SrcsetCandidate {
  url: string
  width: number | null
  density: number | null
}

const MAX_CANDIDATES = 256
const NUMBER = /^-?(?:\d+|\d*\.\d+)(?:[eE][+-]?\d+)?$/

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x09 || code === 0x0c || code === 0x0d
}

/**
 * "Parse a srcset attribute" of the HTML standard: commas belong to an address unless they end it.
 * Candidates with descriptors that do not parse are left out, as in browsers.
 */
export function parseSrcset(input: string): SrcsetCandidate[] {
  const candidates: SrcsetCandidate[] = []
  const length = input.length
  let at = 0
  while (candidates.length < MAX_CANDIDATES) {
    while (at < length && (isSpace(input.charCodeAt(at)) || input.charCodeAt(at) === 0x2c)) at++
    if (at >= length) return candidates
    const urlStart = at
    while (at < length && !isSpace(input.charCodeAt(at))) at++
    let url = input.slice(urlStart, at)
    const descriptors: string[] = []
    if (url.endsWith(',')) {
      let end = url.length
      while (end > 0 && url.charCodeAt(end - 1) === 0x2c) end--
      url = url.slice(0, end)
    } else {
      let current = at
      let inParens = false
      let start = -1
      for (; current < length; current++) {
        const code = input.charCodeAt(current)
        if (inParens) {
          if (code === 0x29) inParens = false
        } else if (isSpace(code)) {
          if (start >= 0) descriptors.push(input.slice(start, current))
          start = -1
          continue
        } else if (code === 0x2c) break
        else if (code === 0x28) inParens = true
        if (start < 0) start = current
      }
      if (start >= 0) descriptors.push(input.slice(start, current))
      at = current + 1
    }
    const candidate = withDescriptors(url, descriptors)
    if (candidate) candidates.push(candidate)
  }
  return candidates
}

function withDescriptors(url: string, descriptors: string[]): SrcsetCandidate | null {
  let width: number | null = null
  let density: number | null = null
  let height: number | null = null
  for (const descriptor of descriptors) {
    const value = descriptor.slice(0, -1)
    const number = Number(value)
    switch (descriptor.at(-1)) {
      case 'w':
        if (!/^\d+$/.test(value) || number === 0 || width !== null || density !== null) return null
        width = number
        break
      case 'x':
        if (!NUMBER.test(value) || number < 0) return null
        if (width !== null || density !== null || height !== null) return null
        density = number
        break
      case 'h':
        if (!/^\d+$/.test(value) || number === 0 || height !== null || density !== null) return null
        height = number
        break
      default:
        return null
    }
  }
  if (height !== null && width === null) return null
  if (width === null && density === null) density = 1
  return { url, width, density }
}
