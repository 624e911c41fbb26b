import type { SchedulerName } from '#shared/contract/choices.ts'

export { SCHEDULERS, type SchedulerName } from '#shared/contract/choices.ts'

/** What a model says of a noisy sample: its noise, the picture itself, or the "velocity" between. */
export type Prediction = 'epsilon' | 'v_prediction' | 'sample'

/** How timesteps lie in those of the training; arXiv 2305.08891, table 2. */
export type Spacing = 'leading' | 'trailing' | 'linspace'

/**
 * One run through the noise levels. Samples, outputs and noises are float32 arrays of one length;
 * coefficients are float64, and each value is rounded once. `step` is called for 0, 1, 2, ... in
 * order (or from a later one on), since some keep earlier outputs.
 */
export interface Scheduler {
  readonly name: SchedulerName
  /** What the model is told, one a call; fractions with some. */
  readonly timesteps: readonly number[]
  /** Noise levels, one more than timesteps; null where the class has none. */
  readonly sigmas: readonly number[] | null
  /** What standard normal latents are scaled by at the start. */
  readonly initNoiseSigma: number
  /** Whether the step after the model's k-th call adds noise. */
  takesNoise(k: number): boolean
  /** What the model gets of a sample in its k-th call. */
  scaleInput(sample: Float32Array, k: number): Float32Array
  /**
   * The sample after the k-th call.
   * @param output of the model
   * @param noise standard normal, where `takesNoise(k)`
   */
  step(
    k: number,
    output: Float32Array,
    sample: Float32Array,
    noise: Float32Array | null,
  ): Float32Array
  /** A clean sample as noisy as it is before the k-th call: where a picture is the start. */
  addNoise(clean: Float32Array, noise: Float32Array, k: number): Float32Array
}

/** A value of each place, rounded to float32. */
export function mapped(length: number, valueAt: (i: number) => number): Float32Array {
  const out = new Float32Array(length)
  for (let i = 0; i < length; i++) out[i] = valueAt(i)
  return out
}

/** `a x + b y`, each place rounded once. */
export function mixed(a: number, x: Float32Array, b: number, y: Float32Array): Float32Array {
  return mapped(x.length, (i) => a * (x[i] as number) + b * (y[i] as number))
}

/** Noise where a step needs some; throws where none was given. */
export function needed(noise: Float32Array | null): Float32Array {
  if (noise === null) throw new RangeError('this step of the scheduler takes noise')
  return noise
}
