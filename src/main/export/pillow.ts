import { crc32, inflateSync } from 'node:zlib'
import { BitmapError, readBitmap } from '../files/bmp.ts'
import { whyNotTiff } from './pillow-tiff.ts'

/**
 * Why Pillow, and with it most readers of datasets, refuses a picture that decodes here: it is
 * stricter than browsers in what stands around the pixels. null = nothing is known against it. Rules
 * of Pillow 9.4 to 12 (PngImagePlugin, JpegImagePlugin, BmpImagePlugin, TiffImagePlugin), for
 * pictures that were decoded whole before.
 */
export function whyNotPillow(bytes: Uint8Array, mime: string): string | null {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  try {
    switch (mime) {
      case 'image/png':
        return whyNotPng(file)
      case 'image/jpeg':
        return whyNotJpeg(file)
      case 'image/bmp':
        return whyNotBmp(file)
      case 'image/tiff':
        return whyNotTiff(file)
      default:
        return null
    }
  } catch (error) {
    if (error instanceof RangeError) return 'it ends in the middle of a header'
    if (error instanceof BitmapError) return error.message
    throw error
  }
}

/** MAX_TEXT_CHUNK and MAX_TEXT_MEMORY of Pillow. */
const MAX_UNPACKED = 1 << 20
const MAX_TEXTS = 64 << 20
/** Bytes that a chunk needs at least. */
const SHORTEST: Readonly<Record<string, number>> = {
  IHDR: 13,
  gAMA: 4,
  cHRM: 32,
  sRGB: 1,
  pHYs: 9,
  acTL: 8,
  fcTL: 26,
  fdAT: 4,
}

function whyNotPng(file: Buffer): string | null {
  let hasData = false
  let texts = 0
  let sequence = 0
  for (let at = 8; at + 12 <= file.length;) {
    const length = file.readUInt32BE(at)
    const type = file.toString('latin1', at + 4, at + 8)
    const data = file.subarray(at + 8, at + 8 + length)
    const end = at + 12 + length
    if (type === 'IDAT') hasData = true
    if (type === 'IEND') return null
    if (!/^\w{4}$/.test(type)) return hasData ? null : 'a chunk of PNG has no name'
    if (!hasData && end <= file.length) {
      // Chunks behind the pixels are read without their checksums.
      const expected = file.readUInt32BE(end - 4)
      if (crc32(file.subarray(at + 4, end - 4)) !== expected)
        return `the checksum of its ${type} chunk is wrong`
    }
    if (length < (SHORTEST[type] ?? 0)) return `its ${type} chunk is too short`
    if (type === 'fcTL' || type === 'fdAT') {
      if (data.readUInt32BE(0) !== sequence++) return 'the frames of its animation are out of order'
    }
    const unpacked = unpackedText(type, data)
    if (unpacked === null) return `its ${type} chunk is packed in an unknown way`
    if (unpacked > MAX_UNPACKED && type !== 'tEXt')
      return `its ${type} chunk is larger than 1 MiB unpacked`
    if (type !== 'iCCP') texts += unpacked
    if (texts > MAX_TEXTS) return 'its texts are larger than 64 MiB'
    at = end
  }
  return null
}

/** How large the text or profile of a chunk is; null for a packing that PNG does not have. */
function unpackedText(type: string, data: Buffer): number | null {
  if (type === 'tEXt') return data.length
  if (type !== 'zTXt' && type !== 'iCCP' && type !== 'iTXt') return 0
  const name = data.indexOf(0)
  if (name < 0) return 0
  if (type === 'iTXt') {
    if (data[name + 1] === 0) return data.length
    if (data[name + 2] !== 0) return 0
    const language = data.indexOf(0, name + 3)
    const translated = data.indexOf(0, language + 1)
    return language < 0 || translated < 0 ? 0 : inflated(data.subarray(translated + 1))
  }
  return data[name + 1] === 0 ? inflated(data.subarray(name + 2)) : null
}

/** Bytes unpacked, at most one more than Pillow takes; 0 for what is no zlib, which it passes over. */
function inflated(packed: Buffer): number {
  try {
    return inflateSync(packed, { maxOutputLength: MAX_UNPACKED + 1 }).length
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? MAX_UNPACKED + 1 : 0
  }
}

/** Baseline, extended, progressive, and their arithmetic twins: what every libjpeg decodes. */
const FRAMES = [0xc0, 0xc1, 0xc2, 0xc9, 0xca]

function whyNotJpeg(file: Buffer): string | null {
  for (let at = 2; at + 4 <= file.length;) {
    if (file[at] !== 0xff || file[at + 1] === 0xff || file[at + 1] === 0) {
      at++
      continue
    }
    const marker = file[at + 1] as number
    if (marker < 0xc0) return 'a segment of JPEG has an unknown marker'
    if (marker === 0xda || marker === 0xd9) return null
    if (marker >= 0xd0 && marker <= 0xd8) {
      at += 2
      continue
    }
    const length = file.readUInt16BE(at + 2)
    const data = file.subarray(at + 4, at + 2 + length)
    const begins = (name: string): boolean => data.toString('latin1', 0, name.length) === name
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      if (!FRAMES.includes(marker)) return 'it is a lossless or hierarchical JPEG'
      if (data.readUInt8(0) !== 8) return `it has ${data.readUInt8(0)} bits a sample`
      if (![1, 3, 4].includes(data.readUInt8(5))) return `it has ${data.readUInt8(5)} channels`
    }
    if (marker === 0xe0 && begins('JFIF') && data.length < 7) return 'its JFIF header is cut'
    if (marker === 0xee && begins('Adobe') && data.length < 7) return 'its Adobe header is cut'
    // Eight bytes say where the first directory is.
    if (marker === 0xe1 && begins('Exif\0\0') && data.length < 14) return 'its EXIF is cut'
    at += 2 + length
  }
  return null
}

/** Bit masks of red, green, blue, alpha that Pillow knows, by bits a pixel. */
const MASKS: Readonly<Record<number, readonly string[]>> = {
  32: [
    'ff0000,ff00,ff,0',
    'ff000000,ff0000,ff00,0',
    'ff000000,ff0000,ff00,ff',
    'ff,ff00,ff0000,ff000000',
    'ff0000,ff00,ff,ff000000',
    '0,0,0,0',
  ],
  24: ['ff0000,ff00,ff'],
  16: ['f800,7e0,1f', '7c00,3e0,1f'],
}

function whyNotBmp(file: Buffer): string | null {
  const header = file.readUInt32LE(14)
  if (header === 16) return 'it has a header of OS/2'
  // Pillow takes them from version 10 on.
  if (header === 52 || header === 56) return 'it has a header that few programs read'
  const isOld = header === 12
  const bits = file.readUInt16LE(isOld ? 24 : 28)
  if (![1, 4, 8, 16, 24, 32].includes(bits)) return `it has ${bits} bits a pixel`
  const packing = isOld ? 0 : file.readUInt32LE(30)
  if (packing === 0) return null
  if ((packing === 1 && bits === 8) || (packing === 2 && bits === 4)) {
    // Pillow wants every pixel written, and reads steps otherwise than they are meant.
    return readBitmap(file, Infinity).whole ? null : 'its run length coding leaves pixels out'
  }
  if (packing !== 3) return 'it is packed in a way that few programs read'
  const hasAlpha = header >= 56
  const masks = [54, 58, 62].map((at) => file.readUInt32LE(at).toString(16))
  const alpha = hasAlpha ? file.readUInt32LE(66).toString(16) : '0'
  const key = (bits === 32 ? [...masks, alpha] : masks).join(',')
  return MASKS[bits]?.includes(key) ? null : 'its channels lie in an unusual order'
}
