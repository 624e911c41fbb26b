/** Around a layout: its lower left corner and its side, in the layout's own units. */
export interface MapSquare {
  left: number
  top: number
  width: number
}

/** Room at each side, as a share of the whole. */
const ROOM = 0.02

/** The smallest square around all points, with a little room. @param at x and y of each */
export function squareOf(at: Float32Array): MapSquare {
  let left = Infinity
  let right = -Infinity
  let top = Infinity
  let bottom = -Infinity
  for (let i = 0; i < at.length; i += 2) {
    const x = at[i] as number
    const y = at[i + 1] as number
    if (x < left) left = x
    if (x > right) right = x
    if (y < top) top = y
    if (y > bottom) bottom = y
  }
  if (!(right >= left)) return { left: -0.5, top: -0.5, width: 1 }
  const width = Math.max(right - left, bottom - top, 1e-6) * (1 + 2 * ROOM)
  return { left: (left + right - width) / 2, top: (top + bottom - width) / 2, width }
}
