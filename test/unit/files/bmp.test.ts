import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { BitmapError, readBitmap } from '../../../src/main/files/bmp.ts'
import { sharedData } from '../../support/shared-data.ts'
import { BY_PILLOW, SAMPLES, bmpOf, noise } from './bmp-samples.ts'

const MOST = 1_000_000

function reasonOf(bytes: Uint8Array, most = MOST): string {
  try {
    readBitmap(bytes, most)
  } catch (error) {
    if (error instanceof BitmapError) return error.reason
    throw error
  }
  return 'ok'
}

test.for(Object.entries(SAMPLES))('%s: the pixels that Pillow sees', ([name, bytes]) => {
  const { data, width, height, channels, whole } = readBitmap(bytes, MOST)
  const digest = createHash('sha256').update(data).digest('hex').slice(0, 32)
  expect([width, height, whole]).toEqual([13, 7, true])
  expect([channels, digest]).toEqual(BY_PILLOW[name])
})

test('the case that was reported opens', (context) => {
  const path = sharedData('cases/pictures/x.bmp')
  if (path === null) return context.skip('no cases')
  const { data, width, height, channels } = readBitmap(readFileSync(path), MOST)
  expect([width, height, channels]).toEqual([64, 64, 3])
  // Its last bytes in the file are the end of the first row.
  expect([...data.subarray(63 * 3, 64 * 3)]).toEqual([...readFileSync(path).subarray(-3)].reverse())
})

describe('what Pillow does not read', () => {
  const palette = Uint8Array.from([0, 0, 0, 0, 0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0, 0])
  const [black, red, green, blue] = [
    [0, 0, 0],
    [255, 0, 0],
    [0, 255, 0],
    [0, 0, 255],
  ]

  test('2 bits a pixel', () => {
    const file = bmpOf({
      bits: 2,
      width: 4,
      height: 1,
      palette,
      pixels: Uint8Array.of(0b00011011, 0, 0, 0),
    })
    expect([...readBitmap(file, MOST).data]).toEqual([black, red, green, blue].flat())
  })

  test('a step in run length coding leaves pixels in colour 0', () => {
    const pixels = Uint8Array.of(1, 1, 0, 2, 1, 1, 1, 3, 0, 1)
    const file = bmpOf({
      bits: 8,
      width: 3,
      height: 2,
      compression: 1,
      colours: 4,
      palette,
      pixels,
    })
    const { data, whole } = readBitmap(file, MOST)
    expect([...data]).toEqual([black, black, blue, red, black, black].flat())
    expect(whole).toBe(false)
  })

  test('runs past the end of a row or of the picture are not pixels', () => {
    const pixels = Uint8Array.of(200, 1, 0, 0, 2, 2, 0, 0, 9, 3, 0, 1)
    const file = bmpOf({
      bits: 8,
      width: 2,
      height: 2,
      compression: 1,
      colours: 4,
      palette,
      pixels,
    })
    expect([...readBitmap(file, MOST).data]).toEqual([green, green, red, red].flat())
  })

  test('masks of any width, scaled to 8 bits', () => {
    const pixels = Buffer.alloc(8)
    pixels.writeUInt32LE((1023 << 20) | (512 << 10) | 1, 0)
    pixels.writeUInt32LE(0, 4)
    const masks = [0x3ff00000, 0xffc00, 0x3ff]
    const file = bmpOf({ bits: 32, width: 2, height: 1, compression: 3, masks, pixels })
    // 512 * 255 / 1023 = 127.6 and 255 / 1023 = 0.2, cut as Pillow cuts.
    expect([...readBitmap(file, MOST).data]).toEqual([255, 127, 0, 0, 0, 0])
  })

  test('alpha that is empty everywhere is none', () => {
    const masks = [0xff0000, 0xff00, 0xff, 0xff000000]
    const of = (...pixels: number[]): number[] => [
      ...readBitmap(
        bmpOf({
          header: 108,
          bits: 32,
          width: 2,
          height: 1,
          compression: 3,
          masks,
          pixels: Uint8Array.from(pixels),
        }),
        MOST,
      ).data,
    ]
    expect(of(3, 2, 1, 0, 6, 5, 4, 0)).toEqual([1, 2, 3, 255, 4, 5, 6, 255])
    expect(of(3, 2, 1, 0, 6, 5, 4, 9)).toEqual([1, 2, 3, 0, 4, 5, 6, 9])
  })
})

describe('what is no sound BMP', () => {
  test('cut anywhere it is truncated, and nothing else is thrown', () => {
    for (const bytes of Object.values(SAMPLES)) {
      // Run length coding may end before its last mark, a row before the bytes that fill it up.
      const end = bytes.length - 3
      for (let length = 0; length < end; length++) {
        expect(reasonOf(bytes.subarray(0, length))).toBe('truncated')
      }
    }
  })

  test('changed bytes end in pixels or a reason', () => {
    const samples = Object.values(SAMPLES)
    for (let seed = 0; seed < 4000; seed++) {
      const bytes = Buffer.from(samples[seed % samples.length] as Buffer)
      const places = noise(6, seed + 1)
      for (let i = 0; i < 3; i++) bytes[2 + ((places[i] as number) % 66)] = places[i + 3] as number
      expect(reasonOf(bytes, 100_000)).toMatch(
        /^(?:ok|truncated|damaged|too-many-pixels|unsupported)$/,
      )
    }
  })

  test('a size that no memory holds is refused by the header', () => {
    const pixels = Uint8Array.of(0, 1)
    const palette = new Uint8Array(1024)
    const bomb = { bits: 8, compression: 1, palette, pixels }
    expect(reasonOf(bmpOf({ ...bomb, width: 60_000, height: 60_000 }))).toBe('too-many-pixels')
    expect(reasonOf(bmpOf({ ...bomb, width: 0x7fffffff, height: -0x80000000 }))).toBe(
      'too-many-pixels',
    )
    expect(reasonOf(bmpOf({ ...bomb, width: 0, height: 5 }))).toBe('damaged')
    expect(reasonOf(bmpOf({ ...bomb, width: -5, height: 5 }))).toBe('damaged')
  })

  test('a JPEG or PNG within a BMP is not taken for pixels', () => {
    for (const compression of [4, 5, 11, 99]) {
      expect(reasonOf(bmpOf({ bits: 24, compression, pixels: noise(40 * 7, 1) }))).toBe(
        'unsupported',
      )
    }
  })
})
