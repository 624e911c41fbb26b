import { CholeskyDecomposition, Matrix } from 'ml-matrix'

/**
 * Random intercepts that cross: by factor, the group of each observation. The factor with the most
 * groups comes first: no observation lies in two of its groups, so its part of the matrix is
 * diagonal, and only the groups of the others need a dense one.
 */
export interface Crossed {
  factors: number
  /** By factor, the place of each observation's group among all groups of that factor. */
  groups: Int32Array[]
  sizes: number[]
  /** Where the groups of each factor begin among all. */
  offsets: number[]
  /** All groups. */
  total: number
}

export function crossedOf(groups: readonly Int32Array[], sizes: readonly number[]): Crossed {
  const offsets: number[] = []
  let total = 0
  for (const size of sizes) {
    offsets.push(total)
    total += size
  }
  return { factors: groups.length, groups: [...groups], sizes: [...sizes], offsets, total }
}

/** A symmetric positive definite matrix over all groups, solved by its first block. */
export interface Solved {
  logDeterminant: number
  solve(right: Float64Array): Float64Array
  /** Entry of the inverse of two groups that some observation shares, or of one with itself. */
  inverse(i: number, j: number): number
}

/**
 * Identity + sum over observations of weight z z', where z holds the scale of each factor at the
 * observation's group. @returns null where it is not positive definite
 */
export function solveCrossed(
  { factors, groups, sizes, offsets, total }: Crossed,
  weights: Float64Array,
  scales: ArrayLike<number>,
): Solved | null {
  const many = sizes[0] as number
  const few = total - many
  const diagonal = new Float64Array(many).fill(1)
  const side = new Float64Array(many * few)
  const corner = new Float64Array(few * few)
  for (let k = 0; k < few; k++) corner[k * few + k] = 1
  for (let i = 0; i < weights.length; i++) {
    const w = weights[i] as number
    const g = groups[0]?.[i] as number
    const s0 = scales[0] as number
    diagonal[g] = (diagonal[g] as number) + w * s0 * s0
    for (let f = 1; f < factors; f++) {
      const sf = scales[f] as number
      const p = (offsets[f] as number) - many + (groups[f]?.[i] as number)
      side[g * few + p] = (side[g * few + p] as number) + w * s0 * sf
      for (let h = 1; h < factors; h++) {
        const q = (offsets[h] as number) - many + (groups[h]?.[i] as number)
        corner[p * few + q] = (corner[p * few + q] as number) + w * sf * (scales[h] as number)
      }
    }
  }
  let logDeterminant = 0
  for (const d of diagonal) {
    if (!(d > 0)) return null
    logDeterminant += Math.log(d)
  }
  if (few === 0) {
    return {
      logDeterminant,
      solve: (right) => right.map((value, g) => value / (diagonal[g] as number)),
      inverse: (i, j) => (i === j ? 1 / (diagonal[i] as number) : 0),
    }
  }
  // Most groups of the first factor meet few of the others.
  const filled = Array.from({ length: many }, (_, g) => {
    const places: number[] = []
    for (let p = 0; p < few; p++) if (side[g * few + p] !== 0) places.push(p)
    return places
  })
  for (let g = 0; g < many; g++) {
    const places = filled[g] as number[]
    for (const p of places) {
      const share = (side[g * few + p] as number) / (diagonal[g] as number)
      for (const q of places) {
        corner[p * few + q] =
          (corner[p * few + q] as number) - share * (side[g * few + q] as number)
      }
    }
  }
  // Sums in another order differ in their last bit.
  for (let p = 0; p < few; p++) {
    for (let q = 0; q < p; q++) corner[q * few + p] = corner[p * few + q] as number
  }
  const cholesky = new CholeskyDecomposition(Matrix.from1DArray(few, few, corner))
  if (!cholesky.isPositiveDefinite()) return null
  const lower = cholesky.lowerTriangularMatrix
  for (let k = 0; k < few; k++) logDeterminant += 2 * Math.log(lower.get(k, k))
  let block: Float64Array | null = null
  let cross: Float64Array | null = null
  const inverses = (): { block: Float64Array; cross: Float64Array } => {
    if (block && cross) return { block, cross }
    block = Float64Array.from(cholesky.solve(Matrix.eye(few)).to1DArray())
    cross = new Float64Array(many * few)
    for (let g = 0; g < many; g++) {
      for (const p of filled[g] as number[]) {
        const share = (side[g * few + p] as number) / (diagonal[g] as number)
        for (let q = 0; q < few; q++) {
          cross[g * few + q] =
            (cross[g * few + q] as number) - share * (block[p * few + q] as number)
        }
      }
    }
    return { block, cross }
  }
  return {
    logDeterminant,
    solve(right) {
      const rest = right.slice(many)
      for (let g = 0; g < many; g++) {
        const share = (right[g] as number) / (diagonal[g] as number)
        for (const p of filled[g] as number[]) {
          rest[p] = (rest[p] as number) - share * (side[g * few + p] as number)
        }
      }
      const found = new Float64Array(total)
      found.set(cholesky.solve(Matrix.columnVector(Array.from(rest))).to1DArray(), many)
      for (let g = 0; g < many; g++) {
        let value = right[g] as number
        for (const p of filled[g] as number[]) {
          value -= (side[g * few + p] as number) * (found[many + p] as number)
        }
        found[g] = value / (diagonal[g] as number)
      }
      return found
    },
    inverse(i, j) {
      const { block, cross } = inverses()
      const [a, b] = i < j ? [i, j] : [j, i]
      if (a >= many) return block[(a - many) * few + b - many] as number
      if (b >= many) return cross[a * few + b - many] as number
      if (a !== b) return 0
      let value = 1 / (diagonal[a] as number)
      for (const p of filled[a] as number[]) {
        value -=
          ((cross[a * few + p] as number) * (side[a * few + p] as number)) / (diagonal[a] as number)
      }
      return value
    },
  }
}
