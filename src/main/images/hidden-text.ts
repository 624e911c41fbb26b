import { gunzipSync } from 'node:zlib'
import { MAX_TEXT } from './png-text.ts'
import { decodeLoose } from './text-encoding.ts'

const MARK_BITS = 15 * 8
const LENGTH_BITS = 32

/**
 * The text that "stealth pnginfo" writes into the lowest bits, as NovelAI does: of the alpha of each
 * pixel, or of red, green and blue; columns from left to right, each from top to bottom, the highest
 * bit of a byte first. In front stand a mark of 15 bytes that says where and whether with gzip, and
 * the length in bits (32 bit, big-endian).
 * @param pixels width * height * channels bytes, row by row, 8 bit, not premultiplied
 * @param channels 3 or 4
 * @returns null where there is none
 * @throws Error where the mark is there and the text is not
 */
export function readHiddenText(
  pixels: Uint8Array,
  width: number,
  height: number,
  channels: 3 | 4,
): string | null {
  const places = channels === 4 ? (['alpha', 'rgb'] as const) : (['rgb'] as const)
  for (const place of places) {
    const bit = bitsOf(place, pixels, width, height, channels)
    const capacity = width * height * (place === 'alpha' ? 1 : 3)
    if (capacity < MARK_BITS + LENGTH_BITS) continue
    const mark = readBytes(bit, 0, 15).toString('latin1')
    const kind = place === 'alpha' ? 'png' : 'rgb'
    if (mark !== `stealth_${kind}info` && mark !== `stealth_${kind}comp`) continue
    const length = readBytes(bit, MARK_BITS, 4).readUInt32BE()
    const start = MARK_BITS + LENGTH_BITS
    if (length % 8 !== 0 || start + length > capacity || length / 8 > MAX_TEXT) {
      throw new Error(`the hidden text says that it is ${length} bits long`)
    }
    const body = readBytes(bit, start, length / 8)
    return decodeLoose(
      mark.endsWith('comp') ? gunzipSync(body, { maxOutputLength: MAX_TEXT }) : body,
    )
  }
  return null
}

function bitsOf(
  place: 'alpha' | 'rgb',
  pixels: Uint8Array,
  width: number,
  height: number,
  channels: number,
): (index: number) => number {
  const perPixel = place === 'alpha' ? 1 : 3
  const first = place === 'alpha' ? 3 : 0
  return (index) => {
    const pixel = Math.floor(index / perPixel)
    const x = Math.floor(pixel / height)
    const y = pixel % height
    const at = (y * width + x) * channels + first + (index % perPixel)
    return (pixels[at] as number) & 1
  }
}

function readBytes(bit: (index: number) => number, start: number, count: number): Buffer {
  const bytes = Buffer.alloc(count)
  for (let i = 0; i < count; i++) {
    let byte = 0
    for (let j = 0; j < 8; j++) byte = (byte << 1) | bit(start + i * 8 + j)
    bytes[i] = byte
  }
  return bytes
}
