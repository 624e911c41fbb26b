import type { Rgb } from './grey.ts'

/** Values that stand for a distribution, each for as many pixels. */
const QUANTILES = 16
/** Directions in the plane of Cb and Cr: both axes, and between them. */
const DIRECTIONS = [
  [1, 0],
  [0, 1],
  [Math.SQRT1_2, Math.SQRT1_2],
  [Math.SQRT1_2, -Math.SQRT1_2],
] as const
/** Bytes of what is kept of a picture. */
export const COLOUR_BYTES = QUANTILES * DIRECTIONS.length

const LEVELS = 256

/**
 * The colours of a picture without their brightness and place: along each direction of the plane of
 * Cb and Cr (ITU-R BT.601) the quantiles (i + 0.5) / 16 of its pixels, in steps of one level, 128 for
 * grey. A crop, a mirrored or a smaller copy has nearly the same.
 */
export function colourOf({ data, width, height }: Rgb): Uint8Array {
  const n = width * height
  const counts = DIRECTIONS.map(() => new Uint32Array(LEVELS))
  for (let i = 0; i < n; i++) {
    const [r, g, b] = [data[3 * i], data[3 * i + 1], data[3 * i + 2]] as [number, number, number]
    const cb = -0.168736 * r - 0.331264 * g + 0.5 * b
    const cr = 0.5 * r - 0.418688 * g - 0.081312 * b
    for (const [d, [x, y]] of DIRECTIONS.entries()) {
      const level = Math.max(0, Math.min(LEVELS - 1, Math.round(128 + x * cb + y * cr)))
      counts[d]![level]!++
    }
  }
  const out = new Uint8Array(COLOUR_BYTES)
  for (const [d, count] of counts.entries()) {
    let [level, below] = [0, count[0] as number]
    for (let q = 0; q < QUANTILES; q++) {
      while (below <= ((q + 0.5) / QUANTILES) * n && level < LEVELS - 1) {
        level++
        below += count[level] as number
      }
      out[d * QUANTILES + q] = level
    }
  }
  return out
}

/**
 * By how much two pictures differ in colour, in levels of 256: how far colours must move on average
 * to make one the other (the Wasserstein distance along a direction; the largest of the four: Rabin et
 * al. 2011). What moves within the picture is not seen.
 */
export function colourDistance(a: Uint8Array, b: Uint8Array): number {
  let largest = 0
  for (let from = 0; from < COLOUR_BYTES; from += QUANTILES) {
    let sum = 0
    for (let i = from; i < from + QUANTILES; i++) {
      sum += Math.abs((a[i] as number) - (b[i] as number))
    }
    largest = Math.max(largest, sum / QUANTILES)
  }
  return largest
}
