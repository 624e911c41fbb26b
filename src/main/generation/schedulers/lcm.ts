import { AppError } from '#shared/errors.ts'
import { noiseTable } from './betas.ts'
import type { SchedulerConfig } from './config.ts'
import { clipped, splitOf } from './predict.ts'
import { mapped, mixed, needed, type Scheduler } from './types.ts'

/** Spread of the data that the boundary conditions suppose. */
const SIGMA_DATA = 0.5

/**
 * Latent consistency models, Luo et al. 2023, arXiv 2310.04378: each step goes to the clean sample
 * and adds noise up to the next level.
 */
export function createLcm(config: SchedulerConfig, steps: number): Scheduler {
  const { trainTimesteps, originalSteps, prediction, clip, timestepScaling } = config
  if (steps > originalSteps || originalSteps > trainTimesteps) {
    throw new AppError(
      'invalid-input',
      `The scheduler lcm cannot take ${steps} steps: the model was distilled for ${originalSteps}`,
      `Take 1 to ${originalSteps}; 4 to 8 are usual.`,
    )
  }
  const { alphasCumprod } = noiseTable(config)
  const stride = Math.floor(trainTimesteps / originalSteps)
  const timesteps = Array.from({ length: steps }, (_, i) => {
    const skipped = Math.floor((i * originalSteps) / steps)
    return (originalSteps - skipped) * stride - 1
  })
  const product = (k: number): number => alphasCumprod[timesteps[k] as number] as number
  return {
    name: 'lcm',
    timesteps,
    sigmas: null,
    initNoiseSigma: 1,
    takesNoise: (k) => k < timesteps.length - 1,
    scaleInput: (sample) => sample,
    step(k, output, sample, noise) {
      const now = product(k)
      const { clean } = splitOf(prediction, Math.sqrt(now), Math.sqrt(1 - now))
      // Boundary conditions of consistency models, arXiv 2303.01469, appendix C.
      const time = (timesteps[k] as number) * timestepScaling
      const keep = SIGMA_DATA ** 2 / (time ** 2 + SIGMA_DATA ** 2)
      const take = time / Math.sqrt(time ** 2 + SIGMA_DATA ** 2)
      const isLast = k === timesteps.length - 1
      const next = isLast ? 1 : product(k + 1)
      const [a, b] = [Math.sqrt(next), Math.sqrt(1 - next)]
      const fresh = isLast ? null : needed(noise)
      return mapped(sample.length, (i) => {
        const x = sample[i] as number
        const x0 = clipped(clean[0] * x + clean[1] * (output[i] as number), clip)
        const denoised = take * x0 + keep * x
        return fresh ? a * denoised + b * (fresh[i] as number) : denoised
      })
    },
    addNoise(clean, noise, k) {
      const now = product(k)
      return mixed(Math.sqrt(now), clean, Math.sqrt(1 - now), noise)
    },
  }
}
