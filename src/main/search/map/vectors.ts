/** Rows of float32 numbers, one after the other. */
export interface Rows {
  values: Float32Array
  dim: number
}

export const rowCount = ({ values, dim }: Rows): number => values.length / dim

/** Sum of products of `dim` numbers from two places, in the same order on every machine. */
export function dot(
  a: Float32Array,
  from: number,
  b: Float32Array,
  other: number,
  dim: number,
): number {
  let s0 = 0
  let s1 = 0
  let s2 = 0
  let s3 = 0
  const whole = dim & ~3
  for (let i = 0; i < whole; i += 4) {
    s0 += a[from + i]! * b[other + i]!
    s1 += a[from + i + 1]! * b[other + i + 1]!
    s2 += a[from + i + 2]! * b[other + i + 2]!
    s3 += a[from + i + 3]! * b[other + i + 3]!
  }
  for (let i = whole; i < dim; i++) s0 += a[from + i]! * b[other + i]!
  return s0 + s1 + (s2 + s3)
}

/** Squared lengths of all rows. */
export function squares({ values, dim }: Rows): Float64Array {
  const out = new Float64Array(values.length / dim)
  for (let i = 0; i < out.length; i++) out[i] = dot(values, i * dim, values, i * dim, dim)
  return out
}
