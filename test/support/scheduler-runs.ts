/** What stands for a model in runs of schedulers alone: `0.8 x + 0.2 sin(0.001 t (i + 1))`, in float32 as the references have it. */
export function syntheticModel(input: Float32Array, t: number): Float32Array {
  const f = Math.fround
  return input.map((x, i) => f(f(f(0.8) * x) + f(0.2 * Math.sin(0.001 * t * (i + 1)))))
}

export function largestOf(values: Float32Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
}

export function largestApart(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) throw new Error(`${a.length} values beside ${b.length}`)
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] as number))), 0)
}
