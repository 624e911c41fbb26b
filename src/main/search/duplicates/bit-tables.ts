import { popcount } from './fingerprint.ts'

const PARTS = 4
const BUCKETS = 1 << 16
/** Entries of one bucket that are looked at; what lies behind is counted, not compared. */
const MOST = 20_000

/** 64-bit hashes by their four parts of 16 bits, to be found within a Hamming distance. */
export interface BitTables {
  add(low: number, high: number, id: number): void
  /**
   * Calls `found` for entries within `limit` bits. With `radius` r every one within 4 r + 3 bits is
   * found, as one of four parts then differs in at most r; with less only those with such a part.
   * One entry may be found several times.
   */
  near(
    hash: { low: number; high: number },
    options: { limit: number; radius: number },
    found: (id: number, distance: number) => void,
  ): void
  /** Comparisons that were left out as their bucket is too full. */
  readonly skipped: number
}

/** Bits to be flipped, those of fewer first. */
function flips(radius: number): Uint16Array {
  const all: number[] = []
  for (let mask = 0; mask < BUCKETS; mask++) if (popcount(mask) <= radius) all.push(mask)
  return Uint16Array.from(all.sort((a, b) => popcount(a) - popcount(b) || a - b))
}
const FLIPS = [0, 1, 2].map(flips)

/**
 * Room for hashes that are known beforehand (multi-index hashing; Norouzi, Punjani and Fleet 2012).
 * Memory: 32 bytes for each of them, used or not.
 * @param hashes two words each
 */
export function createBitTables(hashes: Uint32Array): BitTables {
  const n = hashes.length / 2
  // Of each bucket where it begins and how many it holds, side by side: a probe waits for memory once.
  const buckets = Array.from({ length: PARTS }, () => new Uint32Array(2 * BUCKETS))
  for (const [part, bucket] of buckets.entries()) {
    for (let i = 0; i < n; i++) {
      bucket[2 * partOf(hashes[2 * i] as number, hashes[2 * i + 1] as number, part)]!++
    }
    let start = 0
    for (let b = 0; b < BUCKETS; b++) {
      const count = bucket[2 * b] as number
      bucket[2 * b] = start
      start += count
    }
  }
  // The half of the hash that does not hold the part: most of what does not fit is told by it.
  const others = buckets.map(() => new Uint32Array(n))
  const halves = new Uint32Array(2 * n)
  const ids = buckets.map(() => new Uint32Array(n))
  const names = new Int32Array(n)
  let used = 0
  let skipped = 0

  return {
    get skipped() {
      return skipped
    },
    add(low, high, id) {
      halves[2 * used] = low
      halves[2 * used + 1] = high
      names[used] = id
      for (const [part, bucket] of buckets.entries()) {
        const slot = 2 * partOf(low, high, part)
        const at = (bucket[slot] as number) + bucket[slot + 1]!++
        others[part]![at] = part < 2 ? high : low
        ids[part]![at] = used
      }
      used++
    },
    near({ low, high }, { limit, radius }, found) {
      const masks = FLIPS[radius] as Uint16Array
      for (let part = 0; part < PARTS; part++) {
        const [bucket, other, id] = [buckets[part], others[part], ids[part]]
        if (!bucket || !other || !id) continue
        const own = partOf(low, high, part)
        const half = part < 2 ? high : low
        for (let m = 0; m < masks.length; m++) {
          const slot = 2 * (own ^ (masks[m] as number))
          const count = bucket[slot + 1] as number
          if (count === 0) continue
          const from = bucket[slot] as number
          const to = from + Math.min(count, MOST)
          skipped += Math.max(0, count - MOST)
          for (let at = from; at < to; at++) {
            if (popcount((other[at] as number) ^ half) > limit) continue
            const entry = id[at] as number
            const distance =
              popcount((halves[2 * entry] as number) ^ low) +
              popcount((halves[2 * entry + 1] as number) ^ high)
            if (distance <= limit) found(names[entry] as number, distance)
          }
        }
      }
    },
  }
}

function partOf(low: number, high: number, part: number): number {
  const word = part < 2 ? low : high
  return (part & 1) === 0 ? word & 0xffff : word >>> 16
}
