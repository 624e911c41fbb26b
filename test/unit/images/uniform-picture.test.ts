import sharp, { type Sharp } from 'sharp'
import { describe, expect, test } from 'vitest'
import { makeUniform } from '../../../src/main/images/uniform-picture.ts'

type Rgb = readonly [number, number, number]
const RED: Rgb = [255, 0, 0]
const BLUE: Rgb = [0, 0, 255]
const GREY: Rgb = [128, 128, 128]

/** Left half red, right half blue. */
function halves(width: number, height: number): Sharp {
  const pixels = Buffer.alloc(width * height * 3)
  for (let i = 0; i < width * height; i++) {
    pixels.set(i % width < width / 2 ? RED : BLUE, i * 3)
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } })
}

/** A pixel of a BMP of 24 bits with rows from the top, by the format's own rules. */
function pixelOf(bmp: Uint8Array, x: number, y: number): Rgb {
  const file = Buffer.from(bmp)
  const width = file.readInt32LE(18)
  expect(file.toString('latin1', 0, 2)).toBe('BM')
  expect(file.readInt32LE(22)).toBeLessThan(0)
  const at = file.readUInt32LE(10) + y * ((width * 3 + 3) & ~3) + x * 3
  return [file[at + 2] as number, file[at + 1] as number, file[at] as number]
}

const bmp = (width: number, height: number) => ({ width, height, format: 'bmp' }) as const

describe('a picture for who must not know where it comes from', () => {
  test('of the size that is asked for keeps every pixel, and its length follows from the size', async () => {
    const made = await makeUniform(await halves(21, 10).png().toBuffer(), bmp(21, 10))
    expect(made.length).toBe(54 + 64 * 10)
    expect(pixelOf(made, 0, 0)).toEqual(RED)
    expect(pixelOf(made, 10, 9)).toEqual(RED)
    expect(pixelOf(made, 11, 0)).toEqual(BLUE)
    expect(pixelOf(made, 20, 9)).toEqual(BLUE)
  })

  test('stands upright', async () => {
    // Orientation 6: the camera was turned, the left side is the top.
    const turned = await halves(40, 20).withMetadata({ orientation: 6 }).png().toBuffer()
    const made = await makeUniform(turned, bmp(20, 40))
    expect(pixelOf(made, 10, 3)).toEqual(RED)
    expect(pixelOf(made, 10, 36)).toEqual(BLUE)
  })

  test('stands whole in the middle of grey where its proportion is another, and is not enlarged', async () => {
    const made = await makeUniform(await halves(20, 10).png().toBuffer(), bmp(30, 30))
    expect(pixelOf(made, 4, 15)).toEqual(GREY)
    expect(pixelOf(made, 5, 9)).toEqual(GREY)
    expect(pixelOf(made, 5, 10)).toEqual(RED)
    expect(pixelOf(made, 24, 19)).toEqual(BLUE)
    expect(pixelOf(made, 25, 19)).toEqual(GREY)
    expect(pixelOf(made, 24, 20)).toEqual(GREY)
  })

  test('that is transparent stands on grey, and one of a single channel is grey in all three', async () => {
    const clear = await sharp({
      create: { width: 8, height: 8, channels: 4, background: { r: 255, g: 0, b: 0, alpha: 0 } },
    })
      .png()
      .toBuffer()
    expect(pixelOf(await makeUniform(clear, bmp(8, 8)), 4, 4)).toEqual(GREY)
    const single = await sharp(Buffer.alloc(64, 77), { raw: { width: 8, height: 8, channels: 1 } })
      .toColourspace('b-w')
      .png()
      .toBuffer()
    expect(pixelOf(await makeUniform(single, bmp(8, 8)), 4, 4)).toEqual([77, 77, 77])
  })

  test('as PNG holds nothing but pixels', async () => {
    const told = await halves(16, 16)
      .withExif({ IFD0: { Software: 'the model' } })
      .withIccProfile('p3')
      .jpeg()
      .toBuffer()
    const made = await makeUniform(told, { width: 16, height: 16, format: 'png' })
    const { exif, icc, xmp, comments, format } = await sharp(made).metadata()
    expect({ exif, icc, xmp, comments, format }).toEqual({ format: 'png' })
    expect(Buffer.from(made).includes('the model')).toBe(false)
  })
})
