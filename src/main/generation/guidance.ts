/**
 * Classifier-free guidance, Ho and Salimans 2022, arXiv 2207.12598: `u + g (c - u)`.
 * @param without what the network says of the negative prompt
 */
export function guided(
  without: Float32Array,
  withPrompt: Float32Array,
  scale: number,
): Float32Array {
  return without.map((u, i) => u + scale * ((withPrompt[i] as number) - u))
}

/**
 * What a network of LCM is told of the guidance: sines, then cosines, of `1000 (scale - 1)` over
 * frequencies 10000^-(i / (half - 1)), arXiv 2310.04378, section 4.3.
 */
export function guidanceCondition(scale: number, dim: number): number[] {
  const half = Math.floor(dim / 2)
  const angles = Array.from(
    { length: half },
    (_, i) => (scale - 1) * 1000 * Math.exp((-Math.log(10000) * i) / (half - 1)),
  )
  const out = [...angles.map(Math.sin), ...angles.map(Math.cos)]
  return dim % 2 === 0 ? out : [...out, 0]
}
