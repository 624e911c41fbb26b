/** Rows of red, green, blue, 8 bits each. */
export interface Rgb {
  data: Uint8Array
  width: number
  height: number
}

/** A part of a picture, in shares of its width and height. */
export interface Part {
  left: number
  top: number
  right: number
  bottom: number
}
export const WHOLE: Part = { left: 0, top: 0, right: 1, bottom: 1 }

/** Sums of grey over all rectangles from the upper left corner, so that any part is averaged at once. */
export interface GreySums {
  width: number
  height: number
  /** (width + 1) x (height + 1) */
  sums: Float64Array
}

/** Luma of ITU-R BT.601, 0..255. */
export function greySums({ data, width, height }: Rgb): GreySums {
  const row = width + 1
  const sums = new Float64Array(row * (height + 1))
  for (let y = 0; y < height; y++) {
    let line = 0
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 3
      line +=
        0.299 * (data[at] as number) +
        0.587 * (data[at + 1] as number) +
        0.114 * (data[at + 2] as number)
      sums[(y + 1) * row + x + 1] = (sums[y * row + x + 1] as number) + line
    }
  }
  return { width, height, sums }
}

/** The sum left of and above a place that may lie within a pixel. */
function sumTo({ width, height, sums }: GreySums, x: number, y: number): number {
  const row = width + 1
  const [x0, y0] = [Math.min(width - 1, Math.floor(x)), Math.min(height - 1, Math.floor(y))]
  const [fx, fy] = [x - x0, y - y0]
  const at = y0 * row + x0
  return (
    (1 - fy) * ((1 - fx) * (sums[at] as number) + fx * (sums[at + 1] as number)) +
    fy * ((1 - fx) * (sums[at + row] as number) + fx * (sums[at + row + 1] as number))
  )
}

/** A part of a picture as `side` x `side` means of grey, whatever its proportions. */
export function meansOf(grey: GreySums, part: Part, side: number, out: Float32Array): void {
  const { width, height } = grey
  const corner = (i: number, j: number): number =>
    sumTo(
      grey,
      (part.left + ((part.right - part.left) * i) / side) * width,
      (part.top + ((part.bottom - part.top) * j) / side) * height,
    )
  const area =
    ((part.right - part.left) * width * (part.bottom - part.top) * height) / (side * side)
  let above = Float64Array.from({ length: side + 1 }, (_, i) => corner(i, 0))
  for (let j = 0; j < side; j++) {
    const below = Float64Array.from({ length: side + 1 }, (_, i) => corner(i, j + 1))
    for (let i = 0; i < side; i++) {
      out[j * side + i] =
        ((below[i + 1] as number) -
          (below[i] as number) -
          (above[i + 1] as number) +
          (above[i] as number)) /
        area
    }
    above = below
  }
}
