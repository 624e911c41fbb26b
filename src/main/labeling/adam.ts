export interface AdamOptions {
  learningRate: number
  beta1: number
  beta2: number
  epsilon: number
  /** Decoupled (Loshchilov and Hutter 2019); 0 = plain Adam. */
  weightDecay: number
}

export const ADAM_DEFAULTS: AdamOptions = {
  learningRate: 3e-3,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 0,
}

/** Adam (Kingma and Ba 2015) with bias correction, float64. One step changes `parameters`. */
export function adam(
  size: number,
  options: Partial<AdamOptions> = {},
): (parameters: Float64Array, gradient: Float64Array) => void {
  const { learningRate, beta1, beta2, epsilon, weightDecay } = { ...ADAM_DEFAULTS, ...options }
  const first = new Float64Array(size)
  const second = new Float64Array(size)
  let step = 0
  return (parameters, gradient) => {
    step++
    const firstScale = 1 / (1 - beta1 ** step)
    const secondScale = 1 / (1 - beta2 ** step)
    for (let i = 0; i < size; i++) {
      const g = gradient[i] as number
      const m = beta1 * (first[i] as number) + (1 - beta1) * g
      const v = beta2 * (second[i] as number) + (1 - beta2) * g * g
      first[i] = m
      second[i] = v
      const kept = (parameters[i] as number) * (1 - learningRate * weightDecay)
      parameters[i] =
        kept - (learningRate * (m * firstScale)) / (Math.sqrt(v * secondScale) + epsilon)
    }
  }
}
