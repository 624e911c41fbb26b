import { seededRandom } from '#shared/random.ts'
import { GROUP } from './dot-kernel.ts'

/** Turns unit vectors into the small integers of `dot-kernel.ts`. */
export interface Coder {
  /** Dimensions of what comes out: those that go in, filled up. */
  padded: number
  /** `padded` values: the last vector that was coded, rotated. */
  readonly turned: Float32Array
  /** By what a cosine of codes is off from the exact one at most, as good as always. */
  margin: number
  /** Writes `padded` values 0..127 and gives the size of one step: value = (code - 64) * step. */
  row(vector: Float32Array, into: Uint8Array): number
  /** Writes `padded` values -127..127; value = code * step. `sum` is that of all codes. */
  query(vector: Float32Array, into: Int8Array): { step: number; sum: number }
}

/** What stands for zero in the code of a row. */
export const ZERO_CODE = 64
const ROW_LARGEST = 63
const QUERY_LARGEST = 127
/** So that an index that was built again is the same. */
const SEED = 0x5eed

/**
 * Before they are cut into steps, vectors are turned by a fixed random rotation: signs are flipped
 * by chance, then a Hadamard transform mixes blocks of 2^n dimensions (Ailon and Chazelle 2009, "The
 * fast Johnson-Lindenstrauss transform", the first two factors). Cosines stay, and no single
 * dimension stands out: in CLIP's embeddings one does, by 10 to 20 times, and would take all steps.
 */
export function createCoder(dimensions: number): Coder {
  const padded = Math.ceil(dimensions / GROUP) * GROUP
  const block = padded & -padded
  const random = seededRandom(SEED)
  const scale = 1 / Math.sqrt(block)
  const signs = Float32Array.from({ length: dimensions }, () =>
    random.next() < 0.5 ? scale : -scale,
  )
  const turned = new Float32Array(padded)

  /** Fills `turned` and gives the largest magnitude in it. */
  function turn(vector: Float32Array): number {
    turned.fill(0, dimensions)
    for (let i = 0; i < dimensions; i++) turned[i] = (vector[i] as number) * (signs[i] as number)
    for (let from = 0; from < padded; from += block) hadamard(turned, from, block)
    let largest = 0
    for (let i = 0; i < padded; i++) {
      const size = Math.abs(turned[i] as number)
      if (size > largest) largest = size
    }
    return largest
  }

  return {
    padded,
    turned,
    margin: DEVIATIONS * deviationOf(block),
    row(vector, into) {
      const largest = turn(vector)
      const inverse = largest > 0 ? ROW_LARGEST / largest : 0
      // 0.5 is for rounding: what is cut off is positive.
      for (let i = 0; i < padded; i++) {
        into[i] = (turned[i] as number) * inverse + (ZERO_CODE + 0.5)
      }
      return largest / ROW_LARGEST
    },
    query(vector, into) {
      const largest = turn(vector)
      const inverse = largest > 0 ? QUERY_LARGEST / largest : 0
      let sum = 0
      for (let i = 0; i < padded; i++) {
        const code = Math.round((turned[i] as number) * inverse)
        into[i] = code
        sum += code
      }
      return { step: largest / QUERY_LARGEST, sum }
    },
  }
}

/** Beyond this many standard deviations a cosine by codes is not off. */
const DEVIATIONS = 8

/**
 * Of a cosine by codes, about: the largest of `n` turned values is near sqrt(2 ln n / n), a step is a
 * 63rd of it, and what rounding takes is spread evenly over one step.
 */
function deviationOf(n: number): number {
  const largest = Math.min(1, Math.sqrt((2 * Math.log(Math.max(2, n))) / n))
  return largest / ROW_LARGEST / Math.sqrt(12)
}

/**
 * The Walsh-Hadamard transform of `n` values from `from` on, in place; `n` is a power of two. Two steps
 * at a time, as each reads and writes all values.
 */
function hadamard(values: Float32Array, from: number, n: number): void {
  const end = from + n
  let half = 1
  for (; half * 4 <= n; half *= 4) {
    for (let at = from; at < end; at += half * 4) {
      for (let i = at; i < at + half; i++) {
        const [j, k, l] = [i + half, i + 2 * half, i + 3 * half]
        const a = (values[i] as number) + (values[j] as number)
        const b = (values[i] as number) - (values[j] as number)
        const c = (values[k] as number) + (values[l] as number)
        const d = (values[k] as number) - (values[l] as number)
        values[i] = a + c
        values[j] = b + d
        values[k] = a - c
        values[l] = b - d
      }
    }
  }
  if (half === n) return
  for (let i = from; i < from + half; i++) {
    const [a, b] = [values[i] as number, values[i + half] as number]
    values[i] = a + b
    values[i + half] = a - b
  }
}
