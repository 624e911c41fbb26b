const MASK = (1n << 64n) - 1n
const C1 = 0x87c37b91114253d5n
const C2 = 0x4cf5ad432745937fn

const rotl = (x: bigint, r: bigint): bigint => ((x << r) | (x >> (64n - r))) & MASK

function fmix(k: bigint): bigint {
  k ^= k >> 33n
  k = (k * 0xff51afd7ed558ccdn) & MASK
  k ^= k >> 33n
  k = (k * 0xc4ceb9fe1a85ec53n) & MASK
  return k ^ (k >> 33n)
}

/** The last 1 to 8 bytes as a little-endian number. */
function partial(bytes: Uint8Array, from: number, to: number): bigint {
  let value = 0n
  for (let i = Math.min(to, bytes.length) - 1; i >= from; i--) {
    value = (value << 8n) | BigInt(bytes[i] as number)
  }
  return value
}

/**
 * First half of MurmurHash3_x64_128, seed 0, as a signed 64-bit integer (Austin Appleby, public
 * domain; the same as `mmh3.hash64(bytes)[0]`).
 */
export function murmur3(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let h1 = 0n
  let h2 = 0n
  const blocks = bytes.length - (bytes.length % 16)
  const mix1 = (k: bigint) => (rotl((k * C1) & MASK, 31n) * C2) & MASK
  const mix2 = (k: bigint) => (rotl((k * C2) & MASK, 33n) * C1) & MASK
  for (let at = 0; at < blocks; at += 16) {
    h1 ^= mix1(view.getBigUint64(at, true))
    h1 = ((rotl(h1, 27n) + h2) * 5n + 0x52dce729n) & MASK
    h2 ^= mix2(view.getBigUint64(at + 8, true))
    h2 = ((rotl(h2, 31n) + h1) * 5n + 0x38495ab5n) & MASK
  }
  if (bytes.length > blocks + 8) h2 ^= mix2(partial(bytes, blocks + 8, blocks + 16))
  if (bytes.length > blocks) h1 ^= mix1(partial(bytes, blocks, blocks + 8))
  const length = BigInt(bytes.length)
  h1 ^= length
  h2 ^= length
  h1 = (h1 + h2) & MASK
  h2 = (h2 + h1) & MASK
  return BigInt.asIntN(64, fmix(h1) + fmix(h2))
}

/**
 * LAION's `hash` column: of the address and the caption, one after the other, in UTF-8
 * (`compute_hash` in LAION-AI's safety and aesthetic scripts). Tables of the two join on it.
 */
export function laionHash(url: string, text: string): bigint {
  return murmur3(new TextEncoder().encode(url + text))
}
