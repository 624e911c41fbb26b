import { crc32, deflateSync, gzipSync } from 'node:zlib'

/** Writes metadata into pictures by hand, byte by byte after the standards, for tests that read it. */

export type PngText = {
  type: 'tEXt' | 'zTXt' | 'iTXt'
  keyword: string
  text: string | Buffer
  packed?: boolean
}

function chunkOf({ type, keyword, text, packed }: PngText): Buffer {
  const body = Buffer.isBuffer(text) ? text : Buffer.from(text, 'utf8')
  const head = Buffer.from(`${keyword}\0`, 'latin1')
  if (type === 'tEXt') return Buffer.concat([head, body])
  if (type === 'zTXt') return Buffer.concat([head, Buffer.from([0]), deflateSync(body)])
  const flags = Buffer.from([packed ? 1 : 0, 0])
  return Buffer.concat([
    head,
    flags,
    Buffer.from('de\0Schlüssel\0', 'utf8'),
    packed ? deflateSync(body) : body,
  ])
}

export function pngChunk(type: string, data: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(data.length)
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const sum = Buffer.alloc(4)
  sum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, sum])
}

/** Puts chunks behind the header of a PNG, or in front of its end. */
export function withChunks(
  png: Buffer,
  chunks: Buffer[],
  place: 'start' | 'end' = 'start',
): Buffer {
  const at = place === 'start' ? 8 + 25 : png.length - 12
  return Buffer.concat([png.subarray(0, at), ...chunks, png.subarray(at)])
}

export const withTexts = (
  png: Buffer,
  texts: PngText[],
  place: 'start' | 'end' = 'start',
): Buffer =>
  withChunks(
    png,
    texts.map((text) => pngChunk(text.type, chunkOf(text))),
    place,
  )

/** A field of EXIF: 2 ASCII, 7 undefined. */
export interface ExifField {
  tag: number
  type: 1 | 2 | 7
  value: Buffer
  ifd: 'image' | 'exif'
}

/** A TIFF with IFD0 and an Exif IFD. */
export function tiffOf(fields: ExifField[], bigEndian: boolean): Buffer {
  const u16 = (value: number): Buffer => {
    const bytes = Buffer.alloc(2)
    if (bigEndian) bytes.writeUInt16BE(value)
    else bytes.writeUInt16LE(value)
    return bytes
  }
  const u32 = (value: number): Buffer => {
    const bytes = Buffer.alloc(4)
    if (bigEndian) bytes.writeUInt32BE(value)
    else bytes.writeUInt32LE(value)
    return bytes
  }
  const of = (ifd: ExifField['ifd']): ExifField[] =>
    fields.filter((field) => field.ifd === ifd).sort((a, b) => a.tag - b.tag)
  const image = of('image')
  const exif = of('exif')
  const sizeOf = (count: number): number => 2 + count * 12 + 4
  const exifAt = 8 + sizeOf(image.length + 1)
  let dataAt = exifAt + sizeOf(exif.length)
  const data: Buffer[] = []
  const entry = ({ tag, type, value }: ExifField): Buffer => {
    const isShort = value.length <= 4
    const place = isShort ? Buffer.concat([value, Buffer.alloc(4 - value.length)]) : u32(dataAt)
    if (!isShort) {
      data.push(value)
      dataAt += value.length
    }
    return Buffer.concat([u16(tag), u16(type), u32(value.length), place])
  }
  const first = image.map(entry)
  first.push(Buffer.concat([u16(0x8769), u16(4), u32(1), u32(exifAt)]))
  const second = exif.map(entry)
  return Buffer.concat([
    Buffer.from(bigEndian ? 'MM\0*' : 'II*\0', 'latin1'),
    u32(8),
    u16(first.length),
    ...first,
    u32(0),
    u16(second.length),
    ...second,
    u32(0),
    ...data,
  ])
}

export function segment(marker: number, data: Buffer): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0])
  head.writeUInt16BE(data.length + 2, 2)
  return Buffer.concat([head, data])
}

/** Puts segments behind the start of a JPEG. */
export const withSegments = (jpeg: Buffer, segments: Buffer[]): Buffer =>
  Buffer.concat([jpeg.subarray(0, 2), ...segments, jpeg.subarray(2)])

export const exifSegment = (tiff: Buffer): Buffer =>
  segment(0xe1, Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), tiff]))

/** A WebP (simple, lossy or not) made an extended one with these chunks at its end. */
export function withRiff(
  webp: Buffer,
  width: number,
  height: number,
  chunks: [string, Buffer][],
): Buffer {
  const riff = (type: string, data: Buffer): Buffer => {
    const head = Buffer.alloc(8)
    head.write(type, 'latin1')
    head.writeUInt32LE(data.length, 4)
    return Buffer.concat([head, data, Buffer.alloc(data.length % 2)])
  }
  const extended = Buffer.alloc(10)
  extended[0] = 0x08
  extended.writeUIntLE(width - 1, 4, 3)
  extended.writeUIntLE(height - 1, 7, 3)
  const body = Buffer.concat([
    Buffer.from('WEBP', 'latin1'),
    riff('VP8X', extended),
    webp.subarray(12),
    ...chunks.map(([type, data]) => riff(type, data)),
  ])
  return riff('RIFF', body)
}

/**
 * Pixels that carry a text in their lowest bits, written bit by bit in the order of columns.
 * @param channels 4: in the alpha, 3: in red, green and blue
 */
export function hide(
  text: string,
  width: number,
  height: number,
  channels: 3 | 4,
  packed: boolean,
): Buffer {
  const pixels = Buffer.alloc(width * height * channels, 0xfe)
  const mark = `stealth_${channels === 4 ? 'png' : 'rgb'}${packed ? 'comp' : 'info'}`
  const body = packed ? gzipSync(text) : Buffer.from(text)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(body.length * 8)
  const bits = [...Buffer.concat([Buffer.from(mark), length, body])]
    .map((byte) => byte.toString(2).padStart(8, '0'))
    .join('')
  let next = 0
  for (let x = 0; x < width; x++) {
    for (let y = 0; y < height; y++) {
      for (const channel of channels === 4 ? [3] : [0, 1, 2]) {
        const bit = bits[next++]
        if (bit === undefined) return pixels
        const at = (y * width + x) * channels + channel
        pixels[at] = (pixels[at] as number) | Number(bit)
      }
    }
  }
  throw new Error('the text does not fit')
}
