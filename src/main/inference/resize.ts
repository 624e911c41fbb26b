/**
 * Pillow's `Image.resize` on 8-bit RGB, bit by bit: separable, antialiased (the filter widens with
 * the reduction), horizontal pass first, 22-bit fixed-point coefficients, rounded to 8 bits after
 * each pass. Source: Pillow, src/libImaging/Resample.c.
 */

export type Filter = 'bilinear' | 'bicubic' | 'lanczos'

/** Rows of red, green, blue, 8 bits each, no padding. */
export interface RgbPixels {
  data: Uint8Array
  width: number
  height: number
}

/** Part of the resized picture that is wanted, in its pixels. */
export interface Window {
  left: number
  top: number
  width: number
  height: number
}

const PRECISION_BITS = 32 - 8 - 2
const HALF = 1 << (PRECISION_BITS - 1)

const KERNELS: Record<Filter, { support: number; at: (x: number) => number }> = {
  bilinear: { support: 1, at: (x) => Math.max(0, 1 - Math.abs(x)) },
  bicubic: { support: 2, at: bicubic },
  lanczos: { support: 3, at: lanczos },
}

/** Keys' cubic with a = -0.5. */
function bicubic(value: number): number {
  const a = -0.5
  const x = Math.abs(value)
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * a
  return 0
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI)
}

function lanczos(x: number): number {
  return x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0
}

interface Coefficients {
  /** Taps reserved for each output pixel. */
  size: number
  /** First input pixel of each output pixel. */
  first: Int32Array
  /** How many of the taps are used. */
  count: Int32Array
  weights: Int32Array
}

/** Weights of output pixels `from` to `from + n` when a line of `input` pixels becomes `output`. */
function coefficients(
  input: number,
  output: number,
  from: number,
  n: number,
  filter: Filter,
): Coefficients {
  const kernel = KERNELS[filter]
  const scale = input / output
  const filterScale = Math.max(scale, 1)
  const support = kernel.support * filterScale
  const size = Math.ceil(support) * 2 + 1
  const first = new Int32Array(n)
  const count = new Int32Array(n)
  const weights = new Int32Array(n * size)
  const line = new Float64Array(size)
  const step = 1 / filterScale
  for (let i = 0; i < n; i++) {
    const center = (from + i + 0.5) * scale
    const lo = Math.max(0, Math.trunc(center - support + 0.5))
    const hi = Math.min(input, Math.trunc(center + support + 0.5))
    let sum = 0
    for (let x = 0; x < hi - lo; x++) {
      const w = kernel.at((x + lo - center + 0.5) * step)
      line[x] = w
      sum += w
    }
    for (let x = 0; x < hi - lo; x++) {
      let w = line[x] as number
      if (sum !== 0) w /= sum
      weights[i * size + x] = Math.trunc((w < 0 ? -0.5 : 0.5) + w * (1 << PRECISION_BITS))
    }
    first[i] = lo
    count[i] = hi - lo
  }
  return { size, first, count, weights }
}

function clip8(sum: number): number {
  const value = sum >> PRECISION_BITS
  return value < 0 ? 0 : value > 255 ? 255 : value
}

/** Rows `top` to `top + rows` of `source`, each narrowed to `n` pixels. */
function horizontal(
  source: RgbPixels,
  top: number,
  rows: number,
  n: number,
  k: Coefficients,
): Uint8Array {
  const out = new Uint8Array(rows * n * 3)
  const { data } = source
  const { weights, first, count, size } = k
  let at = 0
  for (let y = 0; y < rows; y++) {
    const row = (top + y) * source.width * 3
    for (let i = 0; i < n; i++) {
      let r = HALF
      let g = HALF
      let b = HALF
      let from = row + (first[i] as number) * 3
      const base = i * size
      const end = base + (count[i] as number)
      for (let t = base; t < end; t++) {
        const w = weights[t] as number
        r += Math.imul(data[from] as number, w)
        g += Math.imul(data[from + 1] as number, w)
        b += Math.imul(data[from + 2] as number, w)
        from += 3
      }
      out[at] = clip8(r | 0)
      out[at + 1] = clip8(g | 0)
      out[at + 2] = clip8(b | 0)
      at += 3
    }
  }
  return out
}

/** `data` begins at row `top` of the picture that the coefficients speak of. */
function vertical(
  data: Uint8Array,
  top: number,
  width: number,
  n: number,
  k: Coefficients,
): Uint8Array {
  const line = width * 3
  const out = new Uint8Array(n * line)
  const sums = new Int32Array(line)
  const { weights, first, count, size } = k
  for (let y = 0; y < n; y++) {
    sums.fill(HALF)
    for (let t = 0; t < (count[y] as number); t++) {
      const w = weights[y * size + t] as number
      let from = ((first[y] as number) + t - top) * line
      for (let i = 0; i < line; i++) {
        sums[i] = (sums[i] as number) + Math.imul(data[from++] as number, w)
      }
    }
    const row = y * line
    for (let i = 0; i < line; i++) out[row + i] = clip8(sums[i] as number)
  }
  return out
}

/**
 * Resizes to `width` x `height` and returns the part of it in `window` (the whole by default): the
 * same bytes as resizing everything and cutting afterwards, without working out what is cut off.
 */
export function resize(
  source: RgbPixels,
  width: number,
  height: number,
  filter: Filter,
  window: Window = { left: 0, top: 0, width, height },
): RgbPixels {
  if (width < 1 || height < 1) throw new RangeError('resize: a side must be at least one pixel')
  const { left, top } = window
  if (left < 0 || top < 0 || left + window.width > width || top + window.height > height) {
    throw new RangeError('resize: the window lies outside the picture')
  }
  // Rows of the source that the vertical pass will look at.
  let firstRow = top
  let lastRow = top + window.height
  let tall: Coefficients | null = null
  if (height !== source.height) {
    tall = coefficients(source.height, height, top, window.height, filter)
    firstRow = tall.first[0] as number
    const end = window.height - 1
    lastRow = (tall.first[end] as number) + (tall.count[end] as number)
  }
  const rows = lastRow - firstRow
  const narrowed =
    width === source.width
      ? columns(source, firstRow, rows, left, window.width)
      : horizontal(
          source,
          firstRow,
          rows,
          window.width,
          coefficients(source.width, width, left, window.width, filter),
        )
  const data =
    tall === null ? narrowed : vertical(narrowed, firstRow, window.width, window.height, tall)
  return { data, width: window.width, height: window.height }
}

function columns(
  source: RgbPixels,
  top: number,
  rows: number,
  left: number,
  n: number,
): Uint8Array {
  const out = new Uint8Array(rows * n * 3)
  for (let y = 0; y < rows; y++) {
    const from = ((top + y) * source.width + left) * 3
    out.set(source.data.subarray(from, from + n * 3), y * n * 3)
  }
  return out
}
