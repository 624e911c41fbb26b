import { readFileSync, readdirSync, writeFileSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp, { type Sharp } from 'sharp'
import { expect, test } from 'vitest'
import {
  PictureError,
  decodePicture,
  inspectPicture,
  makeThumbnail,
  smallPixels,
} from '../../../src/main/images/decode.ts'
import { DEFAULT_LIMITS } from '../../../src/main/images/limits.ts'
import { readPictureMetadata } from '../../../src/main/images/picture-metadata.ts'
import { makeUniform } from '../../../src/main/images/uniform-picture.ts'
import { sharedData } from '../../support/shared-data.ts'
import { RED, animated, bmp, flat, halves, noisy, pixel, pngOf, svg } from './samples.ts'

async function reasonOf(bytes: Uint8Array, limits = DEFAULT_LIMITS): Promise<string> {
  try {
    await decodePicture(bytes, limits)
  } catch (error) {
    if (error instanceof PictureError) return error.reason
    throw error
  }
  return 'ok'
}

const near = (actual: number[], expected: number[], by: number): void => {
  for (const [i, value] of expected.entries()) {
    expect(Math.abs((actual[i] as number) - value), `${actual} near ${expected}`).toBeLessThan(by)
  }
}

test('a picture is what its bytes say', async () => {
  const kinds: [string, Buffer][] = [
    ['image/jpeg', await flat(31, 17).jpeg().toBuffer()],
    ['image/png', await flat(31, 17).png().toBuffer()],
    ['image/png', await flat(31, 17).png({ palette: true, colours: 4 }).toBuffer()],
    ['image/gif', await flat(31, 17).gif().toBuffer()],
    ['image/webp', await flat(31, 17).webp().toBuffer()],
    ['image/webp', await flat(31, 17).webp({ lossless: true }).toBuffer()],
    ['image/tiff', await flat(31, 17).tiff().toBuffer()],
    ['image/avif', await flat(31, 17).avif().toBuffer()],
    ['image/jpeg', await flat(31, 17).jpeg({ progressive: true }).toBuffer()],
    ['image/png', await flat(31, 17).png({ progressive: true }).toBuffer()],
  ]
  for (const [mime, bytes] of kinds) {
    const { info, thumbnail } = await decodePicture(bytes)
    expect(info).toMatchObject({ mime, width: 31, height: 17, frames: 1 })
    expect([thumbnail.width, thumbnail.height]).toEqual([31, 17])
    near(await pixel(thumbnail.webp, 15, 8), [255, 0, 0, 255], 12)
  }
})

test('a BMP is decoded, sized, thumbnailed and made uniform like any other picture', async () => {
  const bytes = await makeUniform(await halves(40, 20).then((image) => image.png().toBuffer()), {
    width: 40,
    height: 20,
    format: 'bmp',
  })
  const { info, thumbnail } = await decodePicture(bytes)
  expect(info).toEqual({
    mime: 'image/bmp',
    width: 40,
    height: 20,
    frames: 1,
    hasAlpha: false,
    space: 'srgb',
    hasProfile: false,
    orientation: 1,
  })
  const upright = await (await halves(40, 20)).png().toBuffer()
  for (const x of [5, 35]) {
    near(await pixel(thumbnail.webp, x, 10), await pixel(upright, x, 10), 12)
  }
  const small = await smallPixels(bytes)
  expect([...small.data]).toEqual([...(await smallPixels(upright)).data])
  expect(await makeUniform(bytes, { width: 40, height: 20, format: 'bmp' })).toEqual(bytes)
  const { texts, mime } = await readPictureMetadata(bytes)
  expect({ texts, mime }).toEqual({ texts: [], mime: 'image/bmp' })
})

test('a BMP that is cut, or too large by its header, is refused with its reason', async () => {
  const whole = bmp()
  expect(await reasonOf(whole)).toBe('ok')
  // Two bytes fill the row up to a multiple of four.
  expect(await reasonOf(whole.subarray(0, -3))).toBe('truncated')
  whole.writeInt32LE(200_000_000, 18)
  expect(await reasonOf(whole)).toBe('too-many-pixels')
  whole.writeUInt32LE(4, 30)
  expect(await reasonOf(whole)).toBe('unsupported-format bmp')
})

test('each of the eight EXIF orientations comes out upright, with the size as seen', async () => {
  const upright = await halves(60, 20)
  const reference = await upright.png().toBuffer()
  // The transformation that a viewer undoes for each orientation.
  const stored: Record<number, (image: Sharp) => Sharp> = {
    1: (image) => image,
    2: (image) => image.flop(),
    3: (image) => image.rotate(180),
    4: (image) => image.flip(),
    5: (image) => image.rotate(270).flop(),
    6: (image) => image.rotate(270),
    7: (image) => image.rotate(90).flop(),
    8: (image) => image.rotate(90),
  }
  for (const [orientation, turn] of Object.entries(stored)) {
    const turned = await turn(sharp(reference)).png().toBuffer()
    const bytes = await sharp(turned)
      .withMetadata({ orientation: Number(orientation) })
      .jpeg({ quality: 95, chromaSubsampling: '4:4:4' })
      .toBuffer()
    const { info, thumbnail } = await decodePicture(bytes)
    expect([info.orientation, info.width, info.height]).toEqual([Number(orientation), 60, 20])
    expect([thumbnail.width, thumbnail.height]).toEqual([60, 20])
    near(await pixel(thumbnail.webp, 5, 10), [255, 0, 0, 255], 24)
    near(await pixel(thumbnail.webp, 55, 10), [0, 0, 255, 255], 24)
  }
})

test('a thumbnail is at most 320 pixels long, keeps its proportions and never enlarges', async () => {
  const wide = await makeThumbnail(await flat(1000, 500).jpeg().toBuffer())
  expect([wide.width, wide.height]).toEqual([320, 160])
  const tall = await makeThumbnail(await flat(100, 3000).png().toBuffer(), 320)
  expect([tall.width, tall.height]).toEqual([11, 320])
  const sliver = await makeThumbnail(await flat(4000, 1).png().toBuffer())
  expect([sliver.width, sliver.height]).toEqual([320, 1])
  const dot = await decodePicture(await flat(1, 1).png().toBuffer())
  expect([dot.info.width, dot.info.height, dot.thumbnail.width]).toEqual([1, 1, 1])
})

test('an animation is counted and shows its first frame', async () => {
  for (const kind of ['gif', 'webp'] as const) {
    const { info, thumbnail } = await decodePicture(await animated(kind))
    expect(info).toMatchObject({ frames: 3, width: 30, height: 20 })
    expect(thumbnail.height).toBe(20)
    near(await pixel(thumbnail.webp, 15, 10), [255, 0, 0, 255], 12)
  }
})

test('alpha stays alpha', async () => {
  const bytes = await sharp({
    create: { width: 40, height: 40, channels: 4, background: { r: 0, g: 255, b: 0, alpha: 0.5 } },
  })
    .png()
    .toBuffer()
  const { info, thumbnail } = await decodePicture(bytes)
  expect(info.hasAlpha).toBe(true)
  const [, green, , alpha] = await pixel(thumbnail.webp, 20, 20)
  near([green as number, alpha as number], [255, 128], 8)
})

test('CMYK, 16 bit, grey and wide-gamut pictures become sRGB of 8 bit', async () => {
  const cmyk = await flat(50, 50).toColourspace('cmyk').jpeg({ quality: 95 }).toBuffer()
  expect((await inspectPicture(cmyk)).space).toBe('cmyk')
  near(await pixel((await makeThumbnail(cmyk)).webp, 25, 25), [255, 0, 0, 255], 40)

  const deep = await flat(50, 50, '#ff8000').toColourspace('rgb16').png().toBuffer()
  expect((await inspectPicture(deep)).space).toBe('rgb16')
  near(await pixel((await makeThumbnail(deep)).webp, 25, 25), [255, 128, 0, 255], 8)

  for (const space of ['b-w', 'grey16']) {
    const grey = await flat(50, 50, '#808080').toColourspace(space).png().toBuffer()
    near(await pixel((await makeThumbnail(grey)).webp, 25, 25), [128, 128, 128, 255], 4)
  }

  // In Display P3 the green of sRGB has other numbers: only the profile brings it back.
  const p3 = await flat(50, 50, '#00ff00').withIccProfile('p3').png().toBuffer()
  const { info, thumbnail } = await decodePicture(p3)
  expect(info.hasProfile).toBe(true)
  expect(await pixel(p3, 25, 25)).not.toEqual(
    await pixel(await sharp(p3, { ignoreIcc: true }).png().toBuffer(), 25, 25),
  )
  near(await pixel(thumbnail.webp, 25, 25), [0, 255, 0, 255], 10)
})

test('a file that ends too early is told apart from one that is whole', async () => {
  const photo = await noisy(600, 400).jpeg({ quality: 80 }).toBuffer()
  expect(await reasonOf(photo)).toBe('ok')
  expect(await reasonOf(photo.subarray(0, photo.length / 2))).toBe('truncated')
  expect(await reasonOf(photo.subarray(0, photo.length - 2000))).toBe('truncated')
  expect(await reasonOf(photo.subarray(0, 200))).toBe('truncated')
  for (const kind of ['png', 'webp', 'avif'] as const) {
    const bytes = await noisy(200, 200).toFormat(kind).toBuffer()
    expect([kind, await reasonOf(bytes)]).toEqual([kind, 'ok'])
    expect([kind, await reasonOf(bytes.subarray(0, bytes.length / 2))]).toEqual([kind, 'truncated'])
  }
})

test('a decompression bomb is refused by its header, before it is unpacked', async () => {
  const { external } = process.memoryUsage()
  expect(await reasonOf(pngOf(20_000, 20_000))).toBe('too-many-pixels')
  expect(await reasonOf(svg('', 'width="30000" height="30000"'))).toBe('too-many-pixels')
  expect(process.memoryUsage().external - external).toBeLessThan(100e6)
  const limits = { ...DEFAULT_LIMITS, maxPixels: 1000, maxBytes: 5000 }
  expect(await reasonOf(await flat(40, 40).png().toBuffer(), limits)).toBe('too-many-pixels')
  expect(await reasonOf(new Uint8Array(5001), limits)).toBe('too-large')
})

test('what is no picture is named by what it is, whatever it was called', async () => {
  const text = (value: string): Buffer => Buffer.from(value)
  expect(await reasonOf(text(''))).toBe('empty')
  expect(await reasonOf(text('<!DOCTYPE html><title>404</title>'))).toBe('not-a-picture html')
  expect(await reasonOf(text('\n <html><body><svg></svg>'))).toBe('not-a-picture html')
  expect(await reasonOf(text('<?xml version="1.0"?><Error><Code>SlowDown</Code></Error>'))).toBe(
    'not-a-picture xml',
  )
  expect(await reasonOf(text('{"error":"gone"}'))).toBe('not-a-picture json')
  expect(await reasonOf(text('Not Found'))).toBe('not-a-picture text')
  expect(await reasonOf(text('%PDF-1.7'))).toBe('not-a-picture pdf')
  expect(await reasonOf(Buffer.from([1, 2, 3, 4, 0, 0, 5]))).toBe('not-a-picture unknown')
})

test('kinds of pictures that are not decoded are refused by name', async () => {
  expect(await reasonOf(Buffer.from([0, 0, 1, 0, 1, 0, 16, 16]))).toBe('unsupported-format ico')
  expect(await reasonOf(Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1'))).toBe(
    'unsupported-format heic',
  )
  expect(await reasonOf(Buffer.from([0xff, 0x0a, 1, 2]))).toBe('unsupported-format jxl')
  expect(await reasonOf(Buffer.from('BMW is a maker of cars.'))).toBe('not-a-picture text')
})

test('bytes that only begin like a picture are damaged or truncated, never an exception', async () => {
  const junk = Buffer.from(Array.from({ length: 3000 }, (_, i) => (i * 7919) % 251))
  for (const magic of [
    [0xff, 0xd8, 0xff, 0xe0],
    [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
    [...Buffer.from('GIF89a')],
    [...Buffer.from('RIFF\x00\x10\x00\x00WEBPVP8 ')],
    [0x49, 0x49, 0x2a, 0],
    [...Buffer.from('\0\0\0\x18ftypavif\0\0\0\0mif1avif', 'latin1')],
    [...Buffer.from('<svg ')],
  ]) {
    expect(['damaged', 'truncated']).toContain(
      await reasonOf(Buffer.concat([Buffer.from(magic), junk])),
    )
  }
})

test('an SVG is drawn at its own size, also behind a prolog, and reaches for nothing outside', async () => {
  const prolog = Buffer.from(
    '\uFEFF<?xml version="1.0"?>\n<!-- made by hand -->\n<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "x" [ <!ENTITY a "b>c"> ]>\n',
  )
  const drawing = svg(`<rect width="40" height="20" fill="${RED}"/>`)
  const { info, thumbnail } = await decodePicture(Buffer.concat([prolog, drawing]))
  expect(info).toMatchObject({ mime: 'image/svg+xml', width: 40, height: 20 })
  near(await pixel(thumbnail.webp, 20, 10), [255, 0, 0, 255], 12)

  const folder = mkdtempSync(join(tmpdir(), 'svg-'))
  const secret = join(folder, 'secret.png')
  writeFileSync(secret, await flat(40, 20).png().toBuffer())
  for (const href of [`file://${secret}`, secret]) {
    const outside = await makeThumbnail(svg(`<image href="${href}" width="40" height="20"/>`))
    expect((await pixel(outside.webp, 20, 10))[3]).toBe(0)
  }
  const entity = Buffer.from(
    `<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text>&x;</text></svg>`,
  )
  expect(await reasonOf(entity)).toBe('damaged')
})

test('real photographs have the size that their names say', async ({ skip }) => {
  const folder = sharedData('pictures/img2dataset-tests')
  if (folder === null) return skip('no shared data')
  const names = readdirSync(folder)
  expect(names.length).toBeGreaterThan(3)
  for (const name of names) {
    const { info, thumbnail } = await decodePicture(readFileSync(join(folder, name)))
    const [width, height] = name.replace('.jpg', '').split('_').map(Number)
    expect([info.width, info.height]).toEqual([width, height])
    expect(Math.max(thumbnail.width, thumbnail.height)).toBe(
      Math.min(320, Math.max(width as number, height as number)),
    )
  }
})
