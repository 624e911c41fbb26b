/** Unit rows by place, in memory or where they lie. */
export interface UnitRows {
  size: number
  dim: number
  /** Valid until the next call. */
  row(place: number): Float32Array
}

export function rowsInMemory(vectors: Float32Array, dim: number): UnitRows {
  return {
    size: vectors.length / dim,
    dim,
    row: (place) => vectors.subarray(place * dim, (place + 1) * dim),
  }
}

/**
 * Keeps the rows that were asked for last, each in the one slot that its place has.
 * @param bytes at most
 */
export function cachedRows(rows: UnitRows, bytes: number): UnitRows {
  const { size, dim } = rows
  const slots = Math.max(1, Math.min(size, Math.floor(bytes / (4 * dim))))
  const cache = new Float32Array(slots * dim)
  const placeIn = new Int32Array(slots).fill(-1)
  return {
    size,
    dim,
    row(place) {
      const slot = place % slots
      const own = cache.subarray(slot * dim, (slot + 1) * dim)
      if (placeIn[slot] !== place) {
        own.set(rows.row(place))
        placeIn[slot] = place
      }
      return own
    },
  }
}

/** Rows as codes of a byte, by which cosines are known to a bound. */
export interface RowCodes {
  /** At most the cosine of two rows. */
  most(one: number, other: number): number
}

/**
 * Codes x̂ = step · byte. With e = |x - x̂| of each row, |x·y - x̂·ŷ| ≤ |x - x̂|·|y| + |x̂|·|y - ŷ|
 * ≤ e_x + (1 + e_x)·e_y for unit rows (Cauchy and Schwarz), and a little for the sums in float32.
 */
export function codesOf(rows: UnitRows): RowCodes {
  const { size, dim } = rows
  const codes = new Int8Array(size * dim)
  const steps = new Float32Array(size)
  const errors = new Float32Array(size)
  for (let place = 0; place < size; place++) {
    const row = rows.row(place)
    let largest = 0
    for (let i = 0; i < dim; i++) largest = Math.max(largest, Math.abs(row[i] as number))
    const step = Math.fround(largest / 127)
    steps[place] = step
    let error = 0
    for (let i = 0, at = place * dim; i < dim; i++, at++) {
      const code = step === 0 ? 0 : Math.round((row[i] as number) / step)
      codes[at] = code
      error += ((row[i] as number) - (codes[at] as number) * step) ** 2
    }
    errors[place] = Math.sqrt(error) + ROUNDING
  }
  return {
    most(one, other) {
      let [s, t, u, v] = [0, 0, 0, 0]
      let [a, b] = [one * dim, other * dim]
      const end = a + dim
      for (; a + 3 < end; a += 4, b += 4) {
        s = (s + Math.imul(codes[a] as number, codes[b] as number)) | 0
        t = (t + Math.imul(codes[a + 1] as number, codes[b + 1] as number)) | 0
        u = (u + Math.imul(codes[a + 2] as number, codes[b + 2] as number)) | 0
        v = (v + Math.imul(codes[a + 3] as number, codes[b + 3] as number)) | 0
      }
      for (; a < end; a++, b++) s = (s + Math.imul(codes[a] as number, codes[b] as number)) | 0
      const [e, f] = [errors[one] as number, errors[other] as number]
      return (s + t + u + v) * (steps[one] as number) * (steps[other] as number) + e + (1 + e) * f
    },
  }
}

/** More than float32 loses of a unit row. */
const ROUNDING = 1e-5
