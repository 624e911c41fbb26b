/**
 * Random weights that two languages make alike without passing them on: every number is worked out
 * from the tensor's name and its place in it. tools/reference/weights.py is the same in numpy.
 */

/** FNV-1a, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193)
  return hash >>> 0
}

/** Chris Wellons' lowbias32. */
function mix(value: number): number {
  let x = value
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d)
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b)
  return x ^ (x >>> 16)
}

/** Standard deviation of a sum of four uniform 16-bit numbers. */
const DEVIATION = 37837.227

/** Standard deviation and mean of a tensor of transformers' CLIPModel or SiglipModel. */
function spreadOf(name: string, dims: readonly number[]): { std: number; mean: number } {
  if (/norm\d?\.weight$|layrnorm\.weight$/.test(name)) return { std: 0.1, mean: 1 }
  if (/(bias)$/.test(name)) return { std: 0.1, mean: 0 }
  if (/(token_embedding|class_embedding|probe)/.test(name)) return { std: 1, mean: 0 }
  if (/position_embedding/.test(name)) return { std: 0.3, mean: 0 }
  const fanIn = dims.slice(1).reduce((a, b) => a * b, 1)
  return { std: 1 / Math.sqrt(fanIn), mean: 0 }
}

/** The float32 values of one tensor, row by row; about normally distributed. */
export function weightValues(seed: number, name: string, dims: readonly number[]): Float32Array {
  const { std, mean } = spreadOf(name, dims)
  const scale = Math.fround(std / DEVIATION)
  const n = dims.reduce((a, b) => a * b, 1)
  const start = (hashOf(name) ^ mix(seed)) | 0
  const out = new Float32Array(n)
  for (let i = 0; i < n; i++) {
    const a = mix((start + 2 * i) | 0)
    const b = mix((start + 2 * i + 1) | 0)
    const sum = (a & 0xffff) + (a >>> 16) + (b & 0xffff) + (b >>> 16) - 131070
    out[i] = Math.fround(sum * scale) + mean
  }
  return out
}

/** [rows, columns] to [columns, rows]. */
export function transposed(values: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(values.length)
  const BLOCK = 32
  for (let r0 = 0; r0 < rows; r0 += BLOCK) {
    const r1 = Math.min(rows, r0 + BLOCK)
    for (let c = 0; c < columns; c++) {
      for (let r = r0; r < r1; r++) out[c * rows + r] = values[r * columns + c] as number
    }
  }
  return out
}
