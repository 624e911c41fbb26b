/** Estimates are counted in bins, so that the border above which the best lie is found without sorting. */
export const BINS = 4096
/** An estimate may lie a little beyond 1. */
const WIDEST = 1.25
const PER_UNIT = BINS / (2 * WIDEST)

export function binOf(estimate: number): number {
  const bin = Math.floor((estimate + WIDEST) * PER_UNIT)
  return bin < 0 ? 0 : bin < BINS ? bin : BINS - 1
}

/**
 * The estimate above which all rows lie that may be among the best: that of the `n`-th best, less what
 * estimates may be off, and so far down that there are at least `least` rows.
 * @param counts of rows in each bin
 * @param margin of a cosine
 */
export function borderOf(
  counts: Int32Array,
  { n, least, margin }: { n: number; least: number; margin: number },
): number {
  let above = 0
  let [ofBest, ofLeast] = [0, 0]
  for (let bin = BINS - 1; bin >= 0; bin--) {
    above += counts[bin] as number
    if (ofBest === 0 && above >= n) ofBest = bin
    if (above < least) continue
    ofLeast = bin
    break
  }
  if (ofBest === 0 || ofLeast === 0) return -Infinity
  const edge = (bin: number): number => bin / PER_UNIT - WIDEST
  return Math.min(edge(ofBest) - margin, edge(ofLeast))
}
