import { intervalTerms } from '../links.ts'
import type { Link, Terms } from '../links.ts'
import { solveCrossed } from './crossed.ts'
import type { Crossed, Solved } from './crossed.ts'
import type { OrdinalDesign } from './design.ts'

/** The data of a cumulative link mixed model. Parameters: thresholds, coefficients, then one scale for each factor. */
export interface MixedModel {
  design: OrdinalDesign
  link: Link
  crossed: Crossed
}

export interface Laplace {
  value: number
  gradient: Float64Array
  /** Standardised random intercepts at their mode. */
  modes: Float64Array
}

/** The joint density at one place of the random intercepts. */
interface Joint {
  value: number
  terms: Terms[]
  /** Minus the second derivative by the predictor, by observation. */
  weights: Float64Array
}

/**
 * The log-likelihood by Laplace's approximation, with its exact gradient. With b the standardised
 * random intercepts, e_i = x_i'beta + sum_f scale_f b_f(i), J the log of the joint density and H
 * minus its second derivatives by b,
 *
 *     L = J(mode) - log |H(mode)| / 2
 *
 * (Pinheiro and Chao 2006; Christensen 2019, A Tutorial on fitting Cumulative Link Mixed Models
 * with clmm.) The gradient follows the mode: dL/dp = dJ/dp - (d log|H|/dp + d log|H|/db db/dp) / 2.
 * @param warm modes to start from
 * @returns null where thresholds are out of order or the mode is not found
 */
export function laplace(model: MixedModel, at: Float64Array, warm: Float64Array): Laplace | null {
  const { design, link, crossed } = model
  const m = design.values.length - 1
  for (let k = 1; k < m; k++) if (!((at[k] as number) > (at[k - 1] as number))) return null
  const scales = at.subarray(m + design.columns)
  const fixed = new Float64Array(design.n)
  for (let i = 0; i < design.n; i++) {
    for (let j = 0; j < design.columns; j++) {
      fixed[i] =
        (fixed[i] as number) + (design.x[i * design.columns + j] as number) * (at[m + j] as number)
    }
  }
  const joint = (b: Float64Array): Joint => {
    let value = 0
    const weights = new Float64Array(design.n)
    const terms = Array.from({ length: design.n }, (_, i) => {
      const level = design.levels[i] as number
      let shift = fixed[i] as number
      for (let f = 0; f < crossed.factors; f++) {
        shift += (scales[f] as number) * (b[placeOf(crossed, f, i)] as number)
      }
      const upper = level < m ? (at[level] as number) - shift : Infinity
      const lower = level > 0 ? (at[level - 1] as number) - shift : -Infinity
      const one = intervalTerms(link, upper, lower)
      value += one.log
      weights[i] = (one.a - one.b) ** 2 - (one.c - one.d)
      return one
    })
    for (const u of b) value -= (u * u) / 2
    return { value, terms, weights }
  }
  const found = findMode(crossed, scales, joint, warm)
  if (!found) return null
  const { here, solved, modes } = found
  return {
    value: here.value - solved.logDeterminant / 2,
    gradient: gradientAt(model, at, here, solved, modes),
    modes,
  }
}

const placeOf = ({ offsets, groups }: Crossed, factor: number, i: number): number =>
  (offsets[factor] as number) + (groups[factor]?.[i] as number)

function findMode(
  crossed: Crossed,
  scales: Float64Array,
  joint: (b: Float64Array) => Joint,
  warm: Float64Array,
): { here: Joint; solved: Solved; modes: Float64Array } | null {
  let b: Float64Array = warm
  let here = joint(b)
  if (!Number.isFinite(here.value)) here = joint((b = new Float64Array(crossed.total)))
  if (!Number.isFinite(here.value)) return null
  for (let iteration = 0; iteration < 100; iteration++) {
    const slope = b.map((u) => -u)
    here.terms.forEach(({ a, b: lower }, i) => {
      for (let f = 0; f < crossed.factors; f++) {
        const p = placeOf(crossed, f, i)
        slope[p] = (slope[p] as number) - (scales[f] as number) * (a - lower)
      }
    })
    const solved = solveCrossed(crossed, here.weights, scales)
    if (!solved) return null
    const step = solved.solve(slope)
    const gain = step.reduce((sum, d, p) => sum + d * (slope[p] as number), 0)
    if (gain < 1e-20 * (1 + Math.abs(here.value))) return { here, solved, modes: b }
    let moved = false
    for (let scale = 1; scale > 1e-6 && !moved; scale /= 2) {
      const next = b.map((u, p) => u + scale * (step[p] as number))
      const there = joint(next)
      // Near the mode the value shows no gain any more; the step is right all the same.
      if (
        there.value > here.value ||
        (gain < 1e-8 && scale === 1 && Number.isFinite(there.value))
      ) {
        b = next
        here = there
        moved = true
      }
    }
    if (!moved) return null
    if (gain < 1e-13 * (1 + Math.abs(here.value))) {
      // Newton doubles the digits: one step from here is as near as float64 comes.
      const last = solveCrossed(crossed, here.weights, scales)
      return last && { here, solved: last, modes: b }
    }
  }
  return null
}

function gradientAt(
  { design, crossed }: MixedModel,
  at: Float64Array,
  { terms }: Joint,
  solved: Solved,
  modes: Float64Array,
): Float64Array {
  const { n, columns, x, levels } = design
  const m = design.values.length - 1
  const scales = at.subarray(m + columns)
  const factors = crossed.factors
  // Of each observation: how its weight enters log|H|, and how that changes with the predictor.
  const spread = new Float64Array(n)
  const towards = new Float64Array(crossed.total)
  const own = new Float64Array(n * factors)
  terms.forEach((t, i) => {
    let q = 0
    for (let f = 0; f < factors; f++) {
      let reach = 0
      for (let h = 0; h < factors; h++) {
        reach +=
          (scales[h] as number) * solved.inverse(placeOf(crossed, f, i), placeOf(crossed, h, i))
      }
      own[i * factors + f] = reach
      q += (scales[f] as number) * reach
    }
    spread[i] = q
    const { byUpper, byLower } = ofWeight(t)
    for (let f = 0; f < factors; f++) {
      const p = placeOf(crossed, f, i)
      towards[p] = (towards[p] as number) - (byUpper + byLower) * q * (scales[f] as number)
    }
  })
  const pull = solved.solve(towards)
  const gradient = new Float64Array(at.length)
  terms.forEach((t, i) => {
    const { a, b, c, d } = t
    const { byUpper, byLower } = ofWeight(t)
    const q = spread[i] as number
    const weight = (a - b) ** 2 - (c - d)
    let moved = 0
    for (let f = 0; f < factors; f++) {
      moved += (scales[f] as number) * (pull[placeOf(crossed, f, i)] as number)
    }
    // The slope by the predictor is s = b - a; how it changes with each end.
    const sByUpper = a * a - c - a * b
    const sByLower = b * b + d - a * b
    const upper = a - (byUpper * q + sByUpper * moved) / 2
    const lower = -b - (byLower * q + sByLower * moved) / 2
    const level = levels[i] as number
    if (level < m) gradient[level] = (gradient[level] as number) + upper
    if (level > 0) gradient[level - 1] = (gradient[level - 1] as number) + lower
    const predictor = -(upper + lower)
    for (let j = 0; j < columns; j++) {
      const p = m + j
      gradient[p] = (gradient[p] as number) + predictor * (x[i * columns + j] as number)
    }
    for (let f = 0; f < factors; f++) {
      const place = placeOf(crossed, f, i)
      const p = m + columns + f
      gradient[p] =
        (gradient[p] as number) +
        predictor * (modes[place] as number) -
        weight * (own[i * factors + f] as number) -
        ((b - a) * (pull[place] as number)) / 2
    }
  })
  return gradient
}

/** Of the weight (a - b)^2 - (c - d), by either end. */
function ofWeight({ a, b, c, d, e, g }: Terms): { byUpper: number; byLower: number } {
  return {
    byUpper: 2 * (a - b) * (c - a * a + a * b) - (e - c * a + d * a),
    byLower: 2 * (a - b) * (a * b - d - b * b) - (c * b - g - d * b),
  }
}
