import type { SchedulerConfig } from './config.ts'
import { cleanOf, eulerLevels, scaled } from './euler.ts'
import { refusePrediction } from './predict.ts'
import { mapped, mixed, needed, type Scheduler } from './types.ts'

/** Euler steps to a lower level than the next, then noise up to it (k-diffusion's sample_euler_ancestral). */
export function createEulerAncestral(config: SchedulerConfig, steps: number): Scheduler {
  const { prediction } = config
  if (prediction === 'sample') throw refusePrediction('euler-a', prediction)
  // The class has no other levels.
  const plain = {
    ...config,
    karras: false,
    finalSigma: 'zero',
    sigmaMin: null,
    sigmaMax: null,
  } as const
  const { timesteps, sigmas, initNoiseSigma } = eulerLevels(plain, steps)
  const sigmaAt = (k: number): number => sigmas[k] as number
  return {
    name: 'euler-a',
    timesteps,
    sigmas: [...sigmas],
    initNoiseSigma,
    takesNoise: (k) => sigmaAt(k + 1) > 0,
    scaleInput: (sample, k) => scaled(sample, sigmaAt(k)),
    step(k, output, sample, noise) {
      const [now, next] = [sigmaAt(k), sigmaAt(k + 1)]
      const up = Math.sqrt((next ** 2 * (now ** 2 - next ** 2)) / now ** 2)
      const down = Math.sqrt(next ** 2 - up ** 2)
      const [a, b] = cleanOf(prediction, now)
      const share = down / now
      const fresh = up > 0 ? needed(noise) : null
      return mapped(sample.length, (i) => {
        const x = sample[i] as number
        const x0 = a * x + b * (output[i] as number)
        const kept = x0 + (x - x0) * share
        return fresh ? kept + up * (fresh[i] as number) : kept
      })
    },
    addNoise: (clean, noise, k) => mixed(1, clean, sigmaAt(k), noise),
  }
}
