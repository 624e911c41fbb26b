/**
 * Krippendorff's alpha from its coincidences: 1 - observed / expected disagreement. 1 = full
 * agreement, 0 = chance, below 0 = systematic disagreement.
 */

/** How often two values met, over pairs of raters: o_ck, symmetric, keyed by both. */
export interface Coincidences<V> {
  /** Number of pairable values, n. */
  n: number
  /** o_ck by c, then k. */
  met: Map<V, Map<V, number>>
}

/** delta^2 of two values, which may depend on how often each was given (`totals`, n_c). */
export type Distance<V> = (a: V, b: V) => number

export function noCoincidences<V>(): Coincidences<V> {
  return { n: 0, met: new Map() }
}

/**
 * Adds one unit (or `weight` equal ones) with the values that raters gave it. A unit with fewer
 * than two values is left out, as the definition says: there is nothing to compare.
 */
export function addUnit<V>(sums: Coincidences<V>, values: readonly V[], weight = 1): void {
  const m = values.length
  if (m < 2) return
  const counts = new Map<V, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  const share = weight / (m - 1)
  for (const [a, n] of counts) {
    for (const [b, k] of counts) {
      const pairs = a === b ? n * (n - 1) : n * k
      if (pairs > 0) add(sums, a, b, share * pairs)
    }
  }
  sums.n += weight * m
}

export function addCoincidences<V>(sums: Coincidences<V>, other: Coincidences<V>): void {
  sums.n += other.n
  for (const [a, row] of other.met) for (const [b, n] of row) add(sums, a, b, n)
}

function add<V>(sums: Coincidences<V>, a: V, b: V, many: number): void {
  let row = sums.met.get(a)
  if (!row) sums.met.set(a, (row = new Map()))
  row.set(b, (row.get(b) ?? 0) + many)
}

/** n_c: how many pairable values are c. */
export function totalsOf<V>({ met }: Coincidences<V>): Map<V, number> {
  return new Map(
    [...met].map(([value, row]) => [value, [...row.values()].reduce((a, b) => a + b, 0)]),
  )
}

/**
 * Alpha for any number of raters, missing values and any distance:
 *
 *     alpha = 1 - (n - 1) sum_{c != k} o_ck delta^2_ck / sum_{c != k} n_c n_k delta^2_ck
 *
 * (Krippendorff 2011, Computing Krippendorff's Alpha-Reliability.) null where it is not defined:
 * nothing to pair, or all values alike.
 */
export function alphaOf<V>(sums: Coincidences<V>, distance: Distance<V>): number | null {
  const totals = totalsOf(sums)
  let observed = 0
  let expected = 0
  for (const [a, row] of sums.met) {
    const n = totals.get(a) as number
    for (const [b, many] of totals) {
      if (a === b) continue
      const apart = distance(a, b)
      observed += (row.get(b) ?? 0) * apart
      expected += n * many * apart
    }
  }
  return expected > 0 ? 1 - ((sums.n - 1) * observed) / expected : null
}

/** Alpha of values that are alike or not. */
export function nominalAlpha<V>(sums: Coincidences<V>): number | null {
  return alphaOf(sums, () => 1)
}
