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

/** @param dim numbers of a vector, float32 */
export function createVectorCache(dim: number, mostBytes = MOST_BYTES): VectorCache {
  const most = Math.max(1, Math.floor(mostBytes / (dim * 4 + OVERHEAD)))
  const kept = new Map<string, Vector>()
  return {
    get(key) {
      const vector = kept.get(key)
      if (vector === undefined) return undefined
      // A map keeps the order of insertion: the first is the one that nobody asked for longest.
      kept.delete(key)
      kept.set(key, vector)
      return vector
    },
    put(key, vector) {
      kept.delete(key)
      kept.set(key, vector)
      if (kept.size <= most) return
      for (const oldest of kept.keys()) {
        kept.delete(oldest)
        break
      }
    },
    get size() {
      return kept.size
    },
  }
}
