/** The exact vectors behind an index, by row. */
export interface RowFloats {
  /** Rows that come after those that are there, one after the other. */
  add(vectors: Float32Array): void
  /** A vector, valid until the next call. */
  get(row: number): Float32Array
  /** Held in memory. */
  readonly bytes: number
}

/** Floats of one part, 8 MiB. */
const PART = 2 ** 21

/** Held in memory in parts, so that none is copied when more come. */
export function floatsInMemory(dimensions: number): RowFloats {
  const rowsOfPart = Math.max(1, Math.floor(PART / dimensions))
  const parts: Float32Array[] = []
  let size = 0
  let bytes = 0

  /** The last part grows to its full size by doubling: small sets stay small. */
  function roomFor(row: number): Float32Array {
    const i = Math.floor(row / rowsOfPart)
    const needed = ((row % rowsOfPart) + 1) * dimensions
    const there = parts[i]
    if (there && there.length >= needed) return there
    const wider = Math.min(rowsOfPart * dimensions, Math.max(needed, (there?.length ?? 0) * 2))
    const part = new Float32Array(wider)
    if (there) part.set(there)
    bytes += 4 * (wider - (there?.length ?? 0))
    parts[i] = part
    return part
  }

  return {
    add(vectors) {
      for (let at = 0; at < vectors.length; at += dimensions) {
        const part = roomFor(size)
        part.set(vectors.subarray(at, at + dimensions), (size % rowsOfPart) * dimensions)
        size++
      }
    },
    get(row) {
      const part = parts[Math.floor(row / rowsOfPart)] as Float32Array
      const at = (row % rowsOfPart) * dimensions
      return part.subarray(at, at + dimensions)
    },
    get bytes() {
      return bytes
    },
  }
}
