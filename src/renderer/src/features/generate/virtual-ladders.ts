/** Which groups of a long list are drawn: those near what is seen, of heights that become known. */

/** Where each group begins, in px; one more than there are groups: the end. */
export function offsetsOf(heights: readonly number[]): number[] {
  const offsets = [0]
  for (const height of heights) offsets.push((offsets.at(-1) as number) + height)
  return offsets
}

/**
 * The groups that touch a stretch of the list, half-open.
 * @param offsets as `offsetsOf` gives them
 */
export function groupsWithin(
  offsets: readonly number[],
  top: number,
  bottom: number,
): [from: number, to: number] {
  const n = offsets.length - 1
  const from = Math.max(0, firstAbove(offsets, top) - 1)
  const to = Math.min(n, firstAbove(offsets, bottom))
  return [Math.min(from, n), Math.max(from, to)]
}

/** The first place whose value is more than a limit. */
function firstAbove(values: readonly number[], limit: number): number {
  let low = 0
  let high = values.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((values[middle] as number) > limit) high = middle
    else low = middle + 1
  }
  return low
}
