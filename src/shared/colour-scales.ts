type Stop = readonly [number, number, number]

/**
 * Viridis (Smith & van der Walt, matplotlib, CC0), sampled at 17 points and interpolated in
 * sRGB; at most 6 of 255 from the full table in any channel. Scores use it everywhere.
 */
const VIRIDIS: readonly Stop[] = [
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

/** Cividis (Nuñez, Anderton & Renslow 2018; matplotlib, CC0), sampled likewise: steps of an order. */
const CIVIDIS: readonly Stop[] = [
  [0, 34, 78],
  [0, 46, 106],
  [26, 56, 111],
  [50, 67, 109],
  [67, 78, 108],
  [83, 90, 109],
  [97, 101, 111],
  [111, 112, 115],
  [125, 124, 120],
  [139, 135, 120],
  [154, 147, 118],
  [170, 160, 115],
  [187, 173, 109],
  [204, 186, 100],
  [221, 200, 88],
  [239, 215, 72],
  [254, 232, 56],
]

/** The colour of viridis at t in 0..1 (clamped) as `rgb(r g b)`. */
export function viridis(t: number): string {
  return `rgb(${between(VIRIDIS, t).join(' ')})`
}

/** A colour at t in 0..1 (clamped) as `#rrggbb`, which every program reads. */
export function scaleColour(scale: 'viridis' | 'cividis', t: number): string {
  return hexOf(between(scale === 'viridis' ? VIRIDIS : CIVIDIS, t))
}

/** From `low` at 0 over `middle` at 0.5 to `high` at 1 (clamped); each and the result `#rrggbb`. */
export function divergingColour(low: string, middle: string, high: string, t: number): string {
  const stops = [low, middle, high].map(
    (hex) => [1, 3, 5].map((i) => Number.parseInt(hex.slice(i, i + 2), 16)) as unknown as Stop,
  )
  return hexOf(between(stops, t))
}

/** How light `#rrggbb` is: relative luminance of WCAG 2.2, 0..1. */
export function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((i) => {
    const c = Number.parseInt(hex.slice(i, i + 2), 16) / 255
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

function between(stops: readonly Stop[], t: number): [number, number, number] {
  const clamped = Number.isFinite(t) ? Math.min(1, Math.max(0, t)) : 0
  const at = clamped * (stops.length - 1)
  const low = Math.floor(at)
  const a = stops[low] as Stop
  const b = stops[Math.min(low + 1, stops.length - 1)] as Stop
  const mix = (i: 0 | 1 | 2) => Math.round(a[i] + (b[i] - a[i]) * (at - low))
  return [mix(0), mix(1), mix(2)]
}

const hexOf = (rgb: readonly number[]): string =>
  `#${rgb.map((c) => c.toString(16).padStart(2, '0')).join('')}`

export interface ScoreRange {
  lo: number
  hi: number
}

/** Where a cosine stands in the range of its source, 0..1. */
export function position(cosine: number, range: ScoreRange): number {
  const width = range.hi - range.lo
  return width > 0 ? Math.min(1, Math.max(0, (cosine - range.lo) / width)) : 0.5
}
