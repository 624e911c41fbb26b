import type { PictureMetadata } from '../../../../src/shared/picture-metadata.ts'

/** What a picture of no words says, with some said. */
export function metadataOf(some: Partial<PictureMetadata> = {}): PictureMetadata {
  return {
    mime: 'image/png',
    width: 512,
    height: 512,
    texts: [],
    exif: {},
    xmp: null,
    credentials: null,
    hidden: null,
    problems: [],
    ...some,
  }
}

/** A PNG with these chunks. */
export function png(texts: Record<string, string>): PictureMetadata {
  return metadataOf({
    texts: Object.entries(texts).map(([keyword, text]) => ({ keyword, text })),
  })
}
