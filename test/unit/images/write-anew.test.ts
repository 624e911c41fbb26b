import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { writeAnew } from '../../../src/main/images/write-anew.ts'
import type { AnewAs } from '../../../src/main/images/write-anew.ts'

const as = (over: Partial<AnewAs>): AnewAs => ({
  ...{ format: 'keep', quality: 90, resize: 'none', size: 64 },
  ...over,
})
/** Red at the left, blue at the right, green in the middle fifth. */
async function flag(width: number, height: number, type: 'png' | 'jpeg' | 'gif' | 'webp') {
  const data = Buffer.alloc(width * height * 3)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = 3 * (y * width + x)
      data[at + (x < width * 0.4 ? 0 : x < width * 0.6 ? 1 : 2)] = 255
    }
  }
  return sharp(data, { raw: { width, height, channels: 3 } })
    .toFormat(type)
    .toBuffer()
}
const corner = async (bytes: Uint8Array): Promise<number[]> => [
  ...(await sharp(bytes).removeAlpha().raw().toBuffer()).subarray(0, 3),
]

describe('a picture that is written anew', () => {
  it('has no side longer than asked for, keeps its proportion, and is never enlarged', async () => {
    const wide = await writeAnew(await flag(200, 100, 'png'), as({ resize: 'longest' }))
    expect([wide.width, wide.height, wide.enlarged]).toEqual([64, 32, false])
    const small = await writeAnew(await flag(20, 10, 'png'), as({ resize: 'longest' }))
    expect([small.width, small.height]).toEqual([20, 10])
  })

  it('is the square in the middle, and says where it was enlarged', async () => {
    const middle = await writeAnew(await flag(500, 80, 'png'), as({ resize: 'crop' }))
    expect([middle.width, middle.height, middle.enlarged]).toEqual([64, 64, false])
    expect(await corner(middle.bytes)).toEqual([0, 255, 0])
    const small = await writeAnew(await flag(100, 40, 'png'), as({ resize: 'crop' }))
    expect([small.width, small.height, small.enlarged]).toEqual([64, 64, true])
  })

  it.each([
    ['jpeg', 'keep', 'jpeg'],
    ['webp', 'keep', 'webp'],
    ['gif', 'keep', 'png'],
    ['png', 'jpeg', 'jpeg'],
    ['jpeg', 'webp', 'webp'],
  ] as const)('of %s as %s is %s', async (type, format, made) => {
    const { bytes } = await writeAnew(await flag(30, 20, type), as({ format, resize: 'longest' }))
    expect((await sharp(bytes).metadata()).format).toBe(made)
  })

  it('is upright, without metadata, and on white where a JPEG has no alpha', async () => {
    const turned = await sharp(await flag(40, 20, 'jpeg'))
      .withMetadata({ orientation: 6 })
      .toBuffer()
    const upright = await writeAnew(turned, as({ format: 'png' }))
    expect([upright.width, upright.height]).toEqual([20, 40])
    const meta = await sharp(upright.bytes).metadata()
    expect(meta.exif).toBeUndefined()
    const clear = await sharp({ create: { width: 9, height: 9, channels: 4, background: '#0000' } })
      .png()
      .toBuffer()
    expect(await corner((await writeAnew(clear, as({ format: 'jpeg' }))).bytes)).toEqual([
      255, 255, 255,
    ])
  })

  it('is none where it cannot be decoded', async () => {
    const cut = (await flag(300, 200, 'jpeg')).subarray(0, 400)
    await expect(writeAnew(cut, as({ format: 'png' }))).rejects.toMatchObject({
      reason: expect.stringMatching(/truncated|damaged/),
    })
  })
})
