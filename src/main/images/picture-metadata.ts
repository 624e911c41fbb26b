import sharp, { type Metadata } from 'sharp'
import type { ExifText, PictureMetadata } from '#shared/picture-metadata.ts'
import { readJpegParts, readWebpParts, type ContainerParts } from './container-parts.ts'
import { readCredentials } from './content-credentials.ts'
import { admit, open, rethrow } from './decode.ts'
import { readExifTexts } from './exif-text.ts'
import { readHiddenText } from './hidden-text.ts'
import { DEFAULT_LIMITS, type PictureLimits } from './limits.ts'
import { MAX_TEXT, readPngTexts } from './png-text.ts'

/** Beyond this many pixels nobody hides text, and looking costs memory. */
const MAX_HIDING_PIXELS = 36_000_000
const XMP_KEYWORD = 'XML:com.adobe.xmp'

/**
 * What a picture says of itself: texts, EXIF, XMP, Content Credentials, and, where nothing of these
 * holds a word, text hidden in the pixels of a lossless picture (which has to be decoded for it).
 * A picture whose pixels are damaged still says what it says. To be called where pictures are
 * decoded, in a process that may die. Throws PictureError where it is no picture.
 */
export async function readPictureMetadata(
  bytes: Uint8Array,
  limits: PictureLimits = DEFAULT_LIMITS,
): Promise<PictureMetadata> {
  const { mime, format } = admit(bytes, limits)
  const meta = await open(bytes, limits)
    .metadata()
    .catch((error: unknown) => rethrow(error, bytes))
  const found: PictureMetadata = {
    mime,
    width: meta.autoOrient.width,
    height: meta.autoOrient.height,
    texts: [],
    exif: {},
    xmp: null,
    credentials: null,
    hidden: null,
    problems: [],
  }
  const parts = partsOf(format, bytes, found)
  if (parts.credentials) found.credentials = readCredentials(parts.credentials)
  for (const text of parts.comments) found.texts.push({ keyword: 'Comment', text })
  if (meta.exif) found.exif = exifOf(meta.exif, found.problems)
  readXmp(meta, found)
  if (isSilent(found) && mayHide(format, meta)) await lookForHidden(bytes, limits, found)
  return found
}

function partsOf(format: string, bytes: Uint8Array, found: PictureMetadata): ContainerParts {
  if (format === 'jpeg') return readJpegParts(bytes)
  if (format === 'webp') return readWebpParts(bytes)
  if (format !== 'png') return { comments: [], credentials: null }
  const { texts, credentials, problems } = readPngTexts(bytes)
  found.texts = texts
  found.problems.push(...problems)
  return { comments: [], credentials }
}

function exifOf(exif: Buffer, problems: string[]): Partial<Record<ExifText, string>> {
  const texts = readExifTexts(exif)
  if (texts === null) problems.push('Its EXIF cannot be read.')
  return texts ?? {}
}

function readXmp(meta: Metadata, found: PictureMetadata): void {
  const chunk = found.texts.findIndex((one) => one.keyword === XMP_KEYWORD)
  if (chunk >= 0) found.xmp = found.texts.splice(chunk, 1)[0]?.text ?? null
  else if (meta.xmp && meta.xmp.length <= MAX_TEXT) found.xmp = meta.xmp.toString('utf8')
  else if (meta.xmp) found.problems.push(`Its XMP of ${meta.xmp.length} bytes was left out.`)
}

function isSilent(found: PictureMetadata): boolean {
  const { texts, exif, xmp } = found
  const isLong = (text: string): boolean => text.length > 40
  return xmp === null && ![...texts.map((one) => one.text), ...Object.values(exif)].some(isLong)
}

/** Only what keeps every bit can hide one. */
function mayHide(format: string, meta: Metadata): boolean {
  const isLossless = format === 'png' || (format === 'webp' && meta.hasAlpha)
  return isLossless && meta.depth === 'uchar' && meta.width * meta.height <= MAX_HIDING_PIXELS
}

async function lookForHidden(
  bytes: Uint8Array,
  limits: PictureLimits,
  found: PictureMetadata,
): Promise<void> {
  try {
    // Bits as they stand in the file: no turning, no colour management.
    const { data, info } = await sharp(bytes, {
      limitInputPixels: limits.maxPixels,
      ignoreIcc: true,
    })
      .timeout({ seconds: limits.seconds })
      .raw()
      .toBuffer({ resolveWithObject: true })
    if (info.channels !== 3 && info.channels !== 4) return
    found.hidden = readHiddenText(data, info.width, info.height, info.channels)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    found.problems.push(`Text hidden in its pixels could not be read: ${why.slice(0, 200)}`)
  }
}
