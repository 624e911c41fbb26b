/**
 * Viridis (Smith & van der Walt, matplotlib, CC0), sampled at 17 points and interpolated in
 * sRGB; at most 6 of 255 from the full table in any channel. Scores use it everywhere.
 */
const STOPS: readonly (readonly [number, number, number])[] = [
  [68, 1, 84],
  [72, 24, 106],
  [71, 45, 123],
  [66, 64, 134],
  [59, 82, 139],
  [51, 99, 141],
  [44, 114, 142],
  [38, 130, 142],
  [33, 145, 140],
  [31, 159, 136],
  [39, 173, 129],
  [61, 188, 116],
  [92, 200, 99],
  [129, 211, 77],
  [170, 220, 50],
  [213, 226, 26],
  [253, 231, 37],
]

/** The colour at t in 0..1 (clamped) as `rgb(r g b)`. */
export function viridis(t: number): string {
  const clamped = Number.isFinite(t) ? Math.min(1, Math.max(0, t)) : 0
  const at = clamped * (STOPS.length - 1)
  const low = Math.floor(at)
  const a = STOPS[low] as readonly [number, number, number]
  const b = STOPS[Math.min(low + 1, STOPS.length - 1)] as readonly [number, number, number]
  const mix = (i: 0 | 1 | 2) => Math.round(a[i] + (b[i] - a[i]) * (at - low))
  return `rgb(${mix(0)} ${mix(1)} ${mix(2)})`
}

export interface ScoreRange {
  lo: number
  hi: number
}

/** Where a cosine stands in the range of its source, 0..1. */
export function position(cosine: number, range: ScoreRange): number {
  const width = range.hi - range.lo
  return width > 0 ? Math.min(1, Math.max(0, (cosine - range.lo) / width)) : 0.5
}
