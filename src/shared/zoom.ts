/** The sizes that the window can be shown in, 1 = 100 %; as browsers have them. */
export const ZOOM_STEPS = [0.5, 0.67, 0.75, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 1.75, 2, 2.5, 3] as const

/** The next size up or down; the largest and the smallest stay. */
export function zoomStep(from: number, by: 1 | -1): number {
  const found =
    by > 0
      ? ZOOM_STEPS.find((step) => step > from + 0.005)
      : ZOOM_STEPS.findLast((step) => step < from - 0.005)
  return found ?? from
}

/** A size within what can be shown; 1 for what is none. */
export function asZoom(value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) return 1
  return Math.min(ZOOM_STEPS.at(-1) ?? 1, Math.max(ZOOM_STEPS[0], value))
}
