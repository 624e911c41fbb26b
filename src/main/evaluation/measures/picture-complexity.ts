/** How much is in a picture, by its brightness alone. */
export interface PictureComplexity {
  /** Shannon's entropy of the histogram of luma, bits, 0 to 8. */
  entropy: number
  /** Part of the pixels whose Sobel magnitude is above `EDGE_THRESHOLD`, 0 to 1. */
  edgeDensity: number
}

/** Of luma 0 to 1, with Sobel's weights divided by 4 and both directions by the root of 2. */
export const EDGE_THRESHOLD = 0.1
/** Pictures are shrunk to at most this side first, since edges depend on the size. */
export const COMPLEXITY_SIDE = 256

/** Rows of red, green, blue, 8 bits each. */
export interface Rgb {
  data: Uint8Array
  width: number
  height: number
}

/**
 * Luma by ITU-R BT.601 in integers, as Pillow's `convert("L")`; entropy as
 * `skimage.measure.shannon_entropy`; gradients as `skimage.filters.sobel` (edges mirrored).
 */
export function pictureComplexity({ data, width, height }: Rgb): PictureComplexity {
  const n = width * height
  if (n < 1 || data.length !== n * 3) throw new RangeError('complexity: not a picture of RGB')
  const luma = new Uint8Array(n)
  const histogram = new Float64Array(256)
  for (let i = 0; i < n; i++) {
    const [r, g, b] = [data[i * 3] as number, data[i * 3 + 1] as number, data[i * 3 + 2] as number]
    const value = (r * 19595 + g * 38470 + b * 7471 + 0x8000) >> 16
    luma[i] = value
    histogram[value] = (histogram[value] as number) + 1
  }
  let entropy = 0
  for (const count of histogram) {
    if (count > 0) entropy -= (count / n) * Math.log2(count / n)
  }
  return { entropy: Math.max(0, entropy), edgeDensity: edges(luma, width, height) / n }
}

/** Pixels on an edge. */
function edges(luma: Uint8Array, width: number, height: number): number {
  const row = (y: number): number => Math.min(height - 1, Math.max(0, y)) * width
  // The sum of squares of both gradients of 0..255 at the threshold.
  const least = 2 * (EDGE_THRESHOLD * 4 * 255) ** 2
  let found = 0
  for (let y = 0; y < height; y++) {
    const [above, here, below] = [row(y - 1), row(y), row(y + 1)]
    for (let x = 0; x < width; x++) {
      const left = Math.max(0, x - 1)
      const right = Math.min(width - 1, x + 1)
      const at = (line: number, column: number): number => luma[line + column] as number
      const across =
        at(above, right) +
        2 * at(here, right) +
        at(below, right) -
        (at(above, left) + 2 * at(here, left) + at(below, left))
      const down =
        at(below, left) +
        2 * at(below, x) +
        at(below, right) -
        (at(above, left) + 2 * at(above, x) + at(above, right))
      if (across * across + down * down > least) found++
    }
  }
  return found
}
