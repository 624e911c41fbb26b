import sharp from 'sharp'
import { admit, open, rethrow } from './decode.ts'
import { DEFAULT_LIMITS, type PictureLimits } from './limits.ts'

/** How a picture is written anew. */
export interface AnewAs {
  /** `keep`: JPEG, PNG and WebP stay what they are, others become PNG. */
  format: 'keep' | 'jpeg' | 'png' | 'webp'
  /** Of JPEG and WebP, 1..100. */
  quality: number
  /** `longest`: no side longer than `size`, never enlarged; `crop`: a square out of the middle. */
  resize: 'none' | 'longest' | 'crop'
  /** Pixels. */
  size: number
}

export interface Anew {
  bytes: Uint8Array
  width: number
  height: number
  /** A side was shorter than the square. */
  enlarged: boolean
}

/** What works on the pixels, for the record of a dataset. */
export const ANEW_BY = `Lanczos filter (a = 3) of libvips ${sharp.versions.vips}, sharp ${sharp.versions.sharp}; upright, first frame, sRGB 8 bit, JPEG on white where it is transparent, no metadata`

/**
 * The picture upright, first frame, sRGB with 8 bits, without metadata; shrunk from its full size.
 * @throws PictureError
 */
export async function writeAnew(
  bytes: Uint8Array,
  { format, quality, resize, size }: AnewAs,
  limits: PictureLimits = DEFAULT_LIMITS,
): Promise<Anew> {
  const read = admit(bytes, limits)
  const type = format === 'keep' ? kept(read.format) : format
  let picture = open(bytes, limits).autoOrient().toColourspace('srgb')
  if (resize === 'longest') {
    picture = picture.resize(size, size, {
      fit: 'inside',
      withoutEnlargement: true,
      kernel: 'lanczos3',
      fastShrinkOnLoad: false,
    })
  } else if (resize === 'crop') {
    picture = picture.resize(size, size, {
      fit: 'cover',
      position: 'centre',
      kernel: 'lanczos3',
      fastShrinkOnLoad: false,
    })
  }
  if (type === 'jpeg') picture = picture.flatten({ background: '#fff' }).jpeg({ quality })
  else if (type === 'webp') picture = picture.webp({ quality })
  else picture = picture.png()
  const shorter =
    resize === 'crop'
      ? await open(bytes, limits)
          .metadata()
          .then(({ width, height }) => Math.min(width, height))
          .catch((error: unknown) => rethrow(error, bytes))
      : size
  const { data, info } = await picture
    .timeout({ seconds: limits.seconds })
    .toBuffer({ resolveWithObject: true })
    .catch((error: unknown) => rethrow(error, bytes))
  return { bytes: data, width: info.width, height: info.height, enlarged: shorter < size }
}

function kept(format: string): 'jpeg' | 'png' | 'webp' {
  return format === 'jpeg' || format === 'webp' ? format : 'png'
}
