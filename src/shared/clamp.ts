/** The nearest number from `min` to `max`; `max` where they are the wrong way round. */
export const clamp = (value: number, min: number, max: number): number =>
  Math.min(Math.max(value, min), max)
