import { AppError } from '#shared/errors.ts'
import { dots } from './dots.ts'
import { allRows } from './features.ts'
import type { Features } from './features.ts'

/** Width of the kernel and the factor, as in the code of Jayasumana et al. 2024. */
const SIGMA = 10
const SCALE = 1000
/** Rows of a block of the kernel that is held at a time. */
const BLOCK = 1024

/**
 * CMMD (Jayasumana et al. 2024): the biased (V-statistic) estimate of the squared maximum mean
 * discrepancy with the kernel exp(-|x - y|^2 / (2 sigma^2)), sigma 10, times 1000. Meant for CLIP's
 * embeddings at unit length, of which the paper takes those of ViT-L/14 at 336 pixels.
 *
 * Of unit vectors every kernel is near 1, and the number is a small difference of them; float64
 * keeps its digits.
 *
 * @throws AppError `invalid-input` for features of different lengths, or none
 */
export function cmmd(a: Features, b: Features, step?: (note: string) => void): number {
  if (a.dim !== b.dim || a.rows === 0 || b.rows === 0) {
    throw new AppError(
      'invalid-input',
      a.dim === b.dim
        ? 'CMMD needs pictures on both sides'
        : `Features of ${a.dim} and of ${b.dim} numbers cannot be compared`,
      'Take the features of one model for both sides.',
    )
  }
  const [x, y] = [allRows(a), allRows(b)]
  step?.('the first set with itself')
  const xx = meanKernel(x, x, a.dim)
  step?.('the second set with itself')
  const yy = meanKernel(y, y, a.dim)
  step?.('one set with the other')
  const xy = meanKernel(x, y, a.dim)
  return SCALE * (xx + yy - 2 * xy)
}

/** Mean over all pairs of exp(-|x - y|^2 / (2 sigma^2)) - 1, of which 1 cancels in the end. */
function meanKernel(x: Float64Array, y: Float64Array, dim: number): number {
  const [n, m] = [x.length / dim, y.length / dim]
  const [ofX, ofY] = [squares(x, dim), squares(y, dim)]
  const products = new Float64Array(BLOCK * BLOCK)
  let sum = 0
  for (let i = 0; i < n; i += BLOCK) {
    const rows = Math.min(BLOCK, n - i)
    for (let j = 0; j < m; j += BLOCK) {
      const columns = Math.min(BLOCK, m - j)
      const part = y.subarray(j * dim, (j + columns) * dim)
      dots(x.subarray(i * dim, (i + rows) * dim), rows, part, columns, dim, products)
      for (let r = 0; r < rows; r++) {
        for (let c = 0; c < columns; c++) {
          const both = (ofX[i + r] as number) + (ofY[j + c] as number)
          const distance = both - 2 * (products[r * columns + c] as number)
          sum += Math.expm1(-distance / (2 * SIGMA * SIGMA))
        }
      }
    }
  }
  return sum / (n * m)
}

/** |x|^2 of each row. */
function squares(x: Float64Array, dim: number): Float64Array {
  return Float64Array.from({ length: x.length / dim }, (_, i) => {
    let sum = 0
    for (let k = i * dim; k < (i + 1) * dim; k++) sum += (x[k] as number) ** 2
    return sum
  })
}
