import sharp from 'sharp'
import { admit, open, rethrow } from './decode.ts'
import { DEFAULT_LIMITS, type PictureLimits } from './limits.ts'

/**
 * A picture for who must not know where it comes from: nothing of the file is left but what is seen.
 */
export interface UniformSize {
  /** Pixels of the result. */
  width: number
  height: number
  /** `bmp`: its length follows from the size alone. */
  format: 'bmp' | 'png'
}

/** Mid grey: of what is transparent, and beside a picture of another proportion. */
const MAT = { r: 128, g: 128, b: 128 }
/** Of a BMP file: 14 bytes of its own and 40 of BITMAPINFOHEADER. */
const BMP_HEADER = 54

/**
 * The picture upright, first frame, sRGB 8 bit, on grey where it is transparent, whole within
 * `width` x `height` and centred; never enlarged.
 * @throws PictureError
 */
export async function makeUniform(
  bytes: Uint8Array,
  { width, height, format }: UniformSize,
  limits: PictureLimits = DEFAULT_LIMITS,
): Promise<Uint8Array> {
  admit(bytes, limits)
  const inner = await open(bytes, limits)
    .autoOrient()
    .toColourspace('srgb')
    .flatten({ background: MAT })
    .resize(width, height, { fit: 'inside', withoutEnlargement: true })
    .timeout({ seconds: limits.seconds })
    .removeAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
    .catch((error: unknown) => rethrow(error, bytes))
  const pixels = onMat(inner.data, inner.info, width, height)
  if (format === 'bmp') return toBmp(pixels, width, height)
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .png({ compressionLevel: 9, adaptiveFiltering: true })
    .toBuffer()
}

/** RGB pixels in the middle of a grey ground. */
function onMat(
  data: Uint8Array,
  info: { width: number; height: number; channels: number },
  width: number,
  height: number,
): Uint8Array {
  const { channels } = info
  if (info.width === width && info.height === height && channels === 3) return data
  const all = new Uint8Array(width * height * 3).fill(MAT.r)
  const left = (width - info.width) >> 1
  const top = (height - info.height) >> 1
  for (let y = 0; y < info.height; y++) {
    for (let x = 0; x < info.width; x++) {
      const from = (y * info.width + x) * channels
      const to = ((y + top) * width + x + left) * 3
      // Grey pictures come with one channel.
      for (let c = 0; c < 3; c++) all[to + c] = data[from + (channels < 3 ? 0 : c)] as number
    }
  }
  return all
}

/** 24 bits a pixel, no compression, rows from the top, each filled up to four bytes. */
function toBmp(rgb: Uint8Array, width: number, height: number): Uint8Array {
  const stride = (width * 3 + 3) & ~3
  const file = Buffer.alloc(BMP_HEADER + stride * height)
  file.write('BM', 'latin1')
  file.writeUInt32LE(file.length, 2)
  file.writeUInt32LE(BMP_HEADER, 10)
  file.writeUInt32LE(40, 14)
  file.writeInt32LE(width, 18)
  file.writeInt32LE(-height, 22)
  file.writeUInt16LE(1, 26)
  file.writeUInt16LE(24, 28)
  file.writeUInt32LE(stride * height, 34)
  for (let y = 0; y < height; y++) {
    let to = BMP_HEADER + y * stride
    for (let from = y * width * 3; from < (y + 1) * width * 3; from += 3) {
      file[to++] = rgb[from + 2] as number
      file[to++] = rgb[from + 1] as number
      file[to++] = rgb[from] as number
    }
  }
  return file
}
