import type { PictureMetadata } from '#shared/picture-metadata.ts'

const SOURCE_TYPE = 'digitalsourcetype/'

/**
 * IPTC's DigitalSourceType of a picture, as `trainedAlgorithmicMedia`: of its Content Credentials
 * (not verified), else of XMP. It says how a picture came about, never by which prompt.
 */
export function readOrigin(metadata: PictureMetadata): string | null {
  if (metadata.credentials?.digitalSourceType) return metadata.credentials.digitalSourceType
  const xmp = metadata.xmp ?? ''
  const at = xmp.indexOf(SOURCE_TYPE)
  if (at < 0) return null
  return /^[A-Za-z]{3,64}/.exec(xmp.slice(at + SOURCE_TYPE.length, at + 100))?.[0] ?? null
}
