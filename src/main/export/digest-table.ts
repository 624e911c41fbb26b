const WORDS = 4

/**
 * Numbers by SHA-256, in flat arrays: 20 bytes a place, against some 150 of a Map with strings.
 * Tells digests apart by their first 128 bits.
 */
export class DigestTable {
  private keys = new Uint32Array(1024 * WORDS)
  private values = new Int32Array(1024)
  private used = 0

  get size(): number {
    return this.used
  }

  /** The number under a digest (64 hex digits); what `add` gives is put there if it is new. */
  getOrAdd(hex: string, add: () => number): number {
    if (this.used * 2 >= this.values.length) this.grow()
    const key = parse(hex)
    const at = this.find(key)
    const found = this.values[at] as number
    if (found !== 0) return found
    const value = add()
    if (!Number.isInteger(value) || value < 1) throw new RangeError('digest table: not above 0')
    this.put(at, key, value)
    this.used++
    return value
  }

  private find(key: Uint32Array): number {
    const mask = this.values.length - 1
    let at = (key[0] as number) & mask
    while (this.values[at] !== 0) {
      let same = true
      for (let i = 0; i < WORDS; i++) if (this.keys[at * WORDS + i] !== key[i]) same = false
      if (same) return at
      at = (at + 1) & mask
    }
    return at
  }

  private put(at: number, key: Uint32Array, value: number): void {
    this.keys.set(key, at * WORDS)
    this.values[at] = value
  }

  private grow(): void {
    const { keys, values } = this
    this.keys = new Uint32Array(keys.length * 2)
    this.values = new Int32Array(values.length * 2)
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as number
      if (value === 0) continue
      const key = keys.subarray(i * WORDS, (i + 1) * WORDS)
      this.put(this.find(key), key, value)
    }
  }
}

function parse(hex: string): Uint32Array {
  const key = new Uint32Array(WORDS)
  for (let i = 0; i < WORDS; i++) key[i] = Number.parseInt(hex.slice(i * 8, i * 8 + 8), 16)
  return key
}
