/**
 * Linear between order statistics (type 7 of Hyndman and Fan 1996; numpy's default).
 * @param sorted rising, at least one
 * @param share 0..1
 */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const at = share * (sorted.length - 1)
  const low = Math.floor(at)
  const below = sorted[low] as number
  const above = sorted[Math.min(low + 1, sorted.length - 1)] as number
  return below + (at - low) * (above - below)
}
