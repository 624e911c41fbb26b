import type { Vector } from '../run/encoder.ts'

/** Bytes of vectors that one cache holds; the rest is worked out again. */
const MOST_BYTES = 96 << 20
/** Of an entry beside its numbers: key, map and array. */
const OVERHEAD = 300

/** Vectors by key, those that were asked for last; bounded, however long a table is. */
export interface VectorCache {
  get(key: string): Vector | undefined
  put(key: string, vector: Vector): void
  readonly size: number
}

/**
 * Two generations: what is asked for is in the younger one, and when that holds half of all, the older
 * one goes. A single map in the order of use would be written anew with each look-up, which leaves
 * hundreds of megabytes behind in a long table.
 * @param dim numbers of a vector, float32
 */
export function createVectorCache(dim: number, mostBytes = MOST_BYTES): VectorCache {
  const half = Math.max(1, Math.floor(mostBytes / (dim * 4 + OVERHEAD) / 2))
  let young = new Map<string, Vector>()
  let old = new Map<string, Vector>()

  function put(key: string, vector: Vector): void {
    if (young.size >= half && !young.has(key)) {
      old = young
      young = new Map()
    }
    young.set(key, vector)
    old.delete(key)
  }

  return {
    get(key) {
      const held = young.get(key)
      if (held !== undefined) return held
      const vector = old.get(key)
      if (vector !== undefined) put(key, vector)
      return vector
    },
    put,
    get size() {
      return young.size + old.size
    },
  }
}
