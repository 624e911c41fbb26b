import { normalCdf, normalQuantile } from './distributions.ts'

/** The latent distribution of a cumulative model: logistic or normal. */
export type Link = 'logit' | 'probit'

/**
 * log(F(upper) - F(lower)) and what its derivatives are made of: with P = F(upper) - F(lower),
 * a = f(u)/P, b = f(l)/P, c = f'(u)/P, d = f'(l)/P, e = f''(u)/P, g = f''(l)/P.
 */
export interface Terms {
  log: number
  a: number
  b: number
  c: number
  d: number
  e: number
  g: number
}

/** @param upper may be Infinity @param lower below upper; may be -Infinity */
export function intervalTerms(link: Link, upper: number, lower: number): Terms {
  const F = link === 'logit' ? logistic : normalCdf
  // Where both lie in the upper tail the difference of the lower tails keeps its digits.
  const p = lower > 0 ? F(-lower) - F(-upper) : F(upper) - F(lower)
  const [u, l] =
    link === 'logit'
      ? [logisticDensity(upper), logisticDensity(lower)]
      : [normalDensity(upper), normalDensity(lower)]
  return {
    log: Math.log(p),
    a: u[0] / p,
    b: l[0] / p,
    c: u[1] / p,
    d: l[1] / p,
    e: u[2] / p,
    g: l[2] / p,
  }
}

/** Where a share of the latent distribution ends. */
export function linkQuantile(link: Link, share: number): number {
  return link === 'logit' ? Math.log(share / (1 - share)) : normalQuantile(share)
}

export function logistic(x: number): number {
  const e = Math.exp(-Math.abs(x))
  return x < 0 ? e / (1 + e) : 1 / (1 + e)
}

type Density = readonly [f: number, first: number, second: number]
const NOTHING: Density = [0, 0, 0]

function logisticDensity(x: number): Density {
  if (!Number.isFinite(x)) return NOTHING
  const e = Math.exp(-Math.abs(x))
  const f = e / ((1 + e) * (1 + e))
  return [f, (f * (x < 0 ? 1 - e : e - 1)) / (1 + e), f * (1 - 6 * f)]
}

function normalDensity(x: number): Density {
  if (!Number.isFinite(x)) return NOTHING
  const f = Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)
  return [f, -x * f, (x * x - 1) * f]
}
