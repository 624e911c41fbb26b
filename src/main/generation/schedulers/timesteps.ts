import type { Spacing } from './types.ts'

/** To the nearest whole number, halves to the even one, as numpy does. */
export function roundHalfEven(x: number): number {
  const low = Math.floor(x)
  const above = x - low
  if (above !== 0.5) return above < 0.5 ? low : low + 1
  return low % 2 === 0 ? low : low + 1
}

/** `count` numbers from 0 to `last`, both included; one is 0. */
export function evenly(last: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => (count === 1 ? 0 : (i * last) / (count - 1)))
}

/** From `top` down in `steps` equal steps, rounded, less one: the spacing "trailing". */
export function trailing(top: number, step: number): number[] {
  const n = Math.ceil(top / step)
  return Array.from({ length: n }, (_, i) => roundHalfEven(top - i * step) - 1)
}

/**
 * Whole timesteps, the noisiest first, as DDIM, PNDM and DDPM take them.
 * @param train timesteps of the training
 * @param offset added with "leading" (`steps_offset`)
 */
export function wholeTimesteps(
  spacing: Spacing,
  train: number,
  steps: number,
  offset: number,
): number[] {
  switch (spacing) {
    case 'linspace':
      return evenly(train - 1, steps)
        .map(roundHalfEven)
        .reverse()
    case 'leading': {
      const ratio = Math.floor(train / steps)
      return Array.from({ length: steps }, (_, i) => (steps - 1 - i) * ratio + offset)
    }
    case 'trailing':
      return trailing(train, train / steps)
  }
}
