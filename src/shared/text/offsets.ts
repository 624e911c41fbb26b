import { clamp } from '../clamp.ts'
/**
 * Offsets into text: Unicode code points (what is stored) and UTF-16 units (what JavaScript strings
 * count). A lone surrogate counts as one code point, as `for...of` and Python's `surrogatepass` do.
 */

/** Converts offsets of one text in both directions. Made once, then O(log astral characters). */
export interface OffsetMap {
  /** Lengths of the text. */
  readonly codePoints: number
  readonly units: number
  /** The UTF-16 offset of a code point offset. Outside the text: clamped. */
  toUnits(codePoint: number): number
  /** The code point offset of a UTF-16 offset; inside a surrogate pair: that of the pair's start. */
  toCodePoints(unit: number): number
}

const HIGH = 0xd800
const LOW = 0xdc00

function isPair(text: string, unit: number): boolean {
  const high = text.charCodeAt(unit)
  if (high < HIGH || high >= LOW) return false
  const low = text.charCodeAt(unit + 1)
  return low >= LOW && low < 0xe000
}

/** UTF-16 offsets at which surrogate pairs begin, rising. */
function pairStarts(text: string): Int32Array {
  // Most texts have none, and a regular expression says so fastest.
  if (!/[\ud800-\udbff][\udc00-\udfff]/.test(text)) return new Int32Array(0)
  const starts: number[] = []
  for (let unit = 0; unit < text.length - 1; unit++) {
    if (isPair(text, unit)) starts.push(unit++)
  }
  return Int32Array.from(starts)
}

/** How many of the rising `values`, each less `minus * its place`, are smaller than `limit`. */
function countBelow(values: Int32Array, limit: number, minus: 0 | 1): number {
  let low = 0
  let high = values.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((values[middle] as number) - minus * middle < limit) low = middle + 1
    else high = middle
  }
  return low
}

/** The offsets of a text. Linear once; nothing but the places of astral characters is kept. */
export function offsetMap(text: string): OffsetMap {
  const pairs = pairStarts(text)
  const units = text.length
  const codePoints = units - pairs.length
  if (pairs.length === 0) {
    const same = (offset: number): number => clamp(offset, 0, units)
    return { codePoints, units, toUnits: same, toCodePoints: same }
  }
  return {
    codePoints,
    units,
    toUnits: (codePoint) => {
      const at = clamp(codePoint, 0, codePoints)
      return at + countBelow(pairs, at, 1)
    },
    toCodePoints: (unit) => {
      const at = clamp(unit, 0, units)
      // A pair that begins before `at` shortens it by one, also when `at` is inside of it.
      return at - countBelow(pairs, at, 0)
    },
  }
}

/** Number of code points. */
export function codePointLength(text: string): number {
  let pairs = 0
  for (let unit = 0; unit < text.length - 1; unit++) {
    if (isPair(text, unit)) {
      pairs++
      unit++
    }
  }
  return text.length - pairs
}

/** `text` from code point `start` to code point `end`, without making a map. */
export function sliceCodePoints(text: string, start: number, end: number): string {
  let from = -1
  let codePoint = 0
  for (let unit = 0; unit < text.length; unit++, codePoint++) {
    if (codePoint === start) from = unit
    if (codePoint === end) return from < 0 ? '' : text.slice(from, unit)
    if (isPair(text, unit)) unit++
  }
  return from < 0 ? '' : text.slice(from)
}
