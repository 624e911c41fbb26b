/** One text that a picture carries beside its pixels. */
export interface PictureText {
  /** Of a PNG chunk; `Comment` for the comment of a JPEG. */
  keyword: string
  text: string
}

/** Fields of EXIF that programs write words into, decoded. */
export const EXIF_TEXTS = [
  'imageDescription',
  'make',
  'model',
  'software',
  'artist',
  'makerNote',
  'userComment',
  'xpTitle',
  'xpComment',
] as const
export type ExifText = (typeof EXIF_TEXTS)[number]

/** Content Credentials that lie in a file. Their signature is not verified. */
export interface ContentCredentials {
  /** The last part of IPTC's DigitalSourceType, as `trainedAlgorithmicMedia`. */
  digitalSourceType: string | null
  /** What the claim names as its generator. */
  generator: string | null
}

/** What a picture says of itself, as it stands in the file. Strangers wrote it. */
export interface PictureMetadata {
  /** By the bytes. */
  mime: string
  /** Pixels, upright. */
  width: number
  height: number
  /** In the order of the file. */
  texts: PictureText[]
  exif: Partial<Record<ExifText, string>>
  /** The packet of XMP. */
  xmp: string | null
  credentials: ContentCredentials | null
  /** Text in the lowest bits of the pixels ("stealth pnginfo"). */
  hidden: string | null
  /** What was left out or could not be read, for people. */
  problems: string[]
}
