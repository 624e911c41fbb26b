/** sqrt((1 - a) / a) of each timestep, in float32 operations as diffusers has them. */
export function sigmaTable(alphasCumprod: Float32Array, isZeroSnr: boolean): Float32Array {
  return alphasCumprod.map((a, i) => {
    // A signal of exactly zero would have no finite noise level: the least half float stands for it.
    const signal = isZeroSnr && i === alphasCumprod.length - 1 ? 2 ** -24 : a
    return Math.sqrt(Math.fround(Math.fround(1 - signal) / signal))
  })
}

/** Linear interpolation in a table, as numpy.interp over its indices. */
export function interpolated(table: ArrayLike<number>, at: number): number {
  const last = table.length - 1
  if (at <= 0) return table[0] as number
  if (at >= last) return table[last] as number
  const low = Math.floor(at)
  const [a, b] = [table[low] as number, table[low + 1] as number]
  return a + (b - a) * (at - low)
}

/** Karras et al. 2022, arXiv 2206.00364, equation 5, with rho 7. */
export function karrasSigmas(low: number, high: number, count: number): number[] {
  const rho = 7
  const [from, to] = [high ** (1 / rho), low ** (1 / rho)]
  return Array.from(
    { length: count },
    (_, i) => (from + (count === 1 ? 0 : i / (count - 1)) * (to - from)) ** rho,
  )
}

/** Levels evenly spaced in log sigma: Lu et al. 2022, arXiv 2206.00927, "uniform logSNR". */
export function luSigmas(low: number, high: number, count: number): number[] {
  const [from, to] = [Math.log(high), Math.log(low)]
  return Array.from({ length: count }, (_, i) =>
    Math.exp(from + (count === 1 ? 0 : i / (count - 1)) * (to - from)),
  )
}

/** The timestep of a noise level, a fraction between those of the table (which rises). */
export function timestepOf(sigma: number, table: Float32Array): number {
  const log = Math.log(Math.max(sigma, 1e-10))
  let low = 0
  while (low < table.length - 2 && Math.log(table[low + 1] as number) <= log) low++
  const [a, b] = [Math.log(table[low] as number), Math.log(table[low + 1] as number)]
  return low + Math.min(1, Math.max(0, (a - log) / (a - b)))
}
