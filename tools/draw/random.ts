/** A seeded stream of numbers, so that every drawing can be made again. */
export interface Random {
  /** In [0, 1). */
  next(): number
  /** Whole number in [0, n). */
  below(n: number): number
  /** Whole number in [low, high]. */
  between(low: number, high: number): number
  /** Real number in [low, high). */
  range(low: number, high: number): number
  chance(p: number): boolean
  pick<T>(from: readonly T[]): T
  shuffle<T>(from: readonly T[]): T[]
}

/** 32-bit FNV-1a of a text, to seed a stream by name. */
export function hash(text: string): number {
  let h = 0x811c9dc5
  for (let i = 0; i < text.length; i++) {
    h ^= text.charCodeAt(i)
    h = Math.imul(h, 0x01000193)
  }
  return h >>> 0
}

/** Mulberry32 (Tommy Ettinger, public domain). Same seed, same stream, on every machine. */
export function random(seed: number | string): Random {
  let state = typeof seed === 'string' ? hash(seed) : seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
  const below = (n: number): number => Math.floor(next() * n)
  const pick = <T>(from: readonly T[]): T => {
    const chosen = from[below(from.length)]
    if (chosen === undefined) throw new RangeError('nothing to pick from')
    return chosen
  }
  return {
    next,
    below,
    between: (low, high) => low + below(high - low + 1),
    range: (low, high) => low + next() * (high - low),
    chance: (p) => next() < p,
    pick,
    shuffle: <T>(from: readonly T[]): T[] => {
      const out = [...from]
      for (let i = out.length - 1; i > 0; i--) {
        const j = below(i + 1)
        const a = out[i] as T
        out[i] = out[j] as T
        out[j] = a
      }
      return out
    },
  }
}
