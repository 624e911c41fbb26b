/**
 * A times the transpose of B: out[i * bRows + j] = a[i] . b[j], summed in float64. Four rows against
 * four at a time, as each number is then read once for four products.
 *
 * @param a row by row, `dim` numbers each; likewise `b`
 * @param out at least aRows x bRows numbers; those of the product are overwritten
 * @param isSymmetric that the product is known to be: half of it is then a copy of the other
 */
export function dots(
  a: Float64Array,
  aRows: number,
  b: Float64Array,
  bRows: number,
  dim: number,
  out: Float64Array,
  isSymmetric = false,
): void {
  for (let i = 0; i < aRows; i += ROWS) {
    const end = isSymmetric ? Math.min(bRows, i + ROWS) : bRows
    for (let j = 0; j < end; j += ROWS) tile(a, aRows, b, bRows, dim, out, i, j)
  }
  if (!isSymmetric) return
  for (let i = 0; i < aRows; i++) {
    for (let j = 0; j < i; j++) out[j * bRows + i] = out[i * bRows + j] as number
  }
}

/** Rows of B that stay in a core's cache while those of A pass by. */
const ROWS = 48

function tile(
  a: Float64Array,
  aRows: number,
  b: Float64Array,
  bRows: number,
  dim: number,
  out: Float64Array,
  fromA: number,
  fromB: number,
): void {
  const toA = Math.min(aRows, fromA + ROWS)
  const toB = Math.min(bRows, fromB + ROWS)
  let i = fromA
  for (; i + 4 <= toA; i += 4) {
    let j = fromB
    for (; j + 4 <= toB; j += 4) fourByFour(a, i * dim, b, j * dim, dim, out, i * bRows + j, bRows)
    for (; j < toB; j++) {
      for (let k = i; k < i + 4; k++) out[k * bRows + j] = dot(a, k * dim, b, j * dim, dim)
    }
  }
  for (; i < toA; i++) {
    for (let j = fromB; j < toB; j++) out[i * bRows + j] = dot(a, i * dim, b, j * dim, dim)
  }
}

/** a[at .. at + dim] . b[bt .. bt + dim], in float64. */
export function dot(
  a: Float64Array | Float32Array,
  at: number,
  b: Float64Array | Float32Array,
  bt: number,
  dim: number,
): number {
  let sum = 0
  for (let k = 0; k < dim; k++) sum += (a[at + k] as number) * (b[bt + k] as number)
  return sum
}

function fourByFour(
  a: Float64Array,
  at: number,
  b: Float64Array,
  bt: number,
  dim: number,
  out: Float64Array,
  to: number,
  stride: number,
): void {
  let s00 = 0
  let s01 = 0
  let s02 = 0
  let s03 = 0
  let s10 = 0
  let s11 = 0
  let s12 = 0
  let s13 = 0
  let s20 = 0
  let s21 = 0
  let s22 = 0
  let s23 = 0
  let s30 = 0
  let s31 = 0
  let s32 = 0
  let s33 = 0
  const [a1, a2, a3] = [at + dim, at + 2 * dim, at + 3 * dim]
  const [b1, b2, b3] = [bt + dim, bt + 2 * dim, bt + 3 * dim]
  for (let k = 0; k < dim; k++) {
    const x0 = a[at + k] as number
    const x1 = a[a1 + k] as number
    const x2 = a[a2 + k] as number
    const x3 = a[a3 + k] as number
    const y0 = b[bt + k] as number
    const y1 = b[b1 + k] as number
    const y2 = b[b2 + k] as number
    const y3 = b[b3 + k] as number
    s00 += x0 * y0
    s01 += x0 * y1
    s02 += x0 * y2
    s03 += x0 * y3
    s10 += x1 * y0
    s11 += x1 * y1
    s12 += x1 * y2
    s13 += x1 * y3
    s20 += x2 * y0
    s21 += x2 * y1
    s22 += x2 * y2
    s23 += x2 * y3
    s30 += x3 * y0
    s31 += x3 * y1
    s32 += x3 * y2
    s33 += x3 * y3
  }
  out[to] = s00
  out[to + 1] = s01
  out[to + 2] = s02
  out[to + 3] = s03
  out[to + stride] = s10
  out[to + stride + 1] = s11
  out[to + stride + 2] = s12
  out[to + stride + 3] = s13
  out[to + 2 * stride] = s20
  out[to + 2 * stride + 1] = s21
  out[to + 2 * stride + 2] = s22
  out[to + 2 * stride + 3] = s23
  out[to + 3 * stride] = s30
  out[to + 3 * stride + 1] = s31
  out[to + 3 * stride + 2] = s32
  out[to + 3 * stride + 3] = s33
}
