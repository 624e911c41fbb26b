import { crc32, deflateSync } from 'node:zlib'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { whyNotPillow } from '../../../src/main/export/pillow.ts'
import { decodePicture } from '../../../src/main/images/decode.ts'
import { SAMPLES, bmpOf } from '../files/bmp-samples.ts'

// Each case was opened with Pillow 9.4: what is refused here was refused there, the rest was opened.

const noise = Buffer.from(Array.from({ length: 64 * 48 * 3 }, (_, i) => (i * 7919) & 255))
const raw = () => sharp(noise, { raw: { width: 64, height: 48, channels: 3 } })

function chunk(type: string, data: Buffer, isSound = true): Buffer {
  const made = Buffer.alloc(12 + data.length)
  made.writeUInt32BE(data.length, 0)
  made.write(type, 4, 'latin1')
  data.copy(made, 8)
  made.writeUInt32BE(crc32(made.subarray(4, 8 + data.length)), 8 + data.length)
  if (!isSound) made[8 + data.length] = (made[8 + data.length] as number) ^ 1
  return made
}

const packed = (bytes: number): Buffer =>
  Buffer.concat([Buffer.from('k\0\0'), deflateSync(Buffer.alloc(bytes, 65))])

describe('a picture that decodes here', () => {
  it('is refused where Pillow refuses it: checksums, sizes and headers around the pixels', async () => {
    const png = await raw().png().toBuffer()
    const jpeg = await raw().jpeg().toBuffer()
    const withChunk = (...chunks: Buffer[]): Buffer =>
      Buffer.concat([png.subarray(0, 33), ...chunks, png.subarray(33)])
    const withSegment = (bytes: string): Buffer =>
      Buffer.concat([jpeg.subarray(0, 2), Buffer.from(bytes, 'latin1'), jpeg.subarray(2)])
    const cases: [Buffer, string, RegExp | null][] = [
      [png, 'image/png', null],
      [jpeg, 'image/jpeg', null],
      [withChunk(chunk('tEXt', Buffer.from('a\0b'), false)), 'image/png', /checksum of its tEXt/],
      [withChunk(chunk('quUx', Buffer.alloc(9), false)), 'image/png', /checksum of its quUx/],
      [withChunk(chunk('zTXt', packed(2 << 20))), 'image/png', /zTXt chunk is larger than 1 MiB/],
      [withChunk(chunk('zTXt', packed(1000))), 'image/png', null],
      [withChunk(chunk('iCCP', packed(2 << 20))), 'image/png', /iCCP chunk is larger/],
      [
        withChunk(chunk('tEXt', Buffer.concat([Buffer.from('k\0'), Buffer.alloc(2 << 20, 65)]))),
        'image/png',
        null,
      ],
      [
        withChunk(...Array.from({ length: 68 }, () => chunk('zTXt', packed(1_000_000)))),
        'image/png',
        /texts are larger than 64 MiB/,
      ],
      [withSegment('\xff\xe1\0\x0eExif\0\0II*\0\xff\xff'), 'image/jpeg', /EXIF is cut/],
      [withSegment('\xff\xff\xff'), 'image/jpeg', null],
      [Buffer.concat([jpeg, Buffer.from('rubbish')]), 'image/jpeg', null],
    ]
    for (const [i, [bytes, mime, words]] of cases.entries()) {
      await decodePicture(bytes)
      const why = whyNotPillow(bytes, mime)
      if (words === null) expect(why, `case ${i}`).toBeNull()
      else expect(why, `case ${i}`).toMatch(words)
    }
  })

  it('is kept as a BMP where Pillow reads that kind, pixel by pixel', () => {
    for (const [name, bytes] of Object.entries(SAMPLES)) {
      expect(whyNotPillow(bytes, 'image/bmp'), name).toBeNull()
    }
    const rle = (...pixels: number[]): Buffer =>
      bmpOf({
        bits: 8,
        compression: 1,
        palette: new Uint8Array(1024),
        width: 2,
        height: 2,
        pixels: Uint8Array.from(pixels),
      })
    expect(whyNotPillow(rle(2, 1, 0, 0, 2, 1, 0, 1), 'image/bmp')).toBeNull()
    expect(whyNotPillow(rle(2, 1, 0, 0, 1, 1, 0, 1), 'image/bmp')).toMatch(/leaves pixels out/)
    const masks = [0xff0000, 0xff00, 0xff, 0xff000000]
    const odd = bmpOf({
      header: 56,
      bits: 32,
      compression: 3,
      masks,
      pixels: new Uint8Array(13 * 7 * 4),
    })
    expect(whyNotPillow(odd, 'image/bmp')).toMatch(/header that few programs read/)
  })

  it('is taken in every common kind: depths, spaces, palettes, packings of TIFF', async () => {
    const all: [string, Buffer][] = [
      ['image/jpeg', await raw().toColourspace('cmyk').jpeg().toBuffer()],
      ['image/jpeg', await raw().jpeg({ progressive: true }).toBuffer()],
      ['image/jpeg', await raw().grayscale().jpeg().toBuffer()],
      ['image/png', await raw().toColourspace('rgb16').png().toBuffer()],
      ['image/png', await raw().ensureAlpha(0.5).png({ palette: true }).toBuffer()],
      ['image/png', await raw().png({ progressive: true }).toBuffer()],
      ['image/webp', await raw().webp().toBuffer()],
      ['image/gif', await raw().gif().toBuffer()],
    ]
    for (const compression of ['none', 'jpeg', 'deflate', 'packbits', 'lzw'] as const) {
      all.push(['image/tiff', await raw().tiff({ compression }).toBuffer()])
    }
    all.push(['image/tiff', await raw().toColourspace('cmyk').tiff().toBuffer()])
    all.push(['image/tiff', await raw().ensureAlpha(0.5).tiff().toBuffer()])
    for (const [mime, bytes] of all) expect(whyNotPillow(bytes, mime)).toBeNull()
    const lab = await raw().toColourspace('lab').tiff({ compression: 'deflate' }).toBuffer()
    expect(whyNotPillow(lab, 'image/tiff')).not.toBeNull()
  })
})
