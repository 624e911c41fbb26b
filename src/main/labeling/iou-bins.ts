/** One bar of a histogram of IoU by sample, from 0 to 1. */
export interface IouBin {
  lo: number
  hi: number
  n: number
}

const STEPS = 10

/**
 * The bin of a sample: nothing of it found (exactly 0), ten parts of what lies between, each with
 * its upper edge, and all of it found (exactly 1). The two ends stand alone, since most samples are
 * there.
 */
export function iouBin(iou: number): number {
  if (iou <= 0) return 0
  if (iou >= 1) return STEPS + 1
  return Math.min(STEPS, Math.ceil(iou * STEPS - 1e-9))
}

/** How many samples lie in each bin. */
export function iouBins(values: readonly number[]): IouBin[] {
  const bins = Array.from({ length: STEPS + 2 }, (_, at): IouBin => ({
    lo: at === 0 ? 0 : Math.min(1, (at - 1) / STEPS),
    hi: Math.min(1, at / STEPS),
    n: 0,
  }))
  const last = bins[STEPS + 1]
  if (last) last.lo = 1
  for (const value of values) {
    const bin = bins[iouBin(value)]
    if (bin) bin.n++
  }
  return bins
}
