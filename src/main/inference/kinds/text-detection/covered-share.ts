import type { Point } from './rectangle.ts'

/** Lines that a picture is cut into: the area is off by less than 1 / LINES of a box's width. */
const LINES = 2048

/**
 * The share of a picture's area that lies within at least one of some convex polygons, 0 to 1. Each
 * of `LINES` lines through the picture is measured exactly: its parts within polygons are joined.
 */
export function coveredShare(
  polygons: readonly (readonly Point[])[],
  width: number,
  height: number,
): number {
  if (polygons.length === 0 || width <= 0 || height <= 0) return 0
  let covered = 0
  for (let line = 0; line < LINES; line++) {
    const y = ((line + 0.5) * height) / LINES
    const parts = polygons
      .flatMap((polygon) => partAt(polygon, y, width))
      .sort((a, b) => a[0] - b[0])
    let end = 0
    for (const [from, to] of parts) {
      if (to <= end) continue
      covered += to - Math.max(from, end)
      end = to
    }
  }
  return covered / (LINES * width)
}

/** Where a horizontal line lies in a convex polygon, within 0 to `width`; none where it passes by. */
function partAt(polygon: readonly Point[], y: number, width: number): [number, number][] {
  let [from, to] = [Infinity, -Infinity]
  for (const [i, a] of polygon.entries()) {
    const b = polygon[(i + 1) % polygon.length] as Point
    if (a[1] > y === b[1] > y) continue
    const x = a[0] + ((y - a[1]) / (b[1] - a[1])) * (b[0] - a[0])
    from = Math.min(from, x)
    to = Math.max(to, x)
  }
  const [left, right] = [Math.max(0, from), Math.min(width, to)]
  return left < right ? [[left, right]] : []
}
