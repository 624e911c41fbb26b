/** Places at the right end of lines, moved apart so that labels of `height` do not overlap. */
export function spreadLabels(places: readonly number[], height: number, lo: number, hi: number) {
  const order = places.map((at, i) => ({ at, i })).sort((a, b) => a.at - b.at)
  let next = lo
  for (const item of order) {
    item.at = Math.max(item.at, next)
    next = item.at + height
  }
  // Back up from the lower end where they ran over it.
  let last = hi
  for (const item of [...order].reverse()) {
    item.at = Math.min(item.at, last)
    last = item.at - height
  }
  const out = new Array<number>(places.length)
  for (const { at, i } of order) out[i] = at
  return out
}
