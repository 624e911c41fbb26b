import { COARSE, popcount, VIEWS } from './fingerprint.ts'

const PARTS = 4
const BUCKETS = 1 << 16
/** Entries of one bucket that are looked at; what lies behind is counted, not compared. */
const MOST = 20_000
/** Buckets whose entries a processor holds at hand: look-ups of many go by these in turn. */
const NEIGHBOURS = 256

/** Hashes that are ordered together: their places have 16 bits. */
const AT_ONCE = 1 << 16

/** Which of the hashes of pictures; a name is `picture * VIEWS + view`. */
export interface Views {
  first: number
  count: number
}

/** What two hashes may differ by, as `nearness` says it. */
export interface Nearness {
  /** Bits of 64. */
  limit: number
  /** Of each part the bits to be flipped, those of fewer first. */
  flips: readonly Uint16Array[]
}

type Found = (hash: number, name: number, distance: number) => void

/**
 * 64-bit hashes by their four parts of 16 bits, to be found within a Hamming distance (multi-index
 * hashing; Norouzi, Punjani and Fleet 2012).
 */
export interface BitTables {
  /** Makes room for some pictures, of which none is in it yet. */
  fit(from: number, to: number): void
  /** @param picture for which there is room */
  add(picture: number): void
  /** The same for many, which costs less than each by itself. */
  addMany(pictures: readonly number[]): void
  /** Calls `found` for entries near to a hash, for one perhaps several times. */
  near(hash: number, nearness: Nearness, found: Found): void
  /** The same for many hashes, which costs less than each by itself; at most 65,536. */
  nearMany(hashes: Uint32Array, nearness: Nearness, found: Found): void
  /** Comparisons that were left out as their bucket is too full. */
  readonly skipped: number
}

function flipsWithin(radius: number): Uint16Array {
  const all: number[] = []
  for (let mask = 0; mask < BUCKETS; mask++) if (popcount(mask) <= radius) all.push(mask)
  return Uint16Array.from(all.sort((a, b) => popcount(a) - popcount(b) || a - b))
}
const FLIPS = [0, 1, 2].map(flipsWithin)

/**
 * All hashes within `limit` bits (at most 11) are found, or only those of which one part of four is
 * the same. Where two differ by at most `limit` bits, and radii + 1 sum up to limit + 1, one part lies
 * within its radius: else all together would differ by more (Qin et al. 2018, "GPH: similarity search
 * in Hamming space").
 */
export function nearness(limit: number, find: 'all' | 'same-part'): Nearness {
  const flips = Array.from({ length: PARTS }, (_, part) => {
    const radius = find === 'same-part' ? 0 : Math.floor((limit + PARTS - part) / PARTS) - 1
    return radius < 0 ? new Uint16Array() : (FLIPS[radius] as Uint16Array)
  })
  return { limit, flips }
}

/**
 * @param coarse two words of each name
 * Memory: 32 bytes for each hash that there is room for, used or not.
 */
export function createBitTables(coarse: Uint32Array, views: Views): BitTables {
  // Of each bucket where it begins and how many it holds, side by side: a probe waits for memory once.
  const buckets = Array.from({ length: PARTS }, () => new Uint32Array(2 * BUCKETS))
  // The half of the hash that does not hold the part: most of what does not fit is told by it.
  let others = buckets.map(() => new Uint32Array(0))
  let names = buckets.map(() => new Uint32Array(0))
  let skipped = 0

  const partOf = (name: number, part: number): number => {
    const word = coarse[name * COARSE + (part >> 1)] as number
    return (part & 1) === 0 ? word & 0xffff : word >>> 16
  }
  const otherOf = (name: number, part: number): number =>
    coarse[name * COARSE + 1 - (part >> 1)] as number

  function compare(hash: number, part: number, key: number, limit: number, found: Found): void {
    const bucket = buckets[part] as Uint32Array
    const count = bucket[2 * key + 1] as number
    if (count === 0) return
    const half = otherOf(hash, part)
    const other = others[part] as Uint32Array
    const from = bucket[2 * key] as number
    const to = from + Math.min(count, MOST)
    if (count > MOST) skipped += count - MOST
    for (let at = from; at < to; at++) {
      const differs = popcount((other[at] as number) ^ half)
      if (differs <= limit) check(hash, part, at, differs, limit, found)
    }
  }

  /** The other half of what may be near, which few are. */
  function check(
    hash: number,
    part: number,
    at: number,
    differs: number,
    limit: number,
    found: Found,
  ): void {
    const name = (names[part] as Uint32Array)[at] as number
    const word = part >> 1
    const [a, b] = [coarse[name * COARSE + word], coarse[hash * COARSE + word]]
    const distance = differs + popcount((a as number) ^ (b as number))
    if (distance <= limit) found(hash, name, distance)
  }

  function put(name: number, part: number): void {
    const bucket = buckets[part] as Uint32Array
    const slot = 2 * partOf(name, part)
    const at = (bucket[slot] as number) + (bucket[slot + 1] as number)
    bucket[slot + 1] = (bucket[slot + 1] as number) + 1
    others[part]![at] = otherOf(name, part)
    names[part]![at] = name
  }

  /** Room for what one call orders, kept for the next. */
  let [asked, halves, order] = [new Uint16Array(0), new Uint32Array(0), new Uint32Array(0)]

  /** Each hash (by its place) with each of its keys, those of neighbouring buckets together. */
  function ordered(hashes: Uint32Array, part: number, masks: Uint16Array): Uint32Array {
    const [n, m] = [hashes.length, masks.length]
    if (asked.length < n) [asked, halves] = [new Uint16Array(n), new Uint32Array(n)]
    if (order.length < n * m) order = new Uint32Array(n * m)
    const starts = new Uint32Array(NEIGHBOURS + 1)
    for (let i = 0; i < n; i++) {
      const key = partOf(hashes[i] as number, part)
      asked[i] = key
      halves[i] = otherOf(hashes[i] as number, part)
      for (let j = 0; j < m; j++) starts[((key ^ (masks[j] as number)) >>> 8) + 1]!++
    }
    for (let at = 1; at < starts.length; at++) starts[at]! += starts[at - 1] as number
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < m; j++) {
        const key = (asked[i] as number) ^ (masks[j] as number)
        const at = starts[key >>> 8] as number
        order[at] = (i << 16) | key
        starts[key >>> 8] = at + 1
      }
    }
    return order.subarray(0, n * m)
  }

  return {
    get skipped() {
      return skipped
    },
    fit(from, to) {
      const n = (to - from) * views.count
      for (const [part, bucket] of buckets.entries()) {
        bucket.fill(0)
        for (let picture = from; picture < to; picture++) {
          const first = picture * VIEWS + views.first
          for (let view = 0; view < views.count; view++) bucket[2 * partOf(first + view, part)]!++
        }
        let start = 0
        for (let b = 0; b < BUCKETS; b++) {
          const count = bucket[2 * b] as number
          bucket[2 * b] = start
          start += count
        }
      }
      if ((names[0] as Uint32Array).length >= n) return
      others = buckets.map(() => new Uint32Array(n))
      names = buckets.map(() => new Uint32Array(n))
    },
    add(picture) {
      const first = picture * VIEWS + views.first
      for (let part = 0; part < PARTS; part++) {
        for (let view = 0; view < views.count; view++) put(first + view, part)
      }
    },
    addMany(pictures) {
      // A place of what is ordered has 16 bits.
      for (let at = 0; at < pictures.length; at += AT_ONCE) {
        const some = pictures.slice(at, at + AT_ONCE)
        for (let view = 0; view < views.count; view++) {
          const hashes = Uint32Array.from(some)
          for (let i = 0; i < some.length; i++) {
            hashes[i] = (some[i] as number) * VIEWS + views.first + view
          }
          for (let part = 0; part < PARTS; part++) {
            for (const packed of ordered(hashes, part, FLIPS[0] as Uint16Array)) {
              put(hashes[packed >>> 16] as number, part)
            }
          }
        }
      }
    },
    near(hash, { limit, flips }, found) {
      for (let part = 0; part < PARTS; part++) {
        const masks = flips[part] as Uint16Array
        const own = partOf(hash, part)
        for (let m = 0; m < masks.length; m++) {
          compare(hash, part, own ^ (masks[m] as number), limit, found)
        }
      }
    },
    nearMany(hashes, { limit, flips }, found) {
      for (let part = 0; part < PARTS; part++) {
        const list = ordered(hashes, part, flips[part] as Uint16Array)
        const [bucket, other] = [buckets[part] as Uint32Array, others[part] as Uint32Array]
        for (let probe = 0; probe < list.length; probe++) {
          const packed = list[probe] as number
          const slot = 2 * (packed & 0xffff)
          const count = bucket[slot + 1] as number
          if (count === 0) continue
          const half = halves[packed >>> 16] as number
          const from = bucket[slot] as number
          const to = from + Math.min(count, MOST)
          if (count > MOST) skipped += count - MOST
          for (let at = from; at < to; at++) {
            const differs = popcount((other[at] as number) ^ half)
            if (differs > limit) continue
            check(hashes[packed >>> 16] as number, part, at, differs, limit, found)
          }
        }
      }
    },
  }
}
