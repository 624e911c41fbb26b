import { CholeskyDecomposition, Matrix } from 'ml-matrix'

/** A function to be maximised, at one point. */
export interface Evaluated {
  value: number
  gradient: Float64Array
  /** Minus the matrix of second derivatives. */
  information(): Matrix
}

export interface Maximum {
  at: Float64Array
  value: number
  /** Largest absolute slope there. */
  gradient: number
  /** Minus the second derivatives there. */
  information: Matrix
  converged: boolean
  iterations: number
}

/**
 * Newton's method upwards, with steps halved until the value rises, and a ridge where the
 * information is not positive definite.
 * @param evaluate null where the point is not allowed
 * @returns null where the start is not allowed. `converged`: the last step was small, and would
 *   have raised the value by less than `tolerance` of it
 */
export function maximize(
  start: Float64Array,
  evaluate: (at: Float64Array) => Evaluated | null,
  { iterations = 100, tolerance = 1e-12 } = {},
): Maximum | null {
  let at = start
  let here = evaluate(at)
  if (!here || !Number.isFinite(here.value)) return null
  for (let iteration = 1; ; iteration++) {
    let information = here.information()
    const { step, regular } = newtonStep(information, here.gradient)
    // Half the squared length of the step: what a quadratic function would still gain.
    const gain = step.reduce((sum, d, i) => sum + d * (here?.gradient[i] as number), 0) / 2
    // Towards a limit that lies at infinity the gain dies out, and the steps do not.
    const near =
      regular && step.every((d, i) => Math.abs(d) < 1e-4 * (1 + Math.abs(at[i] as number)))
    const stopped = (converged: boolean): Maximum => {
      const { value, gradient } = here as Evaluated
      return {
        at,
        value,
        gradient: steepest(gradient),
        information,
        converged,
        iterations: iteration,
      }
    }
    if (near && gain < tolerance * (1 + Math.abs(here.value))) {
      // The last step gains nothing that the value could show, but the place does.
      const last = at.map((value, i) => value + (step[i] as number))
      const there = evaluate(last)
      if (there && steepest(there.gradient) < steepest(here.gradient)) {
        at = last
        here = there
        information = there.information()
      }
      return stopped(true)
    }
    if (iteration > iterations) return stopped(false)
    let next: Evaluated | null = null
    let place = at
    for (let scale = 1; scale > 1e-10; scale /= 2) {
      place = at.map((value, i) => value + scale * (step[i] as number))
      next = evaluate(place)
      if (next && next.value > here.value) break
      next = null
    }
    // No way up: the top as far as rounding shows it, if slope and step say so too.
    if (!next) return stopped(near && gain < 1e-8 * (1 + Math.abs(here.value)))
    at = place
    here = next
  }
}

function steepest(gradient: Float64Array): number {
  return gradient.reduce((max, slope) => Math.max(max, Math.abs(slope)), 0)
}

function newtonStep(
  information: Matrix,
  gradient: Float64Array,
): { step: Float64Array; regular: boolean } {
  const size = gradient.length
  const right = Matrix.columnVector(Array.from(gradient))
  let largest = 0
  for (let i = 0; i < size; i++) largest = Math.max(largest, Math.abs(information.get(i, i)))
  for (let ridge = 0; ; ridge = ridge === 0 ? 1e-8 * (largest || 1) : ridge * 10) {
    const tried = information.clone()
    for (let i = 0; i < size; i++) tried.set(i, i, tried.get(i, i) + ridge)
    const cholesky = new CholeskyDecomposition(tried)
    if (!isSafe(cholesky, largest) && ridge < 1e8 * (largest || 1)) continue
    return { step: Float64Array.from(cholesky.solve(right).to1DArray()), regular: ridge === 0 }
  }
}

/** Positive definite, and not only by rounding. */
function isSafe(cholesky: CholeskyDecomposition, largest: number): boolean {
  if (!cholesky.isPositiveDefinite()) return false
  const lower = cholesky.lowerTriangularMatrix
  for (let i = 0; i < lower.rows; i++) {
    if (!(lower.get(i, i) ** 2 > 1e-13 * largest)) return false
  }
  return true
}

/** The inverse of the information; null where it is singular. */
export function covarianceOf(information: Matrix): Matrix | null {
  let largest = 0
  for (let i = 0; i < information.rows; i++) {
    largest = Math.max(largest, Math.abs(information.get(i, i)))
  }
  const cholesky = new CholeskyDecomposition(information)
  return isSafe(cholesky, largest) ? cholesky.solve(Matrix.eye(information.rows)) : null
}
