import { CholeskyDecomposition, Matrix } from 'ml-matrix'
import { defined, notDefined } from '../outcome.ts'
import type { Outcome } from '../outcome.ts'
import { ratingTable } from '../rating.ts'
import type { Rating, RatingTable } from '../rating.ts'
import { noiseWeights, sigmasOf } from './sigmas.ts'

export interface UnitScore {
  unit: string
  cluster: string
  score: number
  n: number
}

export interface RaterNoise {
  rater: string
  n: number
  /** How much higher than the others the rater rates. Over all ratings they sum to 0. */
  bias: number
  /** Standard deviation of the rater's own noise; see `sigmasOf`. null where nobody else rated the same. */
  sigma: number | null
}

export interface Combined {
  units: UnitScore[]
  raters: RaterNoise[]
}

/** The plain mean of each unit. */
export function rawMeans(ratings: readonly Rating[]): UnitScore[] {
  const table = ratingTable(ratings)
  return scoresOf(table, new Float64Array(table.raters.length), null)
}

/**
 * Scores with each rater's bias removed: o = score + bias + error by exact least squares, the
 * biases weighted by their ratings summing to 0. n = ratings. Not defined where raters fall into
 * groups that rated nothing in common: their biases cannot be compared.
 */
export function biasRemoved(ratings: readonly Rating[]): Outcome<Combined> {
  const table = ratingTable(ratings)
  const n = ratings.length
  if (n === 0) return notDefined(0, 'There are no ratings.')
  const apart = separateRaters(table)
  if (apart !== null) return notDefined(n, apart)
  const bias = leastSquaresBiases(table)
  const sigma = sigmasOf(table, bias)
  return defined(n, {
    units: scoresOf(table, bias, null),
    raters: noiseOf(table, bias, sigma),
  })
}

/** Ratings a unit must have on average, and so raters, before noise is weighed. */
export const NOISE_WEIGHTED_FROM = 6

/**
 * Scores weighted by each rater's noise: o = score + bias + error, error of variance sigma_i^2,
 * alternating as SUREAL does (Li, Bampis, Krasula, Janowski, Katsavounidis 2020), but with sigma_i
 * from the distances to the *other* raters, which cannot shrink onto one rater. n = ratings. Only
 * from six ratings a unit: on smaller panels it does worse than the means.
 */
export function noiseWeighted(
  ratings: readonly Rating[],
): Outcome<Combined & { converged: boolean; iterations: number }> {
  const table = ratingTable(ratings)
  const n = ratings.length
  const perUnit = n / Math.max(1, table.units.length)
  if (perUnit < NOISE_WEIGHTED_FROM) {
    return notDefined(
      n,
      `Weighing raters by their noise needs ${NOISE_WEIGHTED_FROM} ratings a unit; there are ${perUnit.toFixed(1)}.`,
    )
  }
  const apart = separateRaters(table)
  if (apart !== null) return notDefined(n, apart)
  let bias = leastSquaresBiases(table)
  let iterations = 0
  let converged = false
  while (!converged && iterations < 500) {
    iterations++
    const scores = scoresOf(table, bias, noiseWeights(sigmasOf(table, bias, true)))
    const next = biasesOf(table, scores)
    const moved = next.reduce((max, b, i) => Math.max(max, Math.abs(b - (bias[i] as number))), 0)
    bias = next
    converged = moved < 1e-10
  }
  const sigma = sigmasOf(table, bias, true)
  return defined(n, {
    units: scoresOf(table, bias, noiseWeights(sigma)),
    raters: noiseOf(table, bias, sigma),
    converged,
    iterations,
  })
}

function scoresOf(
  table: RatingTable,
  bias: Float64Array,
  weights: Float64Array | null,
): UnitScore[] {
  return table.rows.map((row, u) => {
    let sum = 0
    let weight = 0
    for (const { rater, value } of row) {
      const w = weights?.[rater] ?? 1
      sum += w * (value - (bias[rater] as number))
      weight += w
    }
    return {
      unit: table.units[u] as string,
      cluster: table.clusters[u] as string,
      score: sum / weight,
      n: row.length,
    }
  })
}

function biasesOf(table: RatingTable, scores: readonly UnitScore[]): Float64Array {
  const sums = new Float64Array(table.raters.length)
  const counts = countsOf(table)
  table.rows.forEach((row, u) => {
    for (const { rater, value } of row) {
      sums[rater] = (sums[rater] as number) + value - (scores[u] as UnitScore).score
    }
  })
  return centred(
    sums.map((sum, i) => sum / (counts[i] as number)),
    counts,
  )
}

function countsOf(table: RatingTable): Float64Array {
  const counts = new Float64Array(table.raters.length)
  for (const row of table.rows) {
    for (const { rater } of row) counts[rater] = (counts[rater] as number) + 1
  }
  return counts
}

function centred(bias: Float64Array, counts: Float64Array): Float64Array {
  const total = counts.reduce((sum, n) => sum + n, 0)
  const mean = bias.reduce((sum, b, i) => sum + b * (counts[i] as number), 0) / total
  return bias.map((b) => b - mean)
}

/** The normal equations with the scores eliminated; made regular by the sum that must be 0. */
function leastSquaresBiases(table: RatingTable): Float64Array {
  const m = table.raters.length
  const counts = countsOf(table)
  const total = counts.reduce((sum, n) => sum + n, 0)
  const matrix = Matrix.zeros(m, m)
  const right = Matrix.zeros(m, 1)
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < m; j++) {
      const both = ((counts[i] as number) * (counts[j] as number)) / total
      matrix.set(i, j, both + (i === j ? (counts[i] as number) : 0))
    }
  }
  for (const row of table.rows) {
    const mean = row.reduce((sum, { value }) => sum + value, 0) / row.length
    for (const { rater: i, value } of row) {
      right.set(i, 0, right.get(i, 0) + value - mean)
      for (const { rater: j } of row) matrix.set(i, j, matrix.get(i, j) - 1 / row.length)
    }
  }
  return centred(
    Float64Array.from(new CholeskyDecomposition(matrix).solve(right).to1DArray()),
    counts,
  )
}

function noiseOf(
  table: RatingTable,
  bias: Float64Array,
  sigma: readonly (number | null)[],
): RaterNoise[] {
  const counts = countsOf(table)
  return table.raters.map((rater, i) => ({
    rater,
    n: counts[i] as number,
    bias: bias[i] as number,
    sigma: sigma[i] ?? null,
  }))
}

/** Why biases cannot be compared; null where units connect all raters. */
function separateRaters(table: RatingTable): string | null {
  const root = table.raters.map((_, i) => i)
  const find = (i: number): number => {
    while (root[i] !== i) i = root[i] = root[root[i] as number] as number
    return i
  }
  for (const row of table.rows) {
    for (const { rater } of row) root[find(rater)] = find(row[0]?.rater as number)
  }
  const groups = Map.groupBy(table.raters, (_, i) => find(i))
  if (groups.size < 2) return null
  const names = [...groups.values()].map((group) => group.join(', '))
  return `Some raters rated nothing in common (${names.join(' | ')}): their biases cannot be compared.`
}
