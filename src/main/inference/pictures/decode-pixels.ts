import { readFile } from 'node:fs/promises'
import sharp from 'sharp'
import { AppError } from '#shared/errors.ts'
import { pictureType } from '#shared/picture-type.ts'
import { readBitmap } from '../../files/bmp.ts'
import type { ImageRecipe } from './recipe.ts'
import type { RgbPixels } from './resize.ts'

/** Three bytes a pixel are held while a picture is resized. */
const MAX_PIXELS = 100_000_000

/**
 * Decodes a picture at its full size to what Pillow's `open(file).convert("RGB")` gives: the first
 * frame, colour profiles not applied, CMYK by Pillow's formula, 16 bits by their high byte (Pillow
 * clips 16-bit grey to white instead; that is not followed). EXIF orientation and alpha are treated
 * as the model's manifest says. Throws `damaged`.
 *
 * @param source path of a file, or its bytes
 */
export async function decode(
  source: string | Uint8Array,
  recipe: Pick<ImageRecipe, 'orientation' | 'alpha'>,
): Promise<RgbPixels> {
  try {
    // Read once: libvips would open the file for the header and again for the pixels.
    const bytes = typeof source === 'string' ? await readFile(source) : source
    if (pictureType(bytes) === 'image/bmp') {
      const { data, width, height, channels } = readBitmap(bytes, MAX_PIXELS)
      return { data: toRgb(data, channels, recipe.alpha), width, height }
    }
    let image = sharp(bytes, {
      failOn: 'error',
      limitInputPixels: MAX_PIXELS,
      ignoreIcc: true,
      sequentialRead: true,
      pages: 1,
    })
    const isCmyk = (await image.metadata()).space === 'cmyk'
    if (recipe.orientation === 'apply') image = image.autoOrient()
    image = isCmyk
      ? image.pipelineColourspace('cmyk').toColourspace('cmyk')
      : image.toColourspace('srgb')
    const { data, info } = await image.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true })
    const size = { width: info.width, height: info.height }
    if (isCmyk) return { data: cmykToRgb(data, info.channels), ...size }
    return { data: toRgb(data, info.channels, recipe.alpha), ...size }
  } catch (error) {
    const reason = (error as Error).message.split('\n')[0] ?? 'unknown reason'
    throw new AppError('damaged', `The picture cannot be decoded: ${reason}`, undefined, {
      cause: error,
    })
  }
}

/** Pillow, Convert.c: `nk - MULDIV255(c, nk)` with nk = 255 - k. */
function cmykToRgb(data: Uint8Array, channels: number): Uint8Array {
  const n = data.length / channels
  const out = new Uint8Array(n * 3)
  for (let i = 0, from = 0, to = 0; i < n; i++, from += channels, to += 3) {
    const nk = 255 - (data[from + 3] as number)
    for (let c = 0; c < 3; c++) {
      const t = (data[from + c] as number) * nk + 128
      out[to + c] = nk - (((t >> 8) + t) >> 8)
    }
  }
  return out
}

function toRgb(data: Uint8Array, channels: number, alpha: ImageRecipe['alpha']): Uint8Array {
  if (channels === 3) return data
  const n = data.length / channels
  const out = new Uint8Array(n * 3)
  const isGrey = channels < 3
  const back = alpha === 'drop' ? null : alpha === 'white' ? 255 : 0
  for (let i = 0, from = 0, to = 0; i < n; i++, from += channels, to += 3) {
    for (let c = 0; c < 3; c++) {
      let value = data[from + (isGrey ? 0 : c)] as number
      if (back !== null && channels !== 1) {
        const a = data[from + channels - 1] as number
        value = Math.round((value * a + back * (255 - a)) / 255)
      }
      out[to + c] = value
    }
  }
  return out
}
