import { noiseTable } from './betas.ts'
import type { SchedulerConfig } from './config.ts'
import { refusePrediction, splitOf } from './predict.ts'
import { wholeTimesteps } from './timesteps.ts'
import { mapped, mixed, type Scheduler } from './types.ts'

/** Weights of the last outputs, the newest first: Liu et al. 2022, arXiv 2202.09778, equation 12. */
const WEIGHTS = [
  [1],
  [3 / 2, -1 / 2],
  [23 / 12, -16 / 12, 5 / 12],
  [55 / 24, -59 / 24, 37 / 24, -9 / 24],
] as const

/**
 * PNDM without its Runge-Kutta steps (`skip_prk_steps`), which is PLMS: the second timestep is asked
 * for twice, so there is one call more than steps.
 * @param skip steps that are left out at the start; the second of the others is asked for twice
 */
export function createPndm(config: SchedulerConfig, steps: number, skip: number): Scheduler {
  const { trainTimesteps, spacing, stepsOffset, prediction } = config
  if (prediction === 'sample') throw refusePrediction('pndm', prediction)
  const { alphasCumprod } = noiseTable(config)
  const plain = wholeTimesteps(spacing, trainTimesteps, steps, stepsOffset).slice(skip)
  const timesteps = plain.length === 1 ? plain : [...plain.slice(0, 2), ...plain.slice(1)]
  const stride = Math.floor(trainTimesteps / steps)
  const last = config.setAlphaToOne ? 1 : (alphasCumprod[0] as number)
  const product = (t: number): number => (t >= 0 ? (alphasCumprod[t] as number) : last)

  /** Outputs, the newest first. */
  let outputs: Float32Array[] = []
  let calls = 0
  let first: Float32Array | null = null

  /** Equation 9. */
  const moved = (
    sample: Float32Array,
    from: number,
    to: number,
    outputAt: (i: number) => number,
  ): Float32Array => {
    const [now, next] = [product(from), product(to)]
    const { noise } = splitOf(prediction, Math.sqrt(now), Math.sqrt(1 - now))
    const a = Math.sqrt(next / now)
    const b = (next - now) / (now * Math.sqrt(1 - next) + Math.sqrt(now * (1 - now) * next))
    return mapped(sample.length, (i) => {
      const x = sample[i] as number
      return a * x - b * (noise[0] * x + noise[1] * outputAt(i))
    })
  }

  return {
    name: 'pndm',
    timesteps,
    sigmas: null,
    initNoiseSigma: 1,
    takesNoise: () => false,
    scaleInput: (sample) => sample,
    step(k, output, sample) {
      const t = timesteps[k] as number
      const call = calls++
      if (call === 1) {
        const start = first as Float32Array
        const before = outputs[0] as Float32Array
        return moved(
          start,
          t + stride,
          t,
          (i) => ((output[i] as number) + (before[i] as number)) / 2,
        )
      }
      if (call === 0) first = sample
      outputs = [output, ...outputs].slice(0, 4)
      const weights = WEIGHTS[outputs.length - 1] as readonly number[]
      return moved(sample, t, t - stride, (i) =>
        outputs.reduce((sum, one, n) => sum + (weights[n] as number) * (one[i] as number), 0),
      )
    },
    addNoise(clean, noise, k) {
      const now = product(timesteps[k] as number)
      return mixed(Math.sqrt(now), clean, Math.sqrt(1 - now), noise)
    },
  }
}
