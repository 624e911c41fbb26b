import { EVD, Matrix } from 'ml-matrix'
import { seededRandom } from '#shared/random.ts'
import { createDots } from './dots.ts'
import { dot, rowCount } from './vectors.ts'
import type { Rows } from './vectors.ts'

/** The directions in which rows differ most, and where their middle lies. */
export interface Axes {
  mean: Float32Array
  /** `count` rows of `dim`, of length one, at right angles; the first holds the most variance. */
  axes: Rows
  /** Share of the variance that each holds, 0..1. */
  shares: Float64Array
}

/** Passes of the subspace iteration; the first two axes are exact to 1e-9 long before. */
const PASSES = 12
/** Directions beyond those asked for: they let the last ones settle. */
const SPARE = 8

/**
 * Principal axes by subspace iteration on the covariance matrix with a Rayleigh-Ritz step at its
 * end (Halko, Martinsson and Tropp 2011, doi 10.1137/090771806, section 4.5; Saad, Numerical
 * Methods for Large Eigenvalue Problems, chapter 5). An axis points to where its largest entry is
 * positive, so that the picture is never mirrored by chance.
 * @param rows n x dim, n at least 2
 * @param count axes wished; at most `dim`
 */
export function principalAxes(rows: Rows, count: number): Axes {
  const { dim } = rows
  const mean = meanOf(rows)
  const covariance = covarianceOf(rows, mean)
  let total = 0
  for (let i = 0; i < dim; i++) total += covariance[i * dim + i]!
  const wide = Math.min(dim, count + SPARE)
  let basis = startBasis(wide, dim)
  for (let pass = 0; pass < PASSES; pass++) basis = orthonormal(times(basis, covariance, dim), dim)
  const kept = Math.min(count, wide)
  const { axes, values } = ritz(basis, covariance, dim, kept)
  return {
    mean: Float32Array.from(mean),
    axes: { values: axes, dim },
    shares: values.map((value) => (total > 0 ? Math.max(0, value) / total : 0)),
  }
}

/** Rows in the coordinates of the axes: n x count, float32. */
export function project(rows: Rows, { mean, axes }: Pick<Axes, 'mean' | 'axes'>): Rows {
  const n = rowCount(rows)
  const count = rowCount(axes)
  const { dim } = rows
  // (x - m) a = x a - m a: one pass without a copy of the rows.
  const shift = Float64Array.from({ length: count }, (_, k) =>
    dot(mean, 0, axes.values, k * dim, dim),
  )
  const out = new Float32Array(n * count)
  const dots = createDots(axes)
  for (let i = 0; i < n; i++) {
    const products = dots.with(rows.values, i * dim, 0, count)
    for (let k = 0; k < count; k++) out[i * count + k] = products[k]! - shift[k]!
  }
  return { values: out, dim: count }
}

function meanOf({ values, dim }: Rows): Float64Array {
  const mean = new Float64Array(dim)
  for (let i = 0; i < values.length; i += dim) {
    for (let j = 0; j < dim; j++) mean[j]! += values[i + j]!
  }
  const n = values.length / dim
  return mean.map((sum) => sum / n)
}

/** dim x dim, divided by n - 1. */
function covarianceOf({ values, dim }: Rows, mean: Float64Array): Float64Array {
  const sums = new Float64Array(dim * dim)
  const n = values.length / dim
  const centred = new Float64Array(4 * dim)
  // Four rows at once: each sum is read and written a quarter as often.
  for (let i = 0; i < n; i += 4) {
    for (let r = 0; r < 4; r++) {
      for (let j = 0; j < dim; j++) {
        centred[r * dim + j] = i + r < n ? values[(i + r) * dim + j]! - mean[j]! : 0
      }
    }
    for (let j = 0; j < dim; j++) {
      const a = centred[j]!
      const b = centred[dim + j]!
      const c = centred[2 * dim + j]!
      const d = centred[3 * dim + j]!
      const row = j * dim
      for (let k = j; k < dim; k++) {
        sums[row + k]! +=
          a * centred[k]! +
          b * centred[dim + k]! +
          (c * centred[2 * dim + k]! + d * centred[3 * dim + k]!)
      }
    }
  }
  for (let j = 0; j < dim; j++) {
    for (let k = j; k < dim; k++) {
      const value = sums[j * dim + k]! / Math.max(1, n - 1)
      sums[j * dim + k] = value
      sums[k * dim + j] = value
    }
  }
  return sums
}

function startBasis(count: number, dim: number): Float64Array {
  const random = seededRandom(0x6d6170)
  return orthonormal(
    Float64Array.from({ length: count * dim }, () => random.normal()),
    dim,
  )
}

/** Each row times the symmetric matrix. */
function times(basis: Float64Array, matrix: Float64Array, dim: number): Float64Array {
  const out = new Float64Array(basis.length)
  for (let row = 0; row < basis.length; row += dim) {
    for (let j = 0; j < dim; j++) {
      const by = basis[row + j]!
      for (let k = 0; k < dim; k++) out[row + k]! += by * matrix[j * dim + k]!
    }
  }
  return out
}

/** Modified Gram-Schmidt, twice; what has no length left is taken from the standard basis. */
function orthonormal(basis: Float64Array, dim: number): Float64Array {
  const count = basis.length / dim
  let spare = 0
  for (let i = 0; i < count; i++) {
    let length = clean(basis, i, dim)
    while (!(length > 1e-150) && spare < dim) {
      basis.fill(0, i * dim, (i + 1) * dim)
      basis[i * dim + spare++] = 1
      length = clean(basis, i, dim)
      if (length < 1e-8) length = 0
    }
    for (let j = 0; j < dim; j++) basis[i * dim + j]! /= length || 1
  }
  return basis
}

/** Takes the parts along the rows before out of row i. @returns the length that is left */
function clean(basis: Float64Array, i: number, dim: number): number {
  const at = i * dim
  const norm = (): number => {
    let sum = 0
    for (let j = 0; j < dim; j++) sum += basis[at + j]! ** 2
    return Math.sqrt(sum)
  }
  const before = norm()
  if (before === 0) return 0
  for (let j = 0; j < dim; j++) basis[at + j]! /= before
  for (let pass = 0; pass < 2; pass++) {
    for (let other = 0; other < at; other += dim) {
      let along = 0
      for (let j = 0; j < dim; j++) along += basis[at + j]! * basis[other + j]!
      for (let j = 0; j < dim; j++) basis[at + j]! -= along * basis[other + j]!
    }
  }
  const left = norm()
  return left < 1e-12 ? 0 : left
}

/** The eigenvectors within the space that the basis spans, the largest first. */
function ritz(
  basis: Float64Array,
  covariance: Float64Array,
  dim: number,
  kept: number,
): { axes: Float32Array; values: Float64Array } {
  const count = basis.length / dim
  const moved = times(basis, covariance, dim)
  const small = Matrix.zeros(count, count)
  for (let i = 0; i < count; i++) {
    for (let j = i; j < count; j++) {
      let sum = 0
      for (let k = 0; k < dim; k++) sum += basis[i * dim + k]! * moved[j * dim + k]!
      small.set(i, j, sum)
      small.set(j, i, sum)
    }
  }
  const evd = new EVD(small, { assumeSymmetric: true })
  const order = evd.realEigenvalues
    .map((value, at) => ({ value, at }))
    .sort((a, b) => b.value - a.value)
    .slice(0, kept)
  const axes = new Float32Array(kept * dim)
  for (const [to, { at }] of order.entries()) {
    const axis = new Float64Array(dim)
    for (let i = 0; i < count; i++) {
      const by = evd.eigenvectorMatrix.get(i, at)
      for (let k = 0; k < dim; k++) axis[k]! += by * basis[i * dim + k]!
    }
    axes.set(pointed(axis), to * dim)
  }
  return { axes, values: Float64Array.from(order, ({ value }) => value) }
}

function pointed(axis: Float64Array): Float64Array {
  let largest = 0
  for (let k = 1; k < axis.length; k++) {
    // What is larger by rounding alone does not decide.
    if (Math.abs(axis[k]!) > Math.abs(axis[largest]!) * (1 + 1e-9)) largest = k
  }
  return axis[largest]! < 0 ? axis.map((value) => -value) : axis
}
