/**
 * Rows of a long list, read in chunks as they come into view. What is in view is asked first,
 * at most a few questions are under way, what was scrolled past is not asked at all, and the
 * chunks used least recently are let go.
 */
export interface ChunkCache<T> {
  get(index: number): T | undefined
  /** Says which items are in view now (last exclusive). */
  want(first: number, last: number): void
  /** Forgets everything; answers still under way are dropped. */
  clear(): void
  /** The rows may have changed: they stay visible until they are read again. */
  invalidate(): void
  readonly loadedChunks: number
}

export interface ChunkCacheOptions<T> {
  chunk: number
  /** Chunks kept. */
  capacity: number
  parallel: number
  read(offset: number, limit: number): Promise<readonly T[]>
  onLoad(): void
  onError(error: unknown): void
}

export function createChunkCache<T>(options: ChunkCacheOptions<T>): ChunkCache<T> {
  const { chunk, capacity, parallel } = options
  const chunks = new Map<number, readonly T[]>()
  const stale = new Set<number>()
  const pending = new Set<number>()
  let queue: number[] = []
  let generation = 0

  function pump(): void {
    while (pending.size < parallel && queue.length > 0) {
      const number = queue.shift() as number
      if ((chunks.has(number) && !stale.has(number)) || pending.has(number)) continue
      const mine = generation
      pending.add(number)
      options
        .read(number * chunk, chunk)
        .then((rows) => {
          if (mine !== generation) return
          chunks.delete(number)
          chunks.set(number, rows)
          stale.delete(number)
          while (chunks.size > capacity) {
            const oldest = chunks.keys().next().value as number
            chunks.delete(oldest)
            stale.delete(oldest)
          }
          options.onLoad()
        })
        .catch((error: unknown) => {
          if (mine === generation) options.onError(error)
        })
        .finally(() => {
          if (mine !== generation) return
          pending.delete(number)
          pump()
        })
    }
  }

  return {
    get(index) {
      const number = Math.floor(index / chunk)
      return chunks.get(number)?.[index - number * chunk]
    },
    want(first, last) {
      if (last <= first) return
      const from = Math.floor(first / chunk)
      const to = Math.floor((last - 1) / chunk)
      const next: number[] = []
      for (let number = from; number <= to; number++) {
        const rows = chunks.get(number)
        if (rows) {
          // Used now: the last to be let go.
          chunks.delete(number)
          chunks.set(number, rows)
        }
        if (!rows || stale.has(number)) next.push(number)
      }
      queue = next
      pump()
    },
    clear() {
      generation++
      chunks.clear()
      stale.clear()
      pending.clear()
      queue = []
    },
    invalidate() {
      generation++
      for (const number of chunks.keys()) stale.add(number)
      pending.clear()
      queue = []
    },
    get loadedChunks() {
      return chunks.size
    },
  }
}
