import type { RatingTable } from '../rating.ts'

/** No rater is believed to be calmer than this share of the panel's mean noise. */
const CALMEST = 1 / 4

/** Weights by noise: 1 / sigma^2, with a floor. A rater of unknown noise counts as the mean one. */
export function noiseWeights(sigma: readonly (number | null)[]): Float64Array {
  const known = sigma.filter((value) => value !== null)
  const middle = known.reduce((sum, value) => sum + value, 0) / (known.length || 1) || 1
  return Float64Array.from(sigma, (value) => 1 / Math.max(value ?? middle, middle * CALMEST) ** 2)
}

/**
 * Each rater's own noise, from the distances to the mean of the *others* (biases removed), so that
 * no rater can draw the scores onto himself. A distance has variance sigma_i^2 + sum over the others
 * (w_k sigma_k)^2 / (sum w_k)^2; these equations are solved for all raters by moments (Grubbs 1948).
 * 0 where less is left than the others explain: on few ratings that happens to calm raters.
 * @param weighted whether the mean of the others weighs them by their noise: more exact on panels
 *   of six and more, less safe below
 * @returns null for raters who share no unit with another
 */
export function sigmasOf(
  table: RatingTable,
  bias: ArrayLike<number>,
  weighted = false,
): (number | null)[] {
  const m = table.raters.length
  const shared = table.rows.filter((row) => row.length >= 2)
  const counts = new Float64Array(m)
  for (const { rater } of shared.flat()) counts[rater] = (counts[rater] as number) + 1
  let variance: Float64Array = new Float64Array(m).fill(1)
  let weights: Float64Array = new Float64Array(m).fill(1)
  for (let iteration = 0; iteration < 300; iteration++) {
    if (weighted && iteration > 0) weights = noiseWeights(Array.from(variance, Math.sqrt))
    const squares = new Float64Array(m)
    const others = new Float64Array(m)
    for (const row of shared) {
      let total = 0
      let sum = 0
      let spread = 0
      for (const { rater, value } of row) {
        const w = weights[rater] as number
        total += w
        sum += w * (value - (bias[rater] as number))
        spread += w * w * (variance[rater] as number)
      }
      for (const { rater, value } of row) {
        const w = weights[rater] as number
        const own = value - (bias[rater] as number)
        squares[rater] = (squares[rater] as number) + (own - (sum - w * own) / (total - w)) ** 2
        others[rater] =
          (others[rater] as number) +
          (spread - w * w * (variance[rater] as number)) / (total - w) ** 2
      }
    }
    let moved = 0
    // Half a step: with two ratings a unit, a whole one would swing for ever.
    const next = variance.map((value, i) => {
      const n = counts[i] as number
      if (n === 0) return 0
      // The bias was estimated from the same ratings: one of them is spent.
      const wanted = Math.max(
        0,
        (squares[i] as number) / Math.max(1, n - 1) - (others[i] as number) / n,
      )
      moved = Math.max(moved, Math.abs(wanted - value))
      return (value + wanted) / 2
    })
    variance = next
    if (moved < 1e-12) break
  }
  return Array.from(variance, (value, i) => ((counts[i] as number) > 0 ? Math.sqrt(value) : null))
}
