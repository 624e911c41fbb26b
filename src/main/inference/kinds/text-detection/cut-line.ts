import type { RgbPixels } from '../../pictures/resize.ts'
import type { Rectangle } from './rectangle.ts'

/** A box that is so much taller than wide holds a line that runs downwards or upwards; as PaddleOCR. */
const TALL = 1.5

/**
 * The picture within a rectangle, turned upright: sampled bilinearly along its sides, its edge
 * continued where it reaches out of the picture. A tall one is turned a quarter to the left, so
 * that a line that runs upwards or downwards lies.
 *
 * @param rectangle in pixels of the picture, (0, 0) the corner of the first
 */
export function cutLine(picture: RgbPixels, rectangle: Rectangle): RgbPixels {
  const width = Math.max(1, Math.round(rectangle.width))
  const height = Math.max(1, Math.round(rectangle.height))
  const isTall = height >= TALL * width
  const out: RgbPixels = {
    data: new Uint8Array(width * height * 3),
    width: isTall ? height : width,
    height: isTall ? width : height,
  }
  const { u } = rectangle
  for (let y = 0; y < height; y++) {
    const across = ((y + 0.5) / height - 0.5) * rectangle.height
    for (let x = 0; x < width; x++) {
      const along = ((x + 0.5) / width - 0.5) * rectangle.width
      const from: [number, number] = [
        rectangle.x + along * u[0] - across * u[1] - 0.5,
        rectangle.y + along * u[1] + across * u[0] - 0.5,
      ]
      // np.rot90: what was the right edge is on top.
      const to = isTall ? (width - 1 - x) * height + y : y * width + x
      sample(picture, from, out.data, to * 3)
    }
  }
  return out
}

function sample(picture: RgbPixels, [x, y]: [number, number], out: Uint8Array, to: number): void {
  const { data, width, height } = picture
  const [left, top] = [Math.floor(x), Math.floor(y)]
  const [fx, fy] = [x - left, y - top]
  const column = (at: number): number => Math.min(width - 1, Math.max(0, at)) * 3
  const row = (at: number): number => Math.min(height - 1, Math.max(0, at)) * width * 3
  const [x0, x1, y0, y1] = [column(left), column(left + 1), row(top), row(top + 1)]
  for (let c = 0; c < 3; c++) {
    const upper = (data[y0 + x0 + c] as number) * (1 - fx) + (data[y0 + x1 + c] as number) * fx
    const lower = (data[y1 + x0 + c] as number) * (1 - fx) + (data[y1 + x1 + c] as number) * fx
    out[to + c] = Math.round(upper * (1 - fy) + lower * fy)
  }
}
