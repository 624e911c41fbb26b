/** Numbers 0, 1, 2, ... for keys of 32 bytes that are digests, so that their bytes spread by themselves. */
export interface KeyTable {
  readonly size: number
  readonly bytes: number
  /** The number of a key, or -1. */
  find(key: Uint8Array): number
  /** The number of a key, the next one where it is new. */
  add(key: Uint8Array): number
  /** A view. */
  key(number: number): Uint8Array
}

export const KEY_BYTES = 32

/** Open addressing: half a gigabyte of objects less than a Map of a million strings. */
export function createKeyTable(): KeyTable {
  let keys = new Uint8Array(1024 * KEY_BYTES)
  /** Numbers plus 1; 0 is free. As many as a power of two, at most half of them taken. */
  let slots = new Uint32Array(4096)
  let size = 0

  const begin = (key: Uint8Array): number =>
    ((key[0] as number) |
      ((key[1] as number) << 8) |
      ((key[2] as number) << 16) |
      ((key[3] as number) << 24)) &
    (slots.length - 1)

  function isAt(number: number, key: Uint8Array): boolean {
    const from = number * KEY_BYTES
    for (let i = 0; i < KEY_BYTES; i++) if (keys[from + i] !== key[i]) return false
    return true
  }

  /** The slot that holds the key, or the free one where it belongs. */
  function slotOf(key: Uint8Array): number {
    for (let slot = begin(key); ; slot = (slot + 1) & (slots.length - 1)) {
      const taken = slots[slot] as number
      if (taken === 0 || isAt(taken - 1, key)) return slot
    }
  }

  function grow(): void {
    const more = new Uint8Array(keys.length * 2)
    more.set(keys)
    keys = more
    slots = new Uint32Array(slots.length * 2)
    for (let number = 0; number < size; number++) {
      slots[slotOf(keys.subarray(number * KEY_BYTES, (number + 1) * KEY_BYTES))] = number + 1
    }
  }

  return {
    get size() {
      return size
    },
    get bytes() {
      return keys.length + slots.byteLength
    },
    find: (key) => (slots[slotOf(key)] as number) - 1,
    add(key) {
      const found = (slots[slotOf(key)] as number) - 1
      if (found >= 0) return found
      if (size * KEY_BYTES === keys.length) grow()
      keys.set(key, size * KEY_BYTES)
      slots[slotOf(key)] = size + 1
      return size++
    },
    key: (number) => keys.subarray(number * KEY_BYTES, (number + 1) * KEY_BYTES),
  }
}
