/** How numbers lie: counted as they come, in memory that does not grow with them. */
export interface Spread {
  /** A finite number. */
  add(value: number): void
  /** @param most bins, of one width that is round: 1 or 5 times a power of ten */
  told(most: number): {
    n: number
    mean: number | null
    sd: number | null
    min: number | null
    max: number | null
    bins: { from: number; to: number; n: number }[]
  }
}

/** Fine bins that are kept at most; beyond, two become one. */
const MOST_FINE = 4096
const FINEST = -6

/** Widths of bins from the finest on: 1e-6, 5e-6, 1e-5, ... Each is a whole multiple of the one before. */
const widthOf = (step: number): number => (step % 2 === 0 ? 1 : 5) * 10 ** (FINEST + (step >> 1))

/**
 * Mean and deviation by Welford's recurrence; bins on a grid through 0 that grows coarser by whole
 * multiples, so that counts are those of all numbers.
 */
export function createSpread(): Spread {
  let n = 0
  let mean = 0
  let squares = 0
  let min = Infinity
  let max = -Infinity
  let step = 0
  let fine = new Map<number, number>()

  function coarser(): void {
    step++
    const ratio = Math.round(widthOf(step) / widthOf(step - 1))
    const next = new Map<number, number>()
    for (const [bin, count] of fine) {
      const to = Math.floor(bin / ratio)
      next.set(to, (next.get(to) ?? 0) + count)
    }
    fine = next
  }

  return {
    add(value) {
      n++
      const away = value - mean
      mean += away / n
      squares += away * (value - mean)
      min = Math.min(min, value)
      max = Math.max(max, value)
      const bin = binOf(value, widthOf(step))
      fine.set(bin, (fine.get(bin) ?? 0) + 1)
      while (fine.size > MOST_FINE) coarser()
    },
    told(most) {
      if (n === 0) return { n, mean: null, sd: null, min: null, max: null, bins: [] }
      const bins = [...fine.keys()]
      const lowest = bins.reduce((a, b) => Math.min(a, b))
      const highest = bins.reduce((a, b) => Math.max(a, b))
      let at = step
      const ratio = (): number => Math.round(widthOf(at) / widthOf(step))
      const span = (): number => Math.floor(highest / ratio()) - Math.floor(lowest / ratio()) + 1
      while (span() > most) at++
      const width = widthOf(at)
      const first = Math.floor(lowest / ratio())
      const counts = new Array<number>(span()).fill(0)
      for (const [bin, count] of fine) {
        const to = Math.floor(bin / ratio()) - first
        counts[to] = (counts[to] as number) + count
      }
      // A product of the width would be 0.30000000000000004.
      const edge = (i: number): number => Number(((first + i) * width).toPrecision(12))
      return {
        n,
        mean,
        sd: n > 1 ? Math.sqrt(squares / (n - 1)) : null,
        min,
        max,
        bins: counts.map((count, i) => ({ from: edge(i), to: edge(i + 1), n: count })),
      }
    },
  }
}

/** Which bin of a grid a number lies in; one that is a rounding away from an edge lies on it. */
function binOf(value: number, width: number): number {
  const at = value / width
  const near = Math.round(at)
  return Math.abs(at - near) < 1e-9 * Math.max(1, Math.abs(near)) ? near : Math.floor(at)
}
