import { crc32, deflateSync } from 'node:zlib'

/**
 * A PNG of 8-bit RGB with texts in it; the same bytes of the same picture.
 * @param rgb by rows
 * @param texts keyword (1 to 79 Latin letters) and text
 */
export function encodePng(
  rgb: Uint8Array,
  width: number,
  height: number,
  texts: readonly (readonly [string, string])[],
): Uint8Array {
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width, 0)
  head.writeUInt32BE(height, 4)
  // Bits of a channel, then RGB.
  head.set([8, 2], 8)
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', head),
    ...texts.map(([keyword, text]) => textChunk(keyword, text)),
    chunk('IDAT', deflateSync(filtered(rgb, width, height), { level: 6 })),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const out = Buffer.alloc(body.length + 8)
  out.writeUInt32BE(data.length, 0)
  body.copy(out, 4)
  out.writeUInt32BE(crc32(body), body.length + 4)
  return out
}

/** What Latin-1 holds is a tEXt, which every program reads; all else an iTXt. */
function textChunk(keyword: string, text: string): Buffer {
  if (/^[\n\x20-\x7e\xa0-\xff]*$/.test(text)) {
    return chunk('tEXt', Buffer.from(`${keyword}\0${text}`, 'latin1'))
  }
  const plain = Buffer.from(text.toWellFormed().replaceAll('\0', ''), 'utf8')
  return chunk('iTXt', Buffer.concat([Buffer.from(`${keyword}\0\0\0\0\0`, 'latin1'), plain]))
}

/** Each row by the filter whose differences are smallest, as the standard advises. */
function filtered(rgb: Uint8Array, width: number, height: number): Uint8Array {
  const stride = 3 * width
  const out = new Uint8Array((stride + 1) * height)
  const none = new Uint8Array(stride)
  const tries = Array.from({ length: 5 }, () => new Uint8Array(stride))
  for (let y = 0; y < height; y++) {
    const row = rgb.subarray(y * stride, (y + 1) * stride)
    const above = y === 0 ? none : rgb.subarray((y - 1) * stride, y * stride)
    let best = 0
    let least = Infinity
    for (const [filter, tried] of tries.entries()) {
      let sum = 0
      for (let i = 0; i < stride; i++) {
        const value = (row[i] as number) - guess(filter, row, above, i)
        tried[i] = value
        const byte = tried[i] as number
        sum += byte < 128 ? byte : 256 - byte
      }
      if (sum < least) [least, best] = [sum, filter]
    }
    out[y * (stride + 1)] = best
    out.set(tries[best] as Uint8Array, y * (stride + 1) + 1)
  }
  return out
}

/** What a filter takes a byte for: PNG, section 9.2. */
function guess(filter: number, row: Uint8Array, above: Uint8Array, i: number): number {
  const left = i < 3 ? 0 : (row[i - 3] as number)
  const up = above[i] as number
  switch (filter) {
    case 0:
      return 0
    case 1:
      return left
    case 2:
      return up
    case 3:
      return (left + up) >> 1
    default: {
      const corner = i < 3 ? 0 : (above[i - 3] as number)
      const p = left + up - corner
      const [a, b, c] = [Math.abs(p - left), Math.abs(p - up), Math.abs(p - corner)]
      return a <= b && a <= c ? left : b <= c ? up : corner
    }
  }
}
