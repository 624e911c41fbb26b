import { seededRandom } from '#shared/random.ts'
import { lowerBound } from '#shared/sorted.ts'

/** Neighbours in the order of scores: the places `from` (included) to `to` (not) of the population. */
export interface Stratum {
  from: number
  to: number
  /** How many of them are drawn. */
  take: number
}

/** Of each side of the line, counted from the line: the nearest tenth, and so on. */
export const SIDE_SHARES = [0.1, 0.2, 0.3, 0.4] as const

/**
 * Strata on both sides of a cutoff and an equal allocation: each stratum gives as many, so that the
 * pairs nearest to the line are drawn more often than those far from it; what a small one does not
 * have is shared among the others. Strata never reach over the line. (Cochran, Sampling Techniques,
 * 1977, 5.) A side without pairs has no strata.
 * @param scores of the population, ascending
 * @param cutoff kept is what is at or above it
 * @param size how many are drawn in all; more than there are draws all
 */
export function planStrata(scores: Float32Array, cutoff: number, size: number): Stratum[] {
  const line = lowerBound(scores, cutoff)
  const edges = (count: number): number[] => {
    let share = 0
    return SIDE_SHARES.map((part, i) => {
      share += part
      return i === SIDE_SHARES.length - 1 ? count : Math.round(count * share)
    })
  }
  const bounds = [
    ...edges(line)
      .map((distance) => line - distance)
      .reverse(),
    line,
    ...edges(scores.length - line).map((distance) => line + distance),
  ]
  const strata = bounds
    .slice(1)
    .map((to, i) => ({ from: bounds[i] as number, to, take: 0 }))
    .filter(({ from, to }) => to > from)
  let left = Math.min(size, scores.length)
  while (left > 0) {
    const open = strata.filter(({ from, to, take }) => take < to - from)
    const share = Math.max(1, Math.floor(left / open.length))
    for (const stratum of open) {
      const more = Math.min(share, stratum.to - stratum.from - stratum.take, left)
      stratum.take += more
      left -= more
    }
  }
  return strata
}

/**
 * Draws from each stratum without replacement, every one alike, and shuffles all: the order says
 * nothing of the score.
 * @returns places in the population
 */
export function drawFromStrata(strata: readonly Stratum[], seed: number): number[] {
  const random = seededRandom(seed)
  const drawn = strata.flatMap(({ from, to, take }) => {
    // Floyd's algorithm: no array of the whole stratum.
    const chosen = new Set<number>()
    for (let top = to - from - take; top < to - from; top++) {
      const pick = random.below(top + 1)
      chosen.add(chosen.has(pick) ? top : pick)
    }
    return [...chosen].map((place) => from + place)
  })
  const order = Int32Array.from(drawn)
  random.shuffle(order)
  return [...order]
}
