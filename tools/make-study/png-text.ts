import { crc32 } from 'node:zlib'

/**
 * A PNG with one more `tEXt` chunk right after its header (PNG, third edition, 11.3.3.1), where
 * generators write what a picture was made with. Throws RangeError for text outside of Latin-1.
 */
export function withText(png: Buffer, keyword: string, text: string): Buffer {
  if (!/^[\n\x20-\x7e\xa0-\xff]*$/.test(text))
    throw new RangeError(`a tEXt chunk cannot hold "${text}"`)
  const body = Buffer.from(`tEXt${keyword}\0${text}`, 'latin1')
  const chunk = Buffer.alloc(body.length + 8)
  // The length leaves out the four letters of the type.
  chunk.writeUInt32BE(body.length - 4, 0)
  body.copy(chunk, 4)
  chunk.writeUInt32BE(crc32(body), body.length + 4)
  // Signature and IHDR have a fixed length.
  const at = 8 + 25
  return Buffer.concat([png.subarray(0, at), chunk, png.subarray(at)])
}
