import { noiseTable } from './betas.ts'
import type { SchedulerConfig } from './config.ts'
import { clipped, splitOf } from './predict.ts'
import { wholeTimesteps } from './timesteps.ts'
import { mapped, mixed, needed, type Scheduler } from './types.ts'

/** Ho et al. 2020, arXiv 2006.11239, equations 6, 7 and 15, between the timesteps that are taken. */
export function createDdpm(config: SchedulerConfig, steps: number): Scheduler {
  const { trainTimesteps, spacing, stepsOffset, prediction, clip, variance } = config
  const { alphasCumprod } = noiseTable(config)
  const timesteps = wholeTimesteps(spacing, trainTimesteps, steps, stepsOffset)
  const product = (k: number): number => {
    const t = timesteps[k]
    return t === undefined ? 1 : (alphasCumprod[t] as number)
  }
  return {
    name: 'ddpm',
    timesteps,
    sigmas: null,
    initNoiseSigma: 1,
    takesNoise: (k) => (timesteps[k] as number) > 0,
    scaleInput: (sample) => sample,
    step(k, output, sample, noise) {
      const [now, next] = [product(k), product(k + 1)]
      const alpha = now / next
      const { clean } = splitOf(prediction, Math.sqrt(now), Math.sqrt(1 - now))
      const a = (Math.sqrt(next) * (1 - alpha)) / (1 - now)
      const b = (Math.sqrt(alpha) * (1 - next)) / (1 - now)
      const small = Math.max(((1 - next) / (1 - now)) * (1 - alpha), 1e-20)
      const drawn = Math.sqrt(variance === 'fixed_large' ? 1 - alpha : small)
      const fresh = (timesteps[k] as number) > 0 ? needed(noise) : null
      return mapped(sample.length, (i) => {
        const x = sample[i] as number
        const x0 = clipped(clean[0] * x + clean[1] * (output[i] as number), clip)
        const kept = a * x0 + b * x
        return fresh ? kept + drawn * (fresh[i] as number) : kept
      })
    },
    addNoise(clean, noise, k) {
      const now = product(k)
      return mixed(Math.sqrt(now), clean, Math.sqrt(1 - now), noise)
    },
  }
}
