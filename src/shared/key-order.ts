/** Bytes of a key. */
const KEY = 32

/** Different keys in order. @param list many keys of 32 bytes, in any order */
export function sortedKeys(list: Uint8Array): Uint8Array {
  const n = list.length / KEY
  const view = new DataView(list.buffer, list.byteOffset, list.byteLength)
  const heads = headsOf(list)
  const compare = (a: number, b: number): number => {
    if (heads[a] !== heads[b]) return heads[a]! - heads[b]!
    for (let i = 4; i < KEY; i += 4) {
      const difference = view.getUint32(a * KEY + i) - view.getUint32(b * KEY + i)
      if (difference !== 0) return difference
    }
    return 0
  }
  const order = Uint32Array.from({ length: n }, (_, i) => i).sort(compare)
  const out = new Uint8Array(list.length)
  let kept = 0
  for (let i = 0; i < n; i++) {
    const at = order[i]!
    if (i > 0 && compare(order[i - 1]!, at) === 0) continue
    out.set(list.subarray(at * KEY, (at + 1) * KEY), KEY * kept++)
  }
  return out.slice(0, KEY * kept)
}

/** The first four bytes of each key as a number. */
function headsOf(keys: Uint8Array): Uint32Array {
  const view = new DataView(keys.buffer, keys.byteOffset, keys.byteLength)
  return Uint32Array.from({ length: keys.length / KEY }, (_, i) => view.getUint32(i * KEY))
}

/** Finds keys in a sorted list by halving it. @returns the place, -1 where it is not in it */
export function keyFinder(keys: Uint8Array): (key: Uint8Array) => number {
  const heads = headsOf(keys)
  return (key) => {
    const head = ((key[0]! << 24) | (key[1]! << 16) | (key[2]! << 8) | key[3]!) >>> 0
    let low = 0
    let high = heads.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (heads[middle]! < head) low = middle + 1
      else high = middle
    }
    for (; low < heads.length && heads[low] === head; low++) {
      let i = 4
      while (i < KEY && keys[low * KEY + i] === key[i]) i++
      if (i === KEY) return low
    }
    return -1
  }
}
