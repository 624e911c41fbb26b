import { colourOf } from './colour.ts'
import { GRID, KEPT, lowFrequencies, medianBits, mirrorFrequencies } from './dct.ts'
import { greySums, meansOf, WHOLE } from './grey.ts'
import type { Part, Rgb } from './grey.ts'

/**
 * What is cut off a picture's sides to find its crops, as shares of width and height: from all
 * sides, from one side, from two that meet. Chosen by measurement, see docs/duplicates.md.
 */
export const WINDOWS: readonly Part[] = [
  { left: 0.0125, top: 0.0125, right: 0.9875, bottom: 0.9875 },
  { left: 0.025, top: 0.025, right: 0.975, bottom: 0.975 },
  { left: 0.05, top: 0.05, right: 0.95, bottom: 0.95 },
  { left: 0.05, top: 0, right: 1, bottom: 1 },
  { left: 0, top: 0, right: 0.95, bottom: 1 },
  { left: 0, top: 0.05, right: 1, bottom: 1 },
  { left: 0, top: 0, right: 1, bottom: 0.95 },
  { left: 0.05, top: 0.05, right: 1, bottom: 1 },
  { left: 0, top: 0.05, right: 0.95, bottom: 1 },
  { left: 0.05, top: 0, right: 1, bottom: 0.95 },
  { left: 0, top: 0, right: 0.95, bottom: 0.95 },
]
/** Hashes of a picture: whole, mirrored, then one of each window. */
export const VIEWS = 2 + WINDOWS.length
export const MIRRORED = 1
/** Words of 32 bits of the hash that is looked up (64 bits), and of the one that confirms (256). */
export const COARSE = 2
export const FINE = 8
/** Pixels of the longer side of what is hashed. */
export const SIDE = 128

/** Standard deviation of grey (0..255) below which a picture has nothing to be told by. */
const FLAT = 5
/** Pixels of the shorter side below which it has not, either: spacers, bullets, icons. */
const SMALLEST = 16

/** What is kept of a picture to find its copies. */
export interface Fingerprint {
  /** VIEWS x COARSE words. */
  coarse: Uint32Array
  /** VIEWS x FINE words. */
  fine: Uint32Array
  /** As `colourOf`: tells a recoloured copy. */
  colour: Uint8Array
}

/** `uniform`: almost one grey; `tiny`: below 16 pixels a side. Such pictures have only exact copies. */
export type NoFingerprint = 'uniform' | 'tiny'

const grey = new Float32Array(GRID * GRID)
const frequencies = new Float64Array(KEPT * KEPT)
const mirrored = new Float64Array(KEPT * KEPT)

/**
 * The fingerprint of a picture that was shrunk to at most `SIDE` pixels a side.
 * @param size of the picture itself, in pixels
 */
export function fingerprint(
  picture: Rgb,
  size: { width: number; height: number },
): Fingerprint | NoFingerprint {
  if (Math.min(size.width, size.height) < SMALLEST) return 'tiny'
  const sums = greySums(picture)
  meansOf(sums, WHOLE, GRID, grey)
  if (deviation(grey) < FLAT) return 'uniform'
  const coarse = new Uint32Array(VIEWS * COARSE)
  const fine = new Uint32Array(VIEWS * FINE)
  const put = (view: number, from: Float64Array): void => {
    medianBits(from, 8, coarse.subarray(view * COARSE, (view + 1) * COARSE))
    medianBits(from, 16, fine.subarray(view * FINE, (view + 1) * FINE))
  }
  lowFrequencies(grey, frequencies)
  put(0, frequencies)
  mirrorFrequencies(frequencies, mirrored)
  put(MIRRORED, mirrored)
  for (const [i, part] of WINDOWS.entries()) {
    meansOf(sums, part, GRID, grey)
    lowFrequencies(grey, frequencies)
    put(2 + i, frequencies)
  }
  return { coarse, fine, colour: colourOf(picture) }
}

function deviation(values: Float32Array): number {
  let [sum, squares] = [0, 0]
  for (const value of values) {
    sum += value
    squares += value * value
  }
  const mean = sum / values.length
  return Math.sqrt(Math.max(0, squares / values.length - mean * mean))
}

/** Bits that are set. */
export function popcount(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555)
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333)
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}

/** Bits that differ between `words` words at two places. */
export function differing(
  a: Uint32Array,
  atA: number,
  b: Uint32Array,
  atB: number,
  words: number,
): number {
  let n = 0
  for (let i = 0; i < words; i++) n += popcount((a[atA + i] as number) ^ (b[atB + i] as number))
  return n
}
