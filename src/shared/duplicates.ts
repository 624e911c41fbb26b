import { z } from 'zod'

/**
 * What makes pairs duplicates of each other: pictures of the same bytes; that look the same; that
 * show the same by a model's embeddings; or texts of nearly the same letters.
 */
export const DUPLICATE_KINDS = ['exact', 'perceptual', 'semantic', 'text'] as const
export const DuplicateKind = z.enum(DUPLICATE_KINDS)
export type DuplicateKind = z.infer<typeof DuplicateKind>

/**
 * What a person says of a pair in a group. `keep`: it stands for its group, whatever the kind; the
 * last one said counts. `drop`: it is given for no group. `apart`: it is no duplicate, of the kind
 * in which that is said; it leaves its group.
 */
export const DUPLICATE_DECISIONS = ['keep', 'drop', 'apart'] as const
export const DuplicateDecision = z.enum(DUPLICATE_DECISIONS)
export type DuplicateDecision = z.infer<typeof DuplicateDecision>

/** How a picture comes from the one that leads its group. */
export const COPY_VIEWS = ['whole', 'mirrored', 'cropped', 'cropped-mirrored', 'enlarged'] as const
export type CopyView = (typeof COPY_VIEWS)[number]

/**
 * Whether copies may differ in colour alone. `any`: a grey or a hue-turned copy is one, and is said to
 * differ in colour. `same`: it is none, as a red and a blue shirt are two pictures for their captions.
 */
export const COPY_COLOURS = ['any', 'same'] as const
export type CopyColours = (typeof COPY_COLOURS)[number]
/**
 * Copies whose colours are farther apart differ in colour, levels of 256; see docs/duplicates.md for
 * what was measured.
 */
export const COLOUR_DIFFERS = 5

/**
 * What may be asked for: of perceptual ones bits of 64 that may differ, of semantic ones the least
 * cosine, of texts the least Jaccard. Beyond the range most of what is joined is none: at 12 bits every
 * look-up meets most of the others, below a cosine of 0.5 pictures of one subject are one.
 */
export const DUPLICATE_THRESHOLDS = {
  perceptual: { usual: 6, least: 0, most: 11 },
  semantic: { usual: 0.95, least: 0.5, most: 1 },
  text: { usual: 0.8, least: 0.5, most: 1 },
} as const

/** What decided between the keeper and the next best, in this order; see docs/duplicates.md. */
export const KEEPER_RULES = [
  'decided',
  'size',
  'compression',
  'format',
  'alt',
  'score',
  'capture',
  'order',
] as const
export const KeeperRule = z.enum(KEEPER_RULES)
export type KeeperRule = z.infer<typeof KeeperRule>

/** What tells which of several copies of a picture is the best. */
export interface PictureMerit {
  pixels: number
  bytesPerPixel: number
  format: number
}

/** Formats by how likely a picture was first kept in them; others come behind. */
const FORMATS = ['image/tiff', 'image/jpeg', 'image/png', 'image/bmp', 'image/gif']

/** What is not known counts as nothing. */
export function pictureMerit(picture: {
  width: number | null
  height: number | null
  bytes: number | null
  mime: string | null
}): PictureMerit {
  const pixels = (picture.width ?? 0) * (picture.height ?? 0)
  const format = FORMATS.indexOf(picture.mime ?? '')
  return {
    pixels,
    bytesPerPixel: pixels === 0 ? 0 : (picture.bytes ?? 0) / pixels,
    format: format < 0 ? FORMATS.length : format,
  }
}

/** The larger one, then the less compressed, then by format: below 0 where that is `a`, and what tells. */
export function comparePictures(
  a: PictureMerit,
  b: PictureMerit,
): [number, 'size' | 'compression' | 'format'] {
  if (a.pixels !== b.pixels) return [b.pixels - a.pixels, 'size']
  if (a.bytesPerPixel !== b.bytesPerPixel) {
    return [b.bytesPerPixel - a.bytesPerPixel, 'compression']
  }
  return [a.format - b.format, 'format']
}
