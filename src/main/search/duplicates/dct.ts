/** Side of the grey picture that is transformed. */
export const GRID = 32
/** Frequencies that are kept of each direction. */
export const KEPT = 16

/** `BASIS[u * GRID + x]` = 2 cos(pi u (2x + 1) / (2 GRID)): DCT-II without scaling, as in scipy. */
const BASIS = Float64Array.from({ length: KEPT * GRID }, (_, i) => {
  const u = Math.floor(i / GRID)
  return 2 * Math.cos((Math.PI * u * (2 * (i % GRID) + 1)) / (2 * GRID))
})
const half = new Float64Array(KEPT * GRID)

/**
 * The lowest frequencies of the two-dimensional DCT-II of a picture, neither scaled nor normalised
 * (`scipy.fftpack.dct(dct(x, axis=0), axis=1)[:16, :16]`).
 * @param grey GRID x GRID, rows from the top
 * @param out KEPT x KEPT: vertical frequency by rows, horizontal by columns
 */
export function lowFrequencies(grey: Float32Array, out: Float64Array): void {
  for (let v = 0; v < KEPT; v++) {
    for (let x = 0; x < GRID; x++) {
      let sum = 0
      for (let y = 0; y < GRID; y++) {
        sum += (BASIS[v * GRID + y] as number) * (grey[y * GRID + x] as number)
      }
      half[v * GRID + x] = sum
    }
  }
  for (let v = 0; v < KEPT; v++) {
    for (let u = 0; u < KEPT; u++) {
      let sum = 0
      for (let x = 0; x < GRID; x++) {
        sum += (BASIS[u * GRID + x] as number) * (half[v * GRID + x] as number)
      }
      out[v * KEPT + u] = sum
    }
  }
}

/** The same of the picture mirrored left to right: odd horizontal frequencies change their sign. */
export function mirrorFrequencies(from: Float64Array, out: Float64Array): void {
  for (let i = 0; i < KEPT * KEPT; i++)
    out[i] = (i & 1) === 1 ? -(from[i] as number) : (from[i] as number)
}

const sorted = new Float64Array(KEPT * KEPT)

/**
 * One bit for each of the `side` x `side` lowest frequencies: 1 where it is above their median
 * (pHash; Zauner 2010, and `imagehash.phash`). Bit `i` lies in word `i >>> 5`.
 */
export function medianBits(frequencies: Float64Array, side: number, out: Uint32Array): void {
  const n = side * side
  const some = sorted.subarray(0, n)
  for (let v = 0; v < side; v++) {
    for (let u = 0; u < side; u++) some[v * side + u] = frequencies[v * KEPT + u] as number
  }
  const values = some.slice()
  some.sort()
  const median = ((some[(n >>> 1) - 1] as number) + (some[n >>> 1] as number)) / 2
  out.fill(0)
  for (let i = 0; i < n; i++) {
    if ((values[i] as number) > median)
      out[i >>> 5] = ((out[i >>> 5] as number) | (1 << (i & 31))) >>> 0
  }
}
