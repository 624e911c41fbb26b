export type Point = readonly [x: number, y: number]

/** A rectangle that may be turned: `u` is the unit direction of its width, (-u.y, u.x) that of its height. */
export interface Rectangle {
  x: number
  y: number
  width: number
  height: number
  u: Point
}

/** Points on the hull, counter-clockwise with y upwards. Andrew's monotone chain, 1979. */
export function convexHull(points: readonly Point[]): Point[] {
  const sorted = [...points].sort((a, b) => a[0] - b[0] || a[1] - b[1])
  const half = (some: readonly Point[]): Point[] => {
    const chain: Point[] = []
    for (const p of some) {
      while (chain.length >= 2 && cross(chain.at(-2) as Point, chain.at(-1) as Point, p) <= 0) {
        chain.pop()
      }
      chain.push(p)
    }
    chain.pop()
    return chain
  }
  const hull = [...half(sorted), ...half(sorted.reverse())]
  return hull.length > 0 ? hull : sorted.slice(0, 1)
}

function cross(o: Point, a: Point, b: Point): number {
  return (a[0] - o[0]) * (b[1] - o[1]) - (a[1] - o[1]) * (b[0] - o[0])
}

/**
 * The smallest rectangle around points, by area. One of its sides lies on a side of their hull
 * (Freeman and Shapira 1975), so each of these is tried.
 */
export function smallestRectangle(points: readonly Point[]): Rectangle {
  const hull = convexHull(points)
  let best: Rectangle | null = null
  for (const [i, a] of hull.entries()) {
    const b = hull[(i + 1) % hull.length] as Point
    const length = Math.hypot(b[0] - a[0], b[1] - a[1])
    const u: Point = length === 0 ? [1, 0] : [(b[0] - a[0]) / length, (b[1] - a[1]) / length]
    const found = around(hull, u)
    if (best === null || found.width * found.height < best.width * best.height) best = found
  }
  return upright(best ?? { x: 0, y: 0, width: 0, height: 0, u: [1, 0] })
}

function around(points: readonly Point[], u: Point): Rectangle {
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity]
  for (const [x, y] of points) {
    const along = x * u[0] + y * u[1]
    const across = y * u[0] - x * u[1]
    left = Math.min(left, along)
    right = Math.max(right, along)
    top = Math.min(top, across)
    bottom = Math.max(bottom, across)
  }
  const [along, across] = [(left + right) / 2, (top + bottom) / 2]
  return {
    x: along * u[0] - across * u[1],
    y: along * u[1] + across * u[0],
    width: right - left,
    height: bottom - top,
    u,
  }
}

/** The same rectangle, its width within 45 degrees of the x axis and to the right. */
function upright({ x, y, width, height, u }: Rectangle): Rectangle {
  const turned = Math.abs(u[0]) < Math.abs(u[1])
  const side: Point = turned ? [u[1], -u[0]] : u
  const sign = side[0] < 0 ? -1 : 1
  return {
    x,
    y,
    width: turned ? height : width,
    height: turned ? width : height,
    u: [side[0] * sign, side[1] * sign],
  }
}

/** Top left, top right, bottom right, bottom left. */
export function corners({ x, y, width, height, u }: Rectangle): [Point, Point, Point, Point] {
  const at = (along: number, across: number): Point => [
    x + along * u[0] - across * u[1],
    y + along * u[1] + across * u[0],
  ]
  const [w, h] = [width / 2, height / 2]
  return [at(-w, -h), at(w, -h), at(w, h), at(-w, h)]
}
