import { noiseTable } from './betas.ts'
import type { SchedulerConfig } from './config.ts'
import { clipped, splitOf } from './predict.ts'
import { wholeTimesteps } from './timesteps.ts'
import { mapped, mixed, needed, type Scheduler } from './types.ts'

/**
 * Song et al. 2021, arXiv 2010.02502, equations 12 and 16.
 * @param eta share of the noise that is drawn anew; 0 = none
 */
export function createDdim(config: SchedulerConfig, steps: number, eta = 0): Scheduler {
  const { trainTimesteps, spacing, stepsOffset, prediction, clip } = config
  const { alphasCumprod } = noiseTable(config)
  const timesteps = wholeTimesteps(spacing, trainTimesteps, steps, stepsOffset)
  const stride = Math.floor(trainTimesteps / steps)
  const last = config.setAlphaToOne ? 1 : (alphasCumprod[0] as number)
  const product = (t: number): number => (t >= 0 ? (alphasCumprod[t] as number) : last)
  return {
    name: 'ddim',
    timesteps,
    sigmas: null,
    initNoiseSigma: 1,
    takesNoise: () => eta > 0,
    scaleInput: (sample) => sample,
    step(k, output, sample, noise) {
      const t = timesteps[k] as number
      const [now, next] = [product(t), product(t - stride)]
      const { clean, noise: direction } = splitOf(prediction, Math.sqrt(now), Math.sqrt(1 - now))
      const variance = ((1 - next) / (1 - now)) * (1 - now / next)
      const drawn = eta * Math.sqrt(variance)
      const [a, b] = [Math.sqrt(next), Math.sqrt(1 - next - drawn ** 2)]
      const fresh = eta > 0 ? needed(noise) : null
      return mapped(sample.length, (i) => {
        const [x, y] = [sample[i] as number, output[i] as number]
        const x0 = clipped(clean[0] * x + clean[1] * y, clip)
        const kept = a * x0 + b * (direction[0] * x + direction[1] * y)
        return fresh ? kept + drawn * (fresh[i] as number) : kept
      })
    },
    addNoise(clean, noise, k) {
      const now = product(timesteps[k] as number)
      return mixed(Math.sqrt(now), clean, Math.sqrt(1 - now), noise)
    },
  }
}
