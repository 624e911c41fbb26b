import { crc32, deflateSync } from 'node:zlib'
import sharp, { type Sharp } from 'sharp'

/** Odd pictures, made where they are used. */
export const RED = '#ff0000'

export function flat(width: number, height: number, background = RED): Sharp {
  return sharp({ create: { width, height, channels: 3, background } })
}

/** Left half red, right half blue, so that turning and mirroring can be seen. */
export async function halves(width: number, height: number): Promise<Sharp> {
  const right = await flat(Math.floor(width / 2), height, '#0000ff')
    .png()
    .toBuffer()
  const whole = await flat(width, height)
    .composite([{ input: right, left: width - Math.floor(width / 2), top: 0 }])
    .png()
    .toBuffer()
  return sharp(whole)
}

/** A photograph-like JPEG whose data fill the file. */
export function noisy(width: number, height: number): Sharp {
  return sharp({
    create: {
      width,
      height,
      channels: 3,
      background: '#808080',
      noise: { type: 'gaussian', mean: 128, sigma: 40 },
    },
  })
}

export async function animated(kind: 'gif' | 'webp', width = 30, height = 20): Promise<Buffer> {
  const frames = await Promise.all(
    [RED, '#00ff00', '#0000ff'].map((colour) => flat(width, height, colour).png().toBuffer()),
  )
  const joined = sharp(frames, { join: { animated: true } })
  return kind === 'gif' ? joined.gif().toBuffer() : joined.webp().toBuffer()
}

/** A PNG that says it has these dimensions: with hardly a row of data, or with all of it (grey). */
export function pngOf(width: number, height: number, whole = false): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header[8] = 8
  header[9] = whole ? 0 : 2
  const data = Buffer.alloc(whole ? (width + 1) * height : 1000)
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    pngChunk('IHDR', header),
    pngChunk('IDAT', deflateSync(data, { level: 1 })),
    pngChunk('IEND', Buffer.alloc(0)),
  ])
}

function pngChunk(type: string, data: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(data.length)
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const sum = Buffer.alloc(4)
  sum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, sum])
}

/** A 2 x 2 BMP of 24 bit. */
export function bmp(): Buffer {
  const file = Buffer.alloc(54 + 16)
  file.write('BM', 0, 'latin1')
  file.writeUInt32LE(file.length, 2)
  file.writeUInt32LE(54, 10)
  file.writeUInt32LE(40, 14)
  file.writeInt32LE(2, 18)
  file.writeInt32LE(2, 22)
  file.writeUInt16LE(1, 26)
  file.writeUInt16LE(24, 28)
  return file
}

export const svg = (inside: string, attributes = 'width="40" height="20"'): Buffer =>
  Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" ${attributes}>${inside}</svg>`)

/** RGBA of one pixel. */
export async function pixel(bytes: Uint8Array, x: number, y: number): Promise<number[]> {
  const { data, info } = await sharp(bytes)
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  const at = (y * info.width + x) * info.channels
  return [...data.subarray(at, at + 4)]
}
