import { AppError } from '#shared/errors.ts'
import { dots } from './dots.ts'

/** Mean and covariance of a set of features. */
export interface Moments {
  /** Rows that they are of. */
  n: number
  dim: number
  mean: Float64Array
  /** dim x dim, symmetric, divided by n - 1. */
  covariance: Float64Array
}

/** Rows that are taken up together. */
const BATCH = 256

/**
 * Sums up rows as they come, in float64: memory is dim x dim, whatever their number. Sums are of
 * differences from the first row, so that a mean far from zero costs no digits.
 *
 * @param dim numbers in a row
 */
export function createMoments(dim: number): {
  /** Adds rows. Throws `invalid-input` for a value that is not finite. */
  add(rows: Float32Array | Float64Array): void
  /** Throws `invalid-input` below two rows. */
  moments(): Moments
} {
  const origin = new Float64Array(dim)
  const sum = new Float64Array(dim)
  const products = new Float64Array(dim * dim)
  const part = new Float64Array(dim * dim)
  const columns = new Float64Array(dim * BATCH)
  let n = 0

  const addBatch = (rows: Float32Array | Float64Array, from: number, count: number): void => {
    // Column by column, so that a covariance is a product of two rows.
    for (let k = 0; k < count; k++) {
      for (let c = 0; c < dim; c++) {
        const value = rows[(from + k) * dim + c] as number
        if (!Number.isFinite(value)) throw notFinite(n + k)
        const difference = value - (origin[c] as number)
        columns[c * count + k] = difference
        sum[c] = (sum[c] as number) + difference
      }
    }
    dots(columns, dim, columns, dim, count, part, true)
    for (let i = 0; i < products.length; i++) {
      products[i] = (products[i] as number) + (part[i] as number)
    }
    n += count
  }

  return {
    add(rows) {
      const count = rows.length / dim
      if (!Number.isInteger(count)) throw new RangeError('moments: rows of another length')
      if (n === 0 && count > 0) origin.set(rows.subarray(0, dim))
      for (let from = 0; from < count; from += BATCH) {
        addBatch(rows, from, Math.min(BATCH, count - from))
      }
    },
    moments() {
      if (n < 2) {
        throw new AppError(
          'invalid-input',
          `A covariance cannot be had of ${n === 1 ? 'one picture' : 'no picture'}`,
          'Give at least two; thousands are usual.',
        )
      }
      const covariance = new Float64Array(dim * dim)
      for (let i = 0; i < dim; i++) {
        for (let j = 0; j <= i; j++) {
          const both = (sum[i] as number) * ((sum[j] as number) / n)
          const value = ((products[i * dim + j] as number) - both) / (n - 1)
          covariance[i * dim + j] = value
          covariance[j * dim + i] = value
        }
      }
      const mean = origin.map((start, c) => start + (sum[c] as number) / n)
      return { n, dim, mean, covariance }
    },
  }
}

function notFinite(row: number): AppError {
  return new AppError(
    'invalid-input',
    `Row ${row + 1} of the features holds a value that is not finite`,
    'Leave such rows out, or make the features again.',
  )
}
