import { EigenvalueDecomposition, Matrix } from 'ml-matrix'
import { dots } from './dots.ts'
import { allRows } from './features.ts'
import type { Features } from './features.ts'

/** How unlike each other pictures or texts are, by their embeddings. */
export interface Diversity {
  n: number
  /** Mean over all pairs of 1 - cosine, 0 to 2; null of one. */
  meanDistance: number | null
  /**
   * Vendi score (Friedman and Dieng 2023) with the cosine as similarity: the exponential of the
   * entropy of the eigenvalues of K / n. 1 = all the same, n = all at right angles.
   */
  vendi: number
}

/** Of a draw: work grows with the third power of the smaller of rows and numbers a row. */
export const DIVERSITY_ROWS = 2000

/** Rows are brought to unit length; a row of zeros is left out. null where none is left. */
export function diversity(features: Features): Diversity | null {
  const { dim } = features
  const rows = unitRows(allRows(features), dim)
  const n = rows.length / dim
  if (n === 0) return null
  const sum = new Float64Array(dim)
  for (let i = 0; i < rows.length; i++)
    sum[i % dim] = (sum[i % dim] as number) + (rows[i] as number)
  const square = sum.reduce((total, value) => total + value * value, 0)
  return {
    n,
    meanDistance: n < 2 ? null : 1 - (square - n) / (n * (n - 1)),
    vendi: vendiScore(rows, n, dim),
  }
}

function unitRows(values: Float64Array, dim: number): Float64Array {
  let kept = 0
  for (let at = 0; at < values.length; at += dim) {
    const row = values.subarray(at, at + dim)
    const length = Math.sqrt(row.reduce((total, value) => total + value * value, 0))
    if (!(length > 0)) continue
    values.set(
      row.map((value) => value / length),
      kept,
    )
    kept += dim
  }
  return values.subarray(0, kept)
}

/** The eigenvalues that are not zero are those of rows x rows and of dim x dim alike. */
function vendiScore(rows: Float64Array, n: number, dim: number): number {
  const side = Math.min(n, dim)
  const lines = n <= dim ? rows : transposed(rows, n, dim)
  const products = new Float64Array(side * side)
  dots(lines, side, lines, side, n <= dim ? dim : n, products, true)
  for (let i = 0; i < products.length; i++) products[i] = (products[i] as number) / n
  const { realEigenvalues } = new EigenvalueDecomposition(
    Matrix.from1DArray(side, side, products),
    { assumeSymmetric: true },
  )
  let entropy = 0
  for (const value of realEigenvalues) if (value > 0) entropy -= value * Math.log(value)
  return Math.exp(entropy)
}

function transposed(rows: Float64Array, n: number, dim: number): Float64Array {
  const out = new Float64Array(rows.length)
  for (let r = 0; r < n; r++) {
    for (let c = 0; c < dim; c++) out[c * n + r] = rows[r * dim + c] as number
  }
  return out
}
