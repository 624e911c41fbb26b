/**
 * A set of whole numbers as sorted, disjoint, inclusive ranges, so that "all of a million" is one
 * entry. Every function returns a new value.
 */
export type Range = readonly [first: number, last: number]
export type Ranges = readonly Range[]

export const NONE: Ranges = []

export function size(ranges: Ranges): number {
  let n = 0
  for (const [first, last] of ranges) n += last - first + 1
  return n
}

export function has(ranges: Ranges, index: number): boolean {
  let low = 0
  let high = ranges.length - 1
  while (low <= high) {
    const mid = (low + high) >> 1
    const [first, last] = ranges[mid] as Range
    if (index < first) high = mid - 1
    else if (index > last) low = mid + 1
    else return true
  }
  return false
}

export function add(ranges: Ranges, from: number, to: number): Ranges {
  let first = Math.min(from, to)
  let last = Math.max(from, to)
  const out: Range[] = []
  let placed = false
  for (const range of ranges) {
    if (range[1] < first - 1) out.push(range)
    else if (range[0] > last + 1) {
      if (!placed) {
        out.push([first, last])
        placed = true
      }
      out.push(range)
    } else {
      first = Math.min(first, range[0])
      last = Math.max(last, range[1])
    }
  }
  if (!placed) out.push([first, last])
  return out
}

export function remove(ranges: Ranges, from: number, to: number): Ranges {
  const first = Math.min(from, to)
  const last = Math.max(from, to)
  const out: Range[] = []
  for (const [a, b] of ranges) {
    if (b < first || a > last) out.push([a, b])
    else {
      if (a < first) out.push([a, first - 1])
      if (b > last) out.push([last + 1, b])
    }
  }
  return out
}

export function toggle(ranges: Ranges, index: number): Ranges {
  return has(ranges, index) ? remove(ranges, index, index) : add(ranges, index, index)
}

export function union(a: Ranges, b: Ranges): Ranges {
  let out = a
  for (const [first, last] of b) out = add(out, first, last)
  return out
}
