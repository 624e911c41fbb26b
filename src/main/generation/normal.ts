/**
 * Standard normal numbers of a seed, in any part of the program and in any order: a stream is named by
 * the seed and a number. The same on every machine; not those of any other program.
 *
 * - The state of xoshiro256** (Blackman and Vigna 2018) is four outputs of SplitMix64, begun at
 *   `seed + 0x9e3779b97f4a7c15 * (stream + 1)`, modulo 2^64.
 * - Two outputs a, b give two numbers (Box and Muller 1958): with `u = (a >> 11 + 1) / 2^53` and
 *   `v = (b >> 11) / 2^53`, `sqrt(-2 ln u) cos(2 pi v)` and then `... sin(2 pi v)`, in float64, rounded
 *   to float32.
 */
export function normals(seed: bigint, stream: number, count: number): Float32Array {
  const next = xoshiro(seed, stream)
  const out = new Float32Array(count)
  for (let i = 0; i < count; i += 2) {
    const u = (Number(next() >> 11n) + 1) / 2 ** 53
    const v = Number(next() >> 11n) / 2 ** 53
    const length = Math.sqrt(-2 * Math.log(u))
    out[i] = length * Math.cos(2 * Math.PI * v)
    if (i + 1 < count) out[i + 1] = length * Math.sin(2 * Math.PI * v)
  }
  return out
}

/** Seeds are whole numbers below this. */
export const SEEDS = 1n << 64n
const MASK = SEEDS - 1n
const GOLDEN = 0x9e3779b97f4a7c15n

function splitMix(start: bigint): () => bigint {
  let state = start & MASK
  return () => {
    state = (state + GOLDEN) & MASK
    let z = state
    z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK
    z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & MASK
    return z ^ (z >> 31n)
  }
}

function xoshiro(seed: bigint, stream: number): () => bigint {
  const mix = splitMix(seed + GOLDEN * BigInt(stream + 1))
  const s = [mix(), mix(), mix(), mix()] as [bigint, bigint, bigint, bigint]
  const rotated = (x: bigint, by: bigint): bigint => ((x << by) | (x >> (64n - by))) & MASK
  return () => {
    const result = (rotated((s[1] * 5n) & MASK, 7n) * 9n) & MASK
    const t = (s[1] << 17n) & MASK
    s[2] ^= s[0]
    s[3] ^= s[1]
    s[1] ^= s[2]
    s[0] ^= s[3]
    s[2] ^= t
    s[3] = rotated(s[3], 45n)
    return result
  }
}
