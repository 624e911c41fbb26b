import type { SimilarityInput } from '#shared/contract/jobs/similarity.ts'
import { AppError } from '#shared/errors.ts'
import type { Answer } from './row-scores.ts'

/** Rows of one group that a softmax runs over, at most: they wait for each other in memory. */
export const MOST_CANDIDATES = 100_000

/** exp(logit_scale) of CLIP as published (Radford et al. 2021 clip it there), where a model does not say its own. */
const USUAL_SCALE = 100

/** Cosines in the unit that was asked for, as they are written. */
export function inUnit(cosine: number, unit: 'cosine' | 'x100'): number {
  return unit === 'cosine' ? rounded(cosine) : rounded(100 * Math.max(cosine, 0))
}

/** Float32 vectors carry no more digits. */
function rounded(value: number): number {
  return Number(value.toPrecision(7))
}

export const scaleOf = (known: number | null): number => known ?? USUAL_SCALE

/**
 * Shares of a softmax of `scale` times the cosine over a group, as CLIP's zero-shot classification
 * (Radford et al. 2021). Rows without a cosine take no part.
 */
export function softmaxOf(group: readonly Answer[], m: number, scale: number): (number | null)[] {
  const logits = group.map((one) => ('problem' in one ? null : scale * (one.cosines[m] as number)))
  let most = -Infinity
  for (const logit of logits) if (logit !== null && logit > most) most = logit
  const weights = logits.map((logit) => (logit === null ? null : Math.exp(logit - most)))
  let sum = 0
  for (const weight of weights) sum += weight ?? 0
  return weights.map((weight) => (weight === null ? null : rounded(weight / sum)))
}

/** Follows groups of rows that belong together; the last one is open until another begins. */
export function createGroups<T>(over: SimilarityInput['over']) {
  let open: T[] = []
  let openKey: string | null = null
  return {
    /** @returns the group that ended before this row */
    add(key: string | null, row: T): T[] {
      // Rows without a key belong to no other.
      const begins = key === null || key !== openKey
      const ended = begins ? open : []
      if (begins) open = []
      openKey = key
      open.push(row)
      if (open.length > MOST_CANDIDATES) {
        throw new AppError(
          'invalid-input',
          `More than ${MOST_CANDIDATES} rows in a row have the same ${over === 'texts' ? 'picture' : 'text'}.`,
          'A softmax needs all of them at once: choose another unit, or split the table.',
        )
      }
      return ended
    },
    end(): T[] {
      const ended = open
      open = []
      openKey = null
      return ended
    },
  }
}
