/** Counts by cell, rows from the least value up. */
export interface Density {
  columns: number
  rows: number
  counts: readonly number[]
  n: number
}

/**
 * Joins cells so that a few points do not fall apart into specks: at most one and a half times the
 * square root of n cells a side (8 at least), halving while both sides are even.
 */
export function coarser(density: Density): Density {
  const wanted = Math.max(8, 1.5 * Math.sqrt(density.n))
  let now = density
  while (now.columns > wanted && now.columns % 2 === 0 && now.rows % 2 === 0) {
    const columns = now.columns / 2
    const rows = now.rows / 2
    const counts = new Array<number>(columns * rows).fill(0)
    now.counts.forEach((n, i) => {
      const row = Math.floor(i / now.columns) >> 1
      const column = (i % now.columns) >> 1
      const at = row * columns + column
      counts[at] = (counts[at] as number) + n
    })
    now = { columns, rows, counts, n: now.n }
  }
  return now
}

/** Where a count stands between 1 and the largest on a log scale, 0..1. */
export function logShade(count: number, max: number): number {
  if (count <= 0) return 0
  return max <= 1 ? 1 : Math.log(count) / Math.log(max)
}
