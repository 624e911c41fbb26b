import { noiseTable } from './betas.ts'
import type { SchedulerConfig } from './config.ts'
import { splitOf } from './predict.ts'
import { interpolated, karrasSigmas, luSigmas, sigmaTable, timestepOf } from './sigmas.ts'
import { evenly, roundHalfEven, trailing } from './timesteps.ts'
import { mapped, mixed, needed, type Scheduler } from './types.ts'

function plainTimesteps(config: SchedulerConfig, steps: number): number[] {
  const { trainTimesteps, spacing, stepsOffset } = config
  switch (spacing) {
    case 'linspace':
      return evenly(trainTimesteps - 1, steps + 1)
        .map(roundHalfEven)
        .reverse()
        .slice(0, -1)
    case 'leading': {
      const ratio = Math.floor(trainTimesteps / (steps + 1))
      return Array.from({ length: steps }, (_, i) => (steps - i) * ratio + stepsOffset)
    }
    case 'trailing':
      return trailing(trainTimesteps, trainTimesteps / steps)
  }
}

function levelsOf(
  config: SchedulerConfig,
  steps: number,
): { timesteps: number[]; sigmas: number[] } {
  const table = sigmaTable(noiseTable(config).alphasCumprod, config.rescaleBetasZeroSnr)
  const [low, high] = [table[0] as number, table.at(-1) as number]
  const final = config.finalSigma === 'zero' ? 0 : low
  const chosen = config.karras
    ? karrasSigmas(low, high, steps)
    : config.lu
      ? luSigmas(low, high, steps)
      : null
  if (chosen === null) {
    const timesteps = plainTimesteps(config, steps)
    const sigmas = timesteps.map((t) => Math.fround(interpolated(table, t)))
    return { timesteps, sigmas: [...sigmas, final] }
  }
  const found = chosen.map((sigma) => timestepOf(sigma, table))
  // Of the cosine schedule fractions are kept, as diffusers does.
  const timesteps = config.schedule === 'squaredcos_cap_v2' ? found : found.map(roundHalfEven)
  return { timesteps, sigmas: [...chosen.map(Math.fround), final] }
}

/** Signal, spread and log signal-to-noise of a level. */
function partsOf(sigma: number): { signal: number; spread: number; lambda: number } {
  const signal = 1 / Math.sqrt(sigma ** 2 + 1)
  const spread = sigma * signal
  return { signal, spread, lambda: Math.log(signal) - Math.log(spread) }
}

/**
 * DPM-Solver++ of first and second order, Lu et al. 2022, arXiv 2211.01095, algorithm 2 (midpoint or
 * Heun) and its SDE form (appendix, equation 19 on).
 */
export function createDpmSolver(
  config: SchedulerConfig,
  steps: number,
  name: 'dpmpp2m' | 'dpmpp2m-karras',
): Scheduler {
  const { order, noisy, type, lowerOrderFinal, eulerAtFinal } = config.solver
  const { timesteps, sigmas } = levelsOf(config, steps)
  const sigmaAt = (k: number): number => sigmas[k] as number
  /** The clean sample that the call before gave. */
  let before: Float32Array | null = null

  const isFirstOrder = (k: number): boolean => {
    if (order === 1 || before === null) return true
    if (k !== timesteps.length - 1) return false
    return (
      eulerAtFinal || config.finalSigma === 'zero' || (lowerOrderFinal && timesteps.length < 15)
    )
  }

  return {
    name,
    timesteps,
    sigmas,
    initNoiseSigma: 1,
    takesNoise: (k) => noisy && sigmaAt(k + 1) > 0,
    scaleInput: (sample) => sample,
    step(k, output, sample, noise) {
      const [now, next] = [partsOf(sigmaAt(k)), partsOf(sigmaAt(k + 1))]
      const { clean: split } = splitOf(config.prediction, now.signal, now.spread)
      const clean = mixed(split[0], sample, split[1], output)
      const h = next.lambda - now.lambda
      // exp(-h) - 1 of the ODE, exp(-2h) - 1 of the SDE; h is infinite at the end.
      const shrink = Math.exp(noisy ? -2 * h : -h) - 1
      const a = (next.spread / now.spread) * (noisy ? Math.exp(-h) : 1)
      const b = -next.signal * shrink
      const drawn = noisy ? next.spread * Math.sqrt(-shrink) : 0
      let slope = 0
      if (!isFirstOrder(k)) {
        const h0 = now.lambda - partsOf(sigmaAt(k - 1)).lambda
        const weight =
          type === 'midpoint'
            ? -0.5 * next.signal * shrink
            : next.signal * (shrink / (noisy ? 2 * h : h) + 1)
        slope = (weight * h) / h0
      }
      const old = slope === 0 ? clean : (before as Float32Array)
      const fresh = drawn > 0 ? needed(noise) : null
      before = clean
      return mapped(sample.length, (i) => {
        const x0 = clean[i] as number
        const kept = a * (sample[i] as number) + b * x0 + slope * (x0 - (old[i] as number))
        return fresh ? kept + drawn * (fresh[i] as number) : kept
      })
    },
    addNoise(clean, noise, k) {
      const { signal, spread } = partsOf(sigmaAt(k))
      return mixed(signal, clean, spread, noise)
    },
  }
}
