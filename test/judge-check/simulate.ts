import {
  estimateCutoff,
  type CutoffEstimate,
} from '../../src/main/statistics/sampling/judged-cutoff.ts'
import { drawFromStrata, planStrata } from '../../src/main/statistics/sampling/strata.ts'
import { lowerBound } from '../../src/shared/sorted.ts'
import type { Population } from './sample-population.ts'

/** Below, among and above the truth's hump of wrong pairs: precision from 0.83 to 0.99. */
export const CUTOFFS = [0.1, 0.3, 0.4, 0.5, 0.65] as const

export interface Coverage {
  cutoff: number
  size: number
  precision: Covered
  recall: Covered
}
export interface Covered {
  truth: number
  /** Judgings whose interval holds the truth; all of them gave one. */
  covered: number
  runs: number
  /** Mean width of the intervals, and mean of the estimates. */
  width: number
  mean: number
}

/** Judges a population again and again, each time with a sample of another seed. */
export function coverage(of: Population, cutoff: number, size: number, runs: number): Coverage {
  const { scores, right } = of
  const line = lowerBound(scores, cutoff)
  const rightIn = (from: number): number => right.slice(from).filter(Boolean).length
  const precision = tally(rightIn(line) / (scores.length - line))
  const recall = tally(rightIn(line) / rightIn(0))
  for (let seed = 1; seed <= runs; seed++) {
    const strata = planStrata(scores, cutoff, size)
    const answers = drawFromStrata(strata, seed).map((place) => ({
      place,
      right: right[place] as boolean,
    }))
    const found = estimateCutoff({ scores, strata, answers }, cutoff)
    precision.add(found.precision)
    recall.add(found.recall)
  }
  return { cutoff, size, precision: precision.done(), recall: recall.done() }
}

function tally(truth: number): {
  add(found: CutoffEstimate['recall']): void
  done(): Covered
} {
  let [covered, runs, width, mean] = [0, 0, 0, 0]
  return {
    add(found) {
      runs++
      if (!found) return
      if (found.low <= truth + 1e-12 && truth - 1e-12 <= found.high) covered++
      width += found.high - found.low
      mean += found.estimate
    },
    done: () => ({ truth, covered, runs, width: width / runs, mean: mean / runs }),
  }
}
