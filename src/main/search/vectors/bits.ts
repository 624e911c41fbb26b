/** A set of rows: bit `row & 31` of word `row >>> 5`. */
export type Bits = Uint32Array<ArrayBuffer>

export function createBits(rows: number): Bits {
  return new Uint32Array(Math.ceil(rows / 32))
}

export function setBit(bits: Bits, row: number): void {
  const word = row >>> 5
  bits[word] = (bits[word] as number) | (1 << (row & 31))
}

/** Rows beyond the end are not in the set. */
export function hasBit(bits: Bits, row: number): boolean {
  return (((bits[row >>> 5] ?? 0) >>> (row & 31)) & 1) === 1
}

export function countBits(bits: Bits): number {
  let n = 0
  for (let word of bits) {
    word -= (word >>> 1) & 0x55555555
    word = (word & 0x33333333) + ((word >>> 2) & 0x33333333)
    n += Math.imul((word + (word >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
  }
  return n
}
