import type { SchedulerConfig } from './config.ts'

const f = Math.fround

/** The noise of the training, per timestep. */
export interface NoiseTable {
  betas: Float32Array
  /** Products of 1 - beta up to each timestep. */
  alphasCumprod: Float32Array
}

/**
 * Betas and the products of alphas, in the float32 in which models were trained and in which
 * diffusers keeps them: the products are accumulated in float64 and rounded one by one.
 */
export function noiseTable(config: SchedulerConfig): NoiseTable {
  const { betas: trained, rescaleBetasZeroSnr } = config
  const plain = trained ? Float32Array.from(trained) : betasOf(config)
  const betas = rescaleBetasZeroSnr ? rescaled(plain) : plain
  return { betas, alphasCumprod: cumprod(betas) }
}

function betasOf({ schedule, betaStart, betaEnd, trainTimesteps }: SchedulerConfig): Float32Array {
  switch (schedule) {
    case 'linear':
      return linspace(betaStart, betaEnd, trainTimesteps)
    case 'scaled_linear':
      return linspace(Math.sqrt(betaStart), Math.sqrt(betaEnd), trainTimesteps).map((x) => x * x)
    case 'squaredcos_cap_v2': {
      // Nichol and Dhariwal 2021, arXiv 2102.09672, equation 17.
      const bar = (t: number): number => Math.cos((((t + 0.008) / 1.008) * Math.PI) / 2) ** 2
      return Float32Array.from({ length: trainTimesteps }, (_, i) =>
        Math.min(1 - bar((i + 1) / trainTimesteps) / bar(i / trainTimesteps), 0.999),
      )
    }
  }
}

/** As torch.linspace in float32: from both ends to the middle. */
function linspace(start: number, end: number, n: number): Float32Array {
  const [from, to] = [f(start), f(end)]
  const step = f(f(to - from) / (n - 1))
  return Float32Array.from({ length: n }, (_, i) =>
    i < n / 2 ? from + step * i : to - step * (n - i - 1),
  )
}

function cumprod(betas: Float32Array): Float32Array {
  let product = 1
  return betas.map((beta) => {
    product *= f(1 - beta)
    return product
  })
}

/** Betas whose last signal is zero: Lin et al. 2024, arXiv 2305.08891, algorithm 1. */
function rescaled(betas: Float32Array): Float32Array {
  const roots = cumprod(betas).map(Math.sqrt)
  const first = roots[0] as number
  const last = roots.at(-1) as number
  const scale = f(first / f(first - last))
  const bars = roots.map((root) => f(f(root - last) * scale) ** 2)
  return bars.map((bar, i) => 1 - f(i === 0 ? bar : bar / (bars[i - 1] as number)))
}
