/** Reproducible numbers: the same seed gives the same draw on every machine. */
export interface Random {
  /** In [0, 1), 32 bits. */
  next(): number
  /** A whole number in 0..n-1. */
  below(n: number): number
  /** Standard normal (Box and Muller 1958). */
  normal(): number
  /** In place (Fisher and Yates). */
  shuffle(values: Int32Array): void
}

/** Mulberry32 (Tommy Ettinger, public domain). */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (n: number): number => Math.floor(next() * n)
  return {
    next,
    below,
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    shuffle(values) {
      for (let last = values.length - 1; last > 0; last--) {
        const other = below(last + 1)
        const kept = values[last] as number
        values[last] = values[other] as number
        values[other] = kept
      }
    },
  }
}
