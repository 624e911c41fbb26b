import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { decode } from '../../../../src/main/inference/pictures/decode-pixels.ts'
import { BY_PILLOW, SAMPLES, bmpOf } from '../../files/bmp-samples.ts'
import { fit, normalise, plan } from '../../../../src/main/inference/pictures/preprocess.ts'
import { CLIP_IMAGE } from '../../../support/clip-recipe.ts'
import { readNpy } from '../../../support/npy.ts'
import { sharedData } from '../../../support/shared-data.ts'
import { growth } from '../../../support/growth.ts'

const folder = new URL('../../../fixtures/inference/pictures/', import.meta.url)
const decoded = JSON.parse(readFileSync(new URL('decoded.json', folder), 'utf8')) as {
  pictures: Record<string, { mode: string; size: [number, number]; sha256: string }>
}
const REFERENCE = { orientation: 'ignore', alpha: 'drop' } as const
const path = (name: string): string => fileURLToPath(new URL(name, folder))

describe('decoding', () => {
  // 16-bit grey is the one place where Pillow is not followed: it clips instead of scaling.
  const names = Object.entries(decoded.pictures).filter(([name]) => name !== 'grey16.png')

  test.each(names)('%s decodes to the very pixels that Pillow gives', async (name, expected) => {
    const pixels = await decode(path(name), REFERENCE)
    expect([pixels.width, pixels.height]).toEqual(expected.size)
    expect(createHash('sha256').update(pixels.data).digest('hex')).toBe(expected.sha256)
  })

  test('a BMP decodes to the pixels that Pillow gives, with alpha as the manifest says', async () => {
    for (const [name, bytes] of Object.entries(SAMPLES)) {
      const [channels, digest] = BY_PILLOW[name] as [number, string]
      if (channels !== 3) continue
      const { data } = await decode(bytes, REFERENCE)
      expect(createHash('sha256').update(data).digest('hex').slice(0, 32), name).toBe(digest)
    }
    const masks = [0xff0000, 0xff00, 0xff, 0xff000000]
    const pixels = Uint8Array.of(0, 0, 200, 51)
    const file = bmpOf({
      header: 108,
      bits: 32,
      width: 1,
      height: 1,
      compression: 3,
      masks,
      pixels,
    })
    const of = async (alpha: 'drop' | 'white' | 'black'): Promise<number[]> => [
      ...(await decode(file, { ...REFERENCE, alpha })).data,
    ]
    // 51 is a fifth of 255.
    expect(await of('drop')).toEqual([200, 0, 0])
    expect(await of('white')).toEqual([244, 204, 204])
    expect(await of('black')).toEqual([40, 0, 0])
    await expect(decode(file.subarray(0, -2), REFERENCE)).rejects.toThrow(
      'The picture cannot be decoded: it ends before its last pixel',
    )
  })

  test('16-bit grey is taken by its high byte', async () => {
    const { data } = await decode(path('grey16.png'), REFERENCE)
    const wide = await sharp(path('grey16.png')).toColourspace('grey16').raw({ depth: 'ushort' })
    const raw = new Uint16Array((await wide.toBuffer()).buffer.slice(0))
    expect(data.length).toBe(40 * 24 * 3)
    const channels = raw.length / (40 * 24)
    for (let i = 0; i < 40 * 24; i++) {
      expect(data[i * 3]).toBe((raw[i * channels] as number) >> 8)
    }
  })

  test('a camera orientation turns the picture only where the manifest says so', async () => {
    const ignored = await decode(path('exif-6.jpg'), REFERENCE)
    const applied = await decode(path('exif-6.jpg'), { ...REFERENCE, orientation: 'apply' })
    expect([ignored.width, ignored.height]).toEqual([50, 30])
    expect([applied.width, applied.height]).toEqual([30, 50])
    // Orientation 6: the first row becomes the last column.
    expect([...applied.data.subarray(29 * 3, 30 * 3)]).toEqual([...ignored.data.subarray(0, 3)])
  })

  test('transparency is dropped or laid on a colour as the manifest says', async () => {
    const rgba = await sharp(path('alpha.png')).raw().toBuffer()
    const a = rgba[3] as number
    const first = async (alpha: 'drop' | 'white' | 'black'): Promise<number> =>
      (await decode(path('alpha.png'), { ...REFERENCE, alpha })).data[0] as number
    expect(await first('drop')).toBe(rgba[0])
    expect(await first('white')).toBe(Math.round(((rgba[0] as number) * a) / 255 + 255 - a))
    expect(await first('black')).toBe(Math.round(((rgba[0] as number) * a) / 255))
  })

  test('what is no picture is a clear error', async () => {
    const bytes = new TextEncoder().encode('<html>not found</html>')
    await expect(decode(bytes, REFERENCE)).rejects.toMatchObject({ kind: 'damaged' })
    const cut = readFileSync(path('baseline.jpg')).subarray(0, 900)
    await expect(decode(cut, REFERENCE)).rejects.toMatchObject({ kind: 'damaged' })
  })
})

describe('size and crop', () => {
  test('the longer side is cut to whole pixels as int() does', () => {
    expect(plan(CLIP_IMAGE, 500, 334)).toMatchObject({ width: 335, height: 224 })
    expect(plan(CLIP_IMAGE, 334, 500)).toMatchObject({ width: 224, height: 335 })
    expect(plan(CLIP_IMAGE, 1, 4000)).toMatchObject({ width: 224, height: 896_000 })
  })

  test('an odd margin begins where the named convention puts it', () => {
    expect(plan(CLIP_IMAGE, 500, 334).window.left).toBe(55)
    expect(plan({ ...CLIP_IMAGE, crop: 'torchvision' }, 500, 334).window.left).toBe(56)
    // 337 - 224 = 113, half of it 56.5: to the even neighbour.
    expect(plan({ ...CLIP_IMAGE, crop: 'torchvision' }, 337, 224).window.left).toBe(56)
  })

  test('a line of one pixel by thousands is prepared in time that grows no faster', async () => {
    const work = (height: number): void => {
      const data = new Uint8Array(height * 3).fill(77)
      const out = fit({ data, width: 1, height }, CLIP_IMAGE)
      expect(out.data.every((value) => value === 77)).toBe(true)
    }
    expect(await growth(work, { from: 4000, times: 4, atMost: 10 })).toBeLessThan(10)
  })
})

const picture = sharedData('clip/reference/CLIP.png')
const published = sharedData('clip/reference/CLIP.preprocessed-vitb32.npy')
const { clipPng } = JSON.parse(
  readFileSync(new URL('../../../fixtures/inference/resize.json', import.meta.url), 'utf8'),
) as { clipPng: string }

test.skipIf(picture === null)(
  "CLIP.png becomes bit by bit the floats that transformers' CLIP image processor makes of it",
  async () => {
    const pixels = fit(await decode(picture as string, REFERENCE), CLIP_IMAGE)
    const floats = new Float32Array(3 * 224 * 224)
    normalise(pixels, CLIP_IMAGE, floats)
    const bytes = new Uint8Array(floats.buffer)
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(clipPng)
  },
)

// The array that is kept beside CLIP.png shows another picture (a portrait), so what can be held to
// it is everything after the resize: the order of channels, rescaling and normalising.
test.skipIf(published === null)(
  'published floats of ViT-B/32 come back from the pixels they were made of',
  () => {
    const { shape, data } = readNpy(published as string)
    expect(shape).toEqual([1, 3, 224, 224])
    const n = 224 * 224
    const pixels = new Uint8Array(n * 3)
    let offGrid = 0
    for (let c = 0; c < 3; c++) {
      for (let i = 0; i < n; i++) {
        const value = (data[c * n + i] as number) * CLIP_IMAGE.std[c as 0 | 1 | 2]
        const level = (value + CLIP_IMAGE.mean[c as 0 | 1 | 2]) * 255
        offGrid = Math.max(offGrid, Math.abs(level - Math.round(level)))
        pixels[i * 3 + c] = Math.round(level)
      }
    }
    expect(offGrid).toBeLessThan(1e-4)
    const own = new Float32Array(data.length)
    normalise(fit({ data: pixels, width: 224, height: 224 }, CLIP_IMAGE), CLIP_IMAGE, own)
    let largest = 0
    for (let i = 0; i < own.length; i++) {
      largest = Math.max(largest, Math.abs((own[i] as number) - (data[i] as number)))
    }
    expect(largest).toBeLessThan(1e-6)
  },
)
