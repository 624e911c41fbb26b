import { AppError } from '#shared/errors.ts'
import type { Prediction } from './types.ts'

/**
 * Numbers that give the clean sample and the noise of an output:
 * `clean = a sample + b output`, `noise = c sample + d output`,
 * where `sample = signal clean + spread noise` and `signal^2 + spread^2 = 1`.
 */
export interface Split {
  clean: readonly [number, number]
  noise: readonly [number, number]
}

/**
 * DDIM, arXiv 2010.02502, equation 12, and for the velocity `signal noise - spread clean` arXiv
 * 2202.00512, appendix D.
 * @param signal sqrt of the product of alphas
 * @param spread sqrt of what is left
 */
export function splitOf(prediction: Prediction, signal: number, spread: number): Split {
  switch (prediction) {
    case 'epsilon':
      return { clean: [1 / signal, -spread / signal], noise: [0, 1] }
    case 'sample':
      return { clean: [0, 1], noise: [1 / spread, -signal / spread] }
    case 'v_prediction':
      return { clean: [signal, -spread], noise: [spread, signal] }
  }
}

/** A clean value held in -range..range; null = as it is. */
export function clipped(value: number, range: number | null): number {
  return range === null ? value : Math.min(range, Math.max(-range, value))
}

/** Throws `unsupported` for what a scheduler cannot work with. */
export function refusePrediction(scheduler: string, prediction: Prediction): AppError {
  return new AppError(
    'unsupported',
    `The scheduler ${scheduler} has no form for models that predict "${prediction}"`,
    'Take another one, such as ddim.',
  )
}
