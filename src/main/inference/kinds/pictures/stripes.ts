import { crc32, deflateSync } from 'node:zlib'
import type { PictureSource } from '../../pictures/picture-source.ts'

/** A PNG with colour and edges, so that a wrong resize or channel order shows. */
export function stripes(width: number, height: number): PictureSource {
  const rows = Buffer.alloc(height * (1 + width * 3))
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * (1 + width * 3) + 1 + x * 3
      rows[at] = (x * 5) & 255
      rows[at + 1] = (x >> 3) & 1 ? 230 : 20
      rows[at + 2] = 255 - ((y * 7 + x) & 255)
    }
  }
  const chunk = (kind: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(kind, 'latin1'), data])
    const out = Buffer.alloc(body.length + 8)
    out.writeUInt32BE(data.length, 0)
    body.copy(out, 4)
    out.writeUInt32BE(crc32(body), body.length + 4)
    return out
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header[8] = 8
  header[9] = 2
  const png = Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ])
  return { base64: png.toString('base64') }
}
