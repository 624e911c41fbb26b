/*
 * BMP, which libvips does not read: headers of Windows (2.x to 5) and OS/2, 1 to 32 bits a pixel, bit
 * masks, both run length codings, from the bottom up or from the top down. Colours come out as Pillow
 * makes them.
 */

/** Rows from the top, 8 bits a channel: red, green, blue and, with four channels, alpha. */
export interface Bitmap {
  data: Uint8Array
  width: number
  height: number
  channels: 3 | 4
  /** Every pixel was written; run length coding may leave some out, which then have colour 0. */
  whole: boolean
}

export class BitmapError extends Error {
  readonly reason: 'damaged' | 'truncated' | 'too-many-pixels' | 'unsupported'

  constructor(reason: BitmapError['reason'], detail: string) {
    super(detail)
    this.name = 'BitmapError'
    this.reason = reason
  }
}

export interface BitmapHeader {
  width: number
  height: number
  topDown: boolean
  bits: number
  coding: 'none' | 'rle4' | 'rle8' | 'masks'
  /** Red, green, blue, alpha. */
  masks: readonly [number, number, number, number]
  paletteAt: number
  paletteSize: number
  /** Bytes of each colour in it. */
  entry: 3 | 4
  pixelsAt: number
}

const FILE_HEADER = 14
const CORE_HEADER = 12
const OS2_LARGEST = 64

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** @throws BitmapError */
export function readBitmapHeader(bytes: Uint8Array): BitmapHeader {
  const view = viewOf(bytes)
  const size = bytes.byteLength < FILE_HEADER + 4 ? 0 : view.getUint32(FILE_HEADER, true)
  if (size < CORE_HEADER || bytes.byteLength < FILE_HEADER + size) {
    throw new BitmapError('truncated', 'it ends within its header')
  }
  if (size === CORE_HEADER) return coreHeader(view)
  const width = view.getInt32(18, true)
  const height = view.getInt32(22, true)
  const bits = view.getUint16(28, true)
  // A short header of OS/2 leaves out what has its default.
  const compression = size >= 20 ? view.getUint32(30, true) : 0
  const colours = size >= 36 ? view.getUint32(46, true) : 0
  const coding = codingOf(compression, bits, size)
  let masksEnd = FILE_HEADER + size
  let masks: BitmapHeader['masks'] = [0, 0, 0, 0]
  if (coding === 'masks') {
    const inHeader = size >= 52
    const hasAlpha = inHeader ? size >= 56 : compression === 6
    if (!inHeader) masksEnd += hasAlpha ? 16 : 12
    if (bytes.byteLength < masksEnd) throw new BitmapError('truncated', 'it ends within its masks')
    const mask = (at: number): number => view.getUint32(at, true)
    masks = [mask(54), mask(58), mask(62), hasAlpha ? mask(66) : 0]
  }
  return checked(view, {
    width,
    height: Math.abs(height),
    topDown: height < 0,
    bits,
    coding,
    masks,
    paletteAt: masksEnd,
    paletteSize: bits > 8 ? 0 : colours === 0 ? 2 ** bits : Math.min(colours, 256),
    entry: 4,
    pixelsAt: view.getUint32(10, true),
  })
}

function coreHeader(view: DataView): BitmapHeader {
  const bits = view.getUint16(24, true)
  return checked(view, {
    width: view.getUint16(18, true),
    height: view.getUint16(20, true),
    topDown: false,
    bits,
    coding: 'none',
    masks: [0, 0, 0, 0],
    paletteAt: FILE_HEADER + CORE_HEADER,
    paletteSize: bits > 8 ? 0 : 2 ** bits,
    entry: 3,
    pixelsAt: view.getUint32(10, true),
  })
}

function codingOf(compression: number, bits: number, size: number): BitmapHeader['coding'] {
  if (compression === 0) return 'none'
  if (compression === 1 && bits === 8) return 'rle8'
  if (compression === 2 && bits === 4) return 'rle4'
  const isOs2 = size === OS2_LARGEST || size < 40
  const isMasked = compression === 3 || compression === 6
  if (isMasked && !isOs2 && (bits === 16 || bits === 24 || bits === 32)) return 'masks'
  throw new BitmapError('unsupported', `packed in way ${compression} with ${bits} bits a pixel`)
}

function checked(view: DataView, header: BitmapHeader): BitmapHeader {
  const { width, height, bits, paletteAt, paletteSize, entry } = header
  if (width <= 0 || height === 0) {
    throw new BitmapError('damaged', `${width} x ${height} pixels`)
  }
  if (![1, 2, 4, 8, 16, 24, 32].includes(bits)) {
    throw new BitmapError('damaged', `${bits} bits a pixel`)
  }
  if (header.pixelsAt === 0) header.pixelsAt = paletteAt + paletteSize * entry
  if (header.pixelsAt >= view.byteLength) {
    throw new BitmapError('truncated', 'it ends before its first pixel')
  }
  return header
}

/**
 * @param maxPixels of the picture, by what its header declares
 * @throws BitmapError
 */
export function readBitmap(bytes: Uint8Array, maxPixels: number): Bitmap {
  const header = readBitmapHeader(bytes)
  const { width, height, bits, coding } = header
  if (width * height > maxPixels) {
    throw new BitmapError('too-many-pixels', `${width} x ${height} pixels, at most ${maxPixels}`)
  }
  if (coding === 'rle4' || coding === 'rle8') return indexed(bytes, header, unpackRuns)
  if (bytes.byteLength < header.pixelsAt + strideOf(header) * (height - 1) + rowBytes(header)) {
    throw new BitmapError('truncated', 'it ends before its last pixel')
  }
  return bits <= 8 ? indexed(bytes, header, unpackBits) : direct(bytes, header)
}

function rowBytes({ width, bits }: BitmapHeader): number {
  return Math.ceil((width * bits) / 8)
}

function strideOf(header: BitmapHeader): number {
  return Math.ceil(rowBytes(header) / 4) * 4
}

type Unpack = (bytes: Uint8Array, header: BitmapHeader, to: Uint8Array) => boolean

/** @param unpack writes the numbers of colours, rows from the top; whether it wrote all */
function indexed(bytes: Uint8Array, header: BitmapHeader, unpack: Unpack): Bitmap {
  const { width, height, paletteAt, paletteSize, entry } = header
  const colours = new Uint8Array(256 * 3)
  for (let i = 0, at = paletteAt; i < paletteSize && at + 3 <= bytes.byteLength; i++, at += entry) {
    colours[i * 3] = bytes[at + 2] as number
    colours[i * 3 + 1] = bytes[at + 1] as number
    colours[i * 3 + 2] = bytes[at] as number
  }
  const numbers = new Uint8Array(width * height)
  const whole = unpack(bytes, header, numbers)
  const data = new Uint8Array(width * height * 3)
  for (let i = 0, to = 0; i < numbers.length; i++, to += 3) {
    const from = (numbers[i] as number) * 3
    data[to] = colours[from] as number
    data[to + 1] = colours[from + 1] as number
    data[to + 2] = colours[from + 2] as number
  }
  return { data, width, height, channels: 3, whole }
}

/** Where row `y` of the file comes in the picture. */
function rowOf({ topDown, height }: BitmapHeader, y: number): number {
  return topDown ? y : height - 1 - y
}

function unpackBits(bytes: Uint8Array, header: BitmapHeader, to: Uint8Array): boolean {
  const { width, height, bits, pixelsAt } = header
  const stride = strideOf(header)
  const mask = (1 << bits) - 1
  for (let y = 0; y < height; y++) {
    const row = pixelsAt + y * stride
    let out = rowOf(header, y) * width
    for (let x = 0; x < width; x++) {
      const bit = x * bits
      to[out++] = ((bytes[row + (bit >> 3)] as number) >> (8 - bits - (bit & 7))) & mask
    }
  }
  return true
}

/** Runs of one colour (two in turn with 4 bits), and stretches that are written out. */
function unpackRuns(bytes: Uint8Array, header: BitmapHeader, to: Uint8Array): boolean {
  const { width, height, bits } = header
  let at = header.pixelsAt
  let x = 0
  let y = 0
  let written = 0
  const put = (colour: number): void => {
    if (x < width && y < height) {
      to[rowOf(header, y) * width + x] = colour
      written++
    }
    x++
  }
  const nibble = (byte: number, i: number): number => (i % 2 === 0 ? byte >> 4 : byte & 15)
  while (written < to.length) {
    if (at + 2 > bytes.byteLength) throw new BitmapError('truncated', 'its last run is not there')
    const count = bytes[at++] as number
    const value = bytes[at++] as number
    if (count > 0) {
      // What would stand past the end of the row costs nothing.
      const seen = Math.max(0, Math.min(count, width - x))
      for (let i = 0; i < seen; i++) put(bits === 8 ? value : nibble(value, i))
      x += count - seen
    } else if (value === 0) {
      x = 0
      y++
    } else if (value === 1) {
      return false
    } else if (value === 2) {
      if (at + 2 > bytes.byteLength) throw new BitmapError('truncated', 'it ends within a step')
      x += bytes[at++] as number
      y += bytes[at++] as number
    } else {
      const length = bits === 8 ? value : (value + 1) >> 1
      if (at + length > bytes.byteLength) throw new BitmapError('truncated', 'it ends within a run')
      for (let i = 0; i < value; i++) {
        put(bits === 8 ? (bytes[at + i] as number) : nibble(bytes[at + (i >> 1)] as number, i))
      }
      at += length + (length & 1)
    }
    // Past the last row nothing is a pixel any more.
    if (y >= height) return written === to.length
  }
  return true
}

/** How a channel's bits become 0 to 255. */
function channelOf(mask: number): { shift: number; most: number; mask: number } {
  if (mask === 0) return { shift: 0, most: 0, mask }
  const shift = 31 - Math.clz32(mask & -mask)
  return { shift, most: mask >>> shift, mask }
}

function direct(bytes: Uint8Array, header: BitmapHeader): Bitmap {
  const { width, height, bits, pixelsAt } = header
  const masks =
    header.coding === 'masks'
      ? header.masks
      : bits === 16
        ? [0x7c00, 0x3e0, 0x1f, 0]
        : [0xff0000, 0xff00, 0xff, 0]
  const channels = masks[3] === 0 ? 3 : 4
  const parts = masks.slice(0, channels).map(channelOf)
  const step = bits / 8
  const stride = strideOf(header)
  const data = new Uint8Array(width * height * channels)
  let anyAlpha = false
  for (let y = 0; y < height; y++) {
    let at = pixelsAt + y * stride
    let out = rowOf(header, y) * width * channels
    for (let x = 0; x < width; x++, at += step) {
      let pixel = (bytes[at] as number) | ((bytes[at + 1] as number) << 8)
      if (step > 2) pixel |= (bytes[at + 2] as number) << 16
      if (step > 3) pixel |= (bytes[at + 3] as number) << 24
      for (const { shift, most, mask } of parts) {
        const value = (pixel & mask) >>> shift
        data[out++] = most === 255 ? value : most === 0 ? 0 : Math.floor((value * 255) / most)
      }
      if (channels === 4 && data[out - 1] !== 0) anyAlpha = true
    }
  }
  // Programs that know no alpha leave it empty; nothing at all would be seen.
  if (channels === 4 && !anyAlpha) for (let i = 3; i < data.length; i += 4) data[i] = 255
  return { data, width, height, channels, whole: true }
}
