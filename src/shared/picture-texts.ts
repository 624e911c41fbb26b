import { z } from 'zod'

const share = z.number().min(0).max(1)

/** A line of text in a picture. */
export const PictureLine = z.object({
  /** From the top left on, clockwise, in pixels of the picture: x, y, x, y, ... */
  corners: z.array(z.number()).length(8),
  /** Mean probability of its box. */
  score: share,
  /** null where the model does not read. */
  text: z.string().nullable(),
  /** Of what was read. */
  confidence: share.nullable(),
})
export type PictureLine = z.infer<typeof PictureLine>

/** What is kept of a picture as JSON. */
export const PictureTextFound = z.object({
  /** Of the picture, pixels, as people see it (EXIF applied): what corners are measured in. */
  width: z.number().int(),
  height: z.number().int(),
  /** In reading order. */
  lines: z.array(PictureLine),
})
export type PictureTextFound = z.infer<typeof PictureTextFound>

/** The text in a pair's picture. */
export const PairPictureText = PictureTextFound.extend({
  /** The model that found it, as `models.list` names it. */
  model: z.string(),
  /** Of the picture's area that lies within boxes. */
  share,
  /** What was read, a line each; null where the model does not read. */
  words: z.string().nullable(),
  /** Of the words of each of its texts, the share that stands in the picture; null without words. */
  shown: z.object({
    alt: share.nullable(),
    caption: share.nullable(),
    title: share.nullable(),
    before: share.nullable(),
    after: share.nullable(),
    span: share.nullable(),
  }),
})
export type PairPictureText = z.infer<typeof PairPictureText>
