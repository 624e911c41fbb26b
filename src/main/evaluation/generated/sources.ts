import type { PictureMetadata } from '#shared/picture-metadata.ts'

/** The text of a chunk by its keyword, or null. */
export function chunk(metadata: PictureMetadata, keyword: string): string | null {
  return metadata.texts.find((one) => one.keyword === keyword)?.text ?? null
}

/**
 * Where programs put a whole description: the chunk `parameters` of a PNG, EXIF's UserComment, a
 * comment of a JPEG, the image description, and what is hidden in the pixels; in this order.
 */
export function descriptions(metadata: PictureMetadata): string[] {
  const { exif, hidden } = metadata
  const found = [
    chunk(metadata, 'parameters'),
    exif.userComment,
    chunk(metadata, 'Comment'),
    exif.imageDescription,
    exif.xpComment,
    hidden,
  ]
  return found.filter((text): text is string => typeof text === 'string' && text.trim() !== '')
}
