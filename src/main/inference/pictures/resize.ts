/**
 * Pillow's `Image.resize` on 8-bit RGB, bit by bit: separable, antialiased (the filter widens with
 * the reduction), horizontal pass first, 22-bit fixed-point coefficients, rounded to 8 bits after
 * each pass. Source: Pillow, src/libImaging/Resample.c. The passes themselves are in
 * resize-kernel.ts.
 */
import { createResizeKernel, LOW_BITS, PRECISION_BITS, SLACK } from './resize-kernel.ts'
import type { ResizeKernel } from './resize-kernel.ts'

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

/** Floating-point weights of a line's pixels; see `filterWeights`. */
export interface FilterWeights {
  /** Taps reserved for each output pixel. */
  size: number
  /** First input pixel of each output pixel. */
  first: Int32Array
  /** How many of the taps are used. */
  count: Int32Array
  /** Those of an output pixel have the sum 1. */
  weights: Float64Array
}

/**
 * Weights of output pixels `from` to `from + n` when a line of `input` pixels becomes `output`.
 * Pillow, Resample.c: precompute_coeffs.
 */
export function filterWeights(
  input: number,
  output: number,
  from: number,
  n: number,
  filter: Filter,
): FilterWeights {
  const kernel = KERNELS[filter]
  const scale = input / output
  const filterScale = Math.max(scale, 1)
  const support = kernel.support * filterScale
  const size = Math.ceil(support) * 2 + 1
  const first = new Int32Array(n)
  const count = new Int32Array(n)
  const weights = new Float64Array(n * size)
  const step = 1 / filterScale
  for (let i = 0; i < n; i++) {
    const center = (from + i + 0.5) * scale
    const lo = Math.max(0, Math.trunc(center - support + 0.5))
    const hi = Math.min(input, Math.trunc(center + support + 0.5))
    let sum = 0
    for (let x = 0; x < hi - lo; x++) {
      const w = kernel.at((x + lo - center + 0.5) * step)
      weights[i * size + x] = w
      sum += w
    }
    for (let x = 0; x < hi - lo; x++) {
      if (sum !== 0) weights[i * size + x] = (weights[i * size + x] as number) / sum
    }
    first[i] = lo
    count[i] = hi - lo
  }
  return { size, first, count, weights }
}

/** The same in 22-bit fixed point, as for pictures of 8 bits. */
function coefficients(
  input: number,
  output: number,
  from: number,
  n: number,
  filter: Filter,
): Coefficients {
  const { weights, ...places } = filterWeights(input, output, from, n, filter)
  return {
    ...places,
    weights: Int32Array.from(weights, (w) =>
      Math.trunc((w < 0 ? -0.5 : 0.5) + w * (1 << PRECISION_BITS)),
    ),
  }
}

/** Coefficients `from` to `to` as the kernel reads them: `step` bytes a tap, counted from `origin`. */
function tableOf(
  k: Coefficients,
  [from, to]: [number, number],
  origin: number,
  step: number,
): { bytes: Uint8Array; stride: number } {
  const { first, count, weights, size } = k
  const stride = 8 + 8 * ((size + 1) >> 1)
  const bytes = new Uint8Array((to - from) * stride)
  const view = new DataView(bytes.buffer)
  for (let i = from; i < to; i++) {
    const taps = count[i] as number
    const at = (i - from) * stride
    view.setInt32(at, ((first[i] as number) - origin) * step, true)
    view.setInt32(at + 4, Math.max(1, (taps + 1) >> 1), true)
    for (let t = 0; t < taps; t++) {
      const weight = weights[i * size + t] as number
      const pair = at + 8 + (t >> 1) * 8 + (t & 1) * 2
      view.setInt16(pair, weight & ((1 << LOW_BITS) - 1), true)
      view.setInt16(pair + 4, weight >> LOW_BITS, true)
    }
  }
  return { bytes, stride }
}

/** Bytes of the source that are narrowed at a time: they stay in a core's cache. */
const PIECE = 1 << 18
/** Bytes of narrowed rows at a time, and of a memory that is kept for the next picture. */
const MOST_NARROWED = 1 << 25
const MOST_KEPT = 1 << 26

let kept: ResizeKernel | null = null

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
  const wide =
    width === source.width ? null : coefficients(source.width, width, left, window.width, filter)
  const tall =
    height === source.height
      ? null
      : coefficients(source.height, height, top, window.height, filter)
  const data = new Uint8Array(window.height * window.width * 3)
  const band = (from: number, to: number): Band => {
    const end = to - 1
    return tall === null
      ? { from, to, firstRow: top + from, lastRow: top + to }
      : {
          from,
          to,
          firstRow: tall.first[from] as number,
          lastRow: (tall.first[end] as number) + (tall.count[end] as number),
        }
  }
  const all = band(0, window.height)
  const bytes = (all.lastRow - all.firstRow) * window.width * 3
  const rows = Math.ceil(window.height / Math.max(1, Math.ceil(bytes / MOST_NARROWED)))
  for (let from = 0; from < window.height; from += rows) {
    const part = band(from, Math.min(window.height, from + rows))
    resizeBand(source, left, window.width, wide, tall, part, data)
  }
  return { data, width: window.width, height: window.height }
}

/** Output rows `from` to `to`, and the rows of the source that they are made of. */
interface Band {
  from: number
  to: number
  firstRow: number
  lastRow: number
}

/** Both passes for the rows of a band; null = the side keeps its length. */
function resizeBand(
  source: RgbPixels,
  left: number,
  n: number,
  wide: Coefficients | null,
  tall: Coefficients | null,
  { from, to, firstRow, lastRow }: Band,
  out: Uint8Array,
): void {
  const line = n * 3
  const rowBytes = source.width * 3
  const rows = lastRow - firstRow
  const across = wide && tableOf(wide, [0, n], 0, 3)
  const down = tall && tableOf(tall, [from, to], firstRow, line)
  const pieceRows = Math.min(rows, Math.max(1, Math.floor(PIECE / rowBytes)))

  let size = 0
  /** Where in the memory the next part lies; each begins at a multiple of 16. */
  const place = (bytes: number): number => {
    const at = size
    size += Math.ceil((bytes + SLACK) / 16) * 16
    return at
  }
  const acrossAt = place(across?.bytes.length ?? 0)
  const downAt = place(down?.bytes.length ?? 0)
  // A last, odd tap is paired with the line after it, at weight zero.
  const narrowed = place((rows + 1) * line)
  const result = down ? place((to - from) * line) : narrowed
  const piece = place(across ? pieceRows * rowBytes : 0)

  const kernel = (kept ??= createResizeKernel())
  const missing = size - kernel.memory.buffer.byteLength
  if (missing > 0) kernel.memory.grow(Math.ceil(missing / 65536))
  const memory = new Uint8Array(kernel.memory.buffer)
  if (across) {
    memory.set(across.bytes, acrossAt)
    for (let row = 0; row < rows; row += pieceRows) {
      const count = Math.min(pieceRows, rows - row)
      const at = (firstRow + row) * rowBytes
      memory.set(source.data.subarray(at, at + count * rowBytes), piece)
      const target = narrowed + row * line
      kernel.horizontal(piece, rowBytes, count, target, n, acrossAt, across.stride)
    }
  } else {
    for (let row = 0; row < rows; row++) {
      const at = ((firstRow + row) * source.width + left) * 3
      memory.set(source.data.subarray(at, at + line), narrowed + row * line)
    }
  }
  if (down) {
    memory.set(down.bytes, downAt)
    kernel.vertical(narrowed, line, result, to - from, downAt, down.stride)
  }
  out.set(memory.subarray(result, result + (to - from) * line), from * line)
  if (memory.length > MOST_KEPT) kept = null
}
