/** Items whose median is the pace. */
const PACE_ITEMS = 20
/** Items before a pace is said at all. */
const LEAST = 3
/** The last so many against those before them tell whether somebody tires. */
const LATE = 10
/** So many times slower counts as tired. */
const TIRED = 1.5

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2
}

/** Median seconds an item of the last 20; null before there are three. */
export function paceOf(seconds: readonly number[]): number | null {
  return seconds.length < LEAST ? null : median(seconds.slice(-PACE_ITEMS))
}

/**
 * Whether the last ten items of a sitting took half as long again as those before them (medians).
 * @param seconds of each item since the sitting began; false before there are 30
 */
export function isTiring(seconds: readonly number[]): boolean {
  if (seconds.length < LATE + PACE_ITEMS) return false
  return median(seconds.slice(-LATE)) >= TIRED * median(seconds.slice(0, -LATE))
}
