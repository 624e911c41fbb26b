import { noiseTable } from './betas.ts'
import type { SchedulerConfig } from './config.ts'
import { interpolated, karrasSigmas, sigmaTable, timestepOf } from './sigmas.ts'
import { evenly, wholeTimesteps } from './timesteps.ts'
import { mapped, mixed, type Prediction, type Scheduler } from './types.ts'

/** The noise levels of the two schedulers of Euler, and what they share. */
export interface Levels {
  timesteps: number[]
  /** One more than timesteps. */
  sigmas: Float32Array
  initNoiseSigma: number
}

export function eulerLevels(config: SchedulerConfig, steps: number): Levels {
  const { trainTimesteps, spacing, stepsOffset } = config
  const table = sigmaTable(noiseTable(config).alphasCumprod, config.rescaleBetasZeroSnr)
  const plain =
    spacing === 'linspace'
      ? // Fractions, which the noise levels are interpolated at.
        evenly(trainTimesteps - 1, steps)
          .map(Math.fround)
          .reverse()
      : wholeTimesteps(spacing, trainTimesteps, steps, stepsOffset)
  const levels = plain.map((t) => interpolated(table, t))
  const low = config.sigmaMin ?? (levels.at(-1) as number)
  const high = config.sigmaMax ?? (levels[0] as number)
  const used = config.karras ? karrasSigmas(low, high, steps) : levels
  const final = config.finalSigma === 'zero' ? 0 : (table[0] as number)
  const sigmas = Float32Array.from([...used, final])
  const largest = Math.max(...sigmas)
  return {
    timesteps: config.karras ? used.map((sigma) => Math.fround(timestepOf(sigma, table))) : plain,
    sigmas,
    initNoiseSigma: spacing === 'leading' ? Math.sqrt(largest ** 2 + 1) : largest,
  }
}

/** `clean = a sample + b output`, where `sample = clean + sigma noise`. */
export function cleanOf(prediction: Prediction, sigma: number): readonly [number, number] {
  const length = Math.sqrt(sigma ** 2 + 1)
  switch (prediction) {
    case 'epsilon':
      return [1, -sigma]
    case 'sample':
      return [0, 1]
    case 'v_prediction':
      return [1 / length ** 2, -sigma / length]
  }
}

export function scaled(sample: Float32Array, sigma: number): Float32Array {
  const length = Math.sqrt(sigma ** 2 + 1)
  return sample.map((x) => x / length)
}

/** Karras et al. 2022, arXiv 2206.00364, algorithm 2 without churn and second order. */
export function createEuler(config: SchedulerConfig, steps: number): Scheduler {
  const { timesteps, sigmas, initNoiseSigma } = eulerLevels(config, steps)
  const sigmaAt = (k: number): number => sigmas[k] as number
  return {
    name: 'euler',
    timesteps,
    sigmas: [...sigmas],
    initNoiseSigma,
    takesNoise: () => false,
    scaleInput: (sample, k) => scaled(sample, sigmaAt(k)),
    step(k, output, sample) {
      const [now, next] = [sigmaAt(k), sigmaAt(k + 1)]
      const [a, b] = cleanOf(config.prediction, now)
      const share = next / now
      // sample + (sample - clean) / now * (next - now)
      return mapped(sample.length, (i) => {
        const x = sample[i] as number
        const x0 = a * x + b * (output[i] as number)
        return x0 + (x - x0) * share
      })
    },
    addNoise: (clean, noise, k) => mixed(1, clean, sigmaAt(k), noise),
  }
}
