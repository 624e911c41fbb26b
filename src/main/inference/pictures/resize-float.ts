/**
 * The two ways of resizing that Frechet distances are published with. Both keep fractions, which
 * `resize.ts` rounds to bytes, and give [3, height, width] of 0 to 255.
 */
import type { FEATURE_RESIZES } from '#shared/contract/choices.ts'
import { filterWeights } from './resize.ts'
import type { FilterWeights, RgbPixels } from './resize.ts'

/**
 * - `clean`: clean-fid's (Parmar et al. 2022): each channel as floats by Pillow's antialiased
 *   bicubic filter, then cut to 0..255
 * - `legacy_pytorch`: pytorch-fid's, torch's `interpolate` with `bilinear`, align_corners False:
 *   half-pixel centres and no antialiasing, whatever the reduction
 */
export type FloatResize = (typeof FEATURE_RESIZES)[number]

/** Resizes to exactly `width` x `height`; proportions are not kept. */
export function resizeFloat(
  source: RgbPixels,
  width: number,
  height: number,
  mode: FloatResize,
): Float32Array<ArrayBuffer> {
  if (width < 1 || height < 1) throw new RangeError('resize: a side must be at least one pixel')
  const across = mode === 'clean' ? antialiased : halfPixel
  const [wide, tall] = [across(source.width, width), across(source.height, height)]
  const out = new Float32Array(3 * width * height)
  const narrowed = new Float32Array(source.height * width)
  for (let channel = 0; channel < 3; channel++) {
    narrow(source, channel, width, wide, narrowed)
    const plane = out.subarray(channel * width * height, (channel + 1) * width * height)
    shorten(narrowed, width, height, tall, plane)
  }
  return out
}

/** null = the side keeps its length: Pillow then skips the pass. */
function antialiased(input: number, output: number): FilterWeights | null {
  return input === output ? null : filterWeights(input, output, 0, output, 'bicubic')
}

/** Two taps about each centre; those outside are the edge's. */
function halfPixel(input: number, output: number): FilterWeights {
  const first = new Int32Array(output)
  const count = new Int32Array(output).fill(2)
  const weights = new Float64Array(output * 2)
  for (let i = 0; i < output; i++) {
    const at = Math.max(0, ((i + 0.5) * input) / output - 0.5)
    const lo = Math.min(input - 1, Math.floor(at))
    first[i] = lo
    if (lo === input - 1) count[i] = 1
    const part = count[i] === 1 ? 0 : at - lo
    weights[i * 2] = 1 - part
    weights[i * 2 + 1] = part
  }
  return { size: 2, first, count, weights }
}

/** Every line of a channel to its new width. */
function narrow(
  { data, width, height }: RgbPixels,
  channel: number,
  n: number,
  taps: FilterWeights | null,
  out: Float32Array,
): void {
  for (let y = 0; y < height; y++) {
    const line = y * width * 3 + channel
    for (let i = 0; i < n; i++) {
      if (taps === null) {
        out[y * n + i] = data[line + i * 3] as number
        continue
      }
      const from = line + (taps.first[i] as number) * 3
      const count = taps.count[i] as number
      let sum = 0
      for (let t = 0; t < count; t++) {
        sum += (taps.weights[i * taps.size + t] as number) * (data[from + t * 3] as number)
      }
      out[y * n + i] = sum
    }
  }
}

/** The lines of a channel to their new number, line by line so that memory is read in order. */
function shorten(
  lines: Float32Array,
  width: number,
  height: number,
  taps: FilterWeights | null,
  out: Float32Array,
): void {
  const sums = new Float64Array(width)
  for (let y = 0; y < height; y++) {
    sums.fill(0)
    const first = taps === null ? y : (taps.first[y] as number)
    const count = taps === null ? 1 : (taps.count[y] as number)
    for (let t = 0; t < count; t++) {
      const weight = taps === null ? 1 : (taps.weights[y * taps.size + t] as number)
      const line = (first + t) * width
      for (let x = 0; x < width; x++) {
        sums[x] = (sums[x] as number) + weight * (lines[line + x] as number)
      }
    }
    for (let x = 0; x < width; x++) {
      out[y * width + x] = Math.min(255, Math.max(0, sums[x] as number))
    }
  }
}
