/**
 * Arithmetic over millions of ids and scores that SQLite would do a hundred times slower. Pure.
 */

import { seededRandom } from '#shared/random.ts'

/** Order-preserving: the unsigned integers sort as the floats do. NaN sorts behind all. */
export function floatKeys(values: Float32Array): Uint32Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length)
  const keys = new Uint32Array(values.length)
  for (let i = 0; i < keys.length; i++) {
    const u = bits[i] as number
    keys[i] = (u & 0x80000000) !== 0 ? ~u : u | 0x80000000
  }
  return keys
}

/** Places of the keys in ascending order; equal keys stay in their order. Radix sort, 3 x 11 bits. */
export function argsort(keys: Uint32Array): Uint32Array {
  const n = keys.length
  const counts = new Uint32Array(3 * 2048)
  for (let i = 0; i < n; i++) {
    const key = keys[i] as number
    counts[key & 2047]!++
    counts[2048 + ((key >>> 11) & 2047)]!++
    counts[4096 + (key >>> 22)]!++
  }
  let from = new Uint32Array(n)
  let to = new Uint32Array(n)
  for (let i = 0; i < n; i++) from[i] = i
  for (let pass = 0; pass < 3; pass++) {
    const shift = pass * 11
    const base = pass * 2048
    let sum = 0
    for (let digit = 0; digit < 2048; digit++) {
      const count = counts[base + digit] as number
      counts[base + digit] = sum
      sum += count
    }
    for (let i = 0; i < n; i++) {
      const place = from[i] as number
      const digit = ((keys[place] as number) >>> shift) & 2047
      to[counts[base + digit]!++] = place
    }
    const swap = from
    from = to
    to = swap
  }
  return from
}

/** A set of ids, one bit each. */
export interface IdSet {
  has(id: number): boolean
  readonly size: number
}

export function idSet(ids: Int32Array): IdSet {
  let highest = 0
  for (let i = 0; i < ids.length; i++) if ((ids[i] as number) > highest) highest = ids[i] as number
  const bits = new Uint32Array((highest >>> 5) + 1)
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i] as number
    bits[id >>> 5]! |= 1 << (id & 31)
  }
  return {
    size: ids.length,
    has: (id) => id <= highest && ((bits[id >>> 5] as number) & (1 << (id & 31))) !== 0,
  }
}

/** Those of `kept` in the order of `order` (or backwards), then the rest of them by id. */
export function arrange(kept: Int32Array, order: Int32Array, backwards = false): Int32Array {
  const set = idSet(kept)
  const ids = new Int32Array(kept.length)
  let n = 0
  for (let i = 0; i < order.length; i++) {
    const id = order[backwards ? order.length - 1 - i : i] as number
    if (set.has(id)) ids[n++] = id
  }
  if (n < kept.length) {
    const placed = idSet(ids.subarray(0, n))
    for (let i = 0; i < kept.length; i++) {
      const id = kept[i] as number
      if (!placed.has(id)) ids[n++] = id
    }
  }
  return ids
}

/** Shuffles in place, reproducible by seed. */
export function shuffle(ids: Int32Array, seed: number): void {
  seededRandom(seed).shuffle(ids)
}

/** `n` different whole numbers below `below`, in random order (all of them if there are fewer). */
export function sampleBelow(below: number, n: number, random: () => number): number[] {
  // Floyd's algorithm: no array of the whole range.
  const chosen = new Set<number>()
  const wanted = Math.min(n, below)
  for (let top = below - wanted; top < below; top++) {
    const pick = Math.floor(random() * (top + 1))
    chosen.add(chosen.has(pick) ? top : pick)
  }
  const list = [...chosen]
  for (let i = list.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    const kept = list[i] as number
    list[i] = list[j] as number
    list[j] = kept
  }
  return list
}

/** A growing list of int32. */
export class Int32List {
  private values = new Int32Array(1024)
  private length = 0

  push(value: number): void {
    if (this.length === this.values.length) {
      const larger = new Int32Array(this.length * 2)
      larger.set(this.values)
      this.values = larger
    }
    this.values[this.length++] = value
  }

  /** The values; the list must not be used afterwards. */
  take(): Int32Array {
    return this.values.slice(0, this.length)
  }
}
