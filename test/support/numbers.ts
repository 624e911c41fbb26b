/** The generator of tools/reference/common.py: linear congruential, 32 bits. */
export function numbers(seed: number): { next(): number; below(n: number): number } {
  let state = seed >>> 0
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state >>> 8
  }
  return { next, below: (n) => next() % n }
}
