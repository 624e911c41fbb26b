import { CholeskyDecomposition, EigenvalueDecomposition, Matrix } from 'ml-matrix'
import { AppError } from '#shared/errors.ts'
import { dots } from './dots.ts'
import type { Moments } from './moments.ts'

/**
 * The Frechet distance of two normal distributions, squared as everybody reports it (Dowson and
 * Landau 1982; Heusel et al. 2017):
 *
 *     |m1 - m2|^2 + tr S1 + tr S2 - 2 tr sqrt(S1 S2)
 *
 * The last trace is the sum of the roots of the eigenvalues of the symmetric F' S2 F with S1 = F F':
 * they are those of S1 S2, real and not below zero. F is Cholesky's factor, and where S1 is
 * singular comes from its eigenvectors. No more roots are added up than the covariances have ranks
 * (n - 1), since the others are rounding. Never below 0: what rounding leaves is cut.
 *
 * @param step called between the parts of the work, which takes a minute at 2,048 numbers a row
 * @throws AppError `invalid-input` for features of different lengths
 */
export function frechetDistance(a: Moments, b: Moments, step?: (note: string) => void): number {
  if (a.dim !== b.dim) {
    throw new AppError(
      'invalid-input',
      `Features of ${a.dim} and of ${b.dim} numbers cannot be compared`,
      'Take the features of one model for both sides.',
    )
  }
  const { dim } = a
  let distance = 0
  for (let i = 0; i < dim; i++) {
    distance += ((a.mean[i] as number) - (b.mean[i] as number)) ** 2
    distance += (a.covariance[i * dim + i] as number) + (b.covariance[i * dim + i] as number)
  }
  // The one of which there is more: its covariance is the less likely to be singular.
  const [first, second] = a.n >= b.n ? [a, b] : [b, a]
  return Math.max(0, distance - 2 * traceOfRoot(first, second, step ?? (() => undefined)))
}

/** tr sqrt(S1 S2) */
function traceOfRoot(a: Moments, b: Moments, step: (note: string) => void): number {
  const { dim } = a
  step('factor of the first covariance')
  const factor = factorOf(a)
  const columns = factor.length / dim
  step('product of the covariances')
  // F' as rows times the symmetric S2, then F' once more.
  const half = new Float64Array(columns * dim)
  dots(factor, columns, b.covariance, dim, dim, half)
  const product = new Float64Array(columns * columns)
  dots(half, columns, factor, columns, dim, product, true)
  step('its eigenvalues')
  const values = eigen(product, columns).values
  const rank = Math.min(dim, a.n - 1, b.n - 1)
  let trace = 0
  for (const value of values.sort((x, y) => y - x).slice(0, rank)) {
    trace += Math.sqrt(Math.max(0, value))
  }
  return trace
}

/** F' of S = F F', row by row. */
function factorOf({ covariance, dim, n }: Moments): Float64Array {
  if (n > dim) {
    const cholesky = new CholeskyDecomposition(Matrix.from1DArray(dim, dim, covariance))
    if (cholesky.isPositiveDefinite()) {
      const lower = cholesky.lowerTriangularMatrix
      const factor = new Float64Array(dim * dim)
      for (let i = 0; i < dim; i++) {
        for (let k = 0; k <= i; k++) factor[k * dim + i] = lower.get(i, k)
      }
      return factor
    }
  }
  const { values, vectors } = eigen(covariance, dim)
  const kept = values
    .map((value, k) => ({ value, k }))
    .sort((x, y) => y.value - x.value)
    .slice(0, Math.min(dim, n - 1))
    .filter(({ value }) => value > 0)
  const factor = new Float64Array(kept.length * dim)
  for (const [row, { value, k }] of kept.entries()) {
    const root = Math.sqrt(value)
    for (let i = 0; i < dim; i++) factor[row * dim + i] = root * vectors.get(i, k)
  }
  return factor
}

/** Of a symmetric matrix. */
function eigen(values: Float64Array, dim: number): { values: number[]; vectors: Matrix } {
  if (dim === 0) return { values: [], vectors: Matrix.zeros(0, 0) }
  const found = new EigenvalueDecomposition(Matrix.from1DArray(dim, dim, values), {
    assumeSymmetric: true,
  })
  return { values: [...found.realEigenvalues], vectors: found.eigenvectorMatrix }
}
