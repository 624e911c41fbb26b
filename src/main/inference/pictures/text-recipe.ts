import { z } from 'zod'

const Triple = z.tuple([z.number(), z.number(), z.number()])
const Side = z.number().int().min(32).max(4096)

/** What is done to the values of a picture before a graph of a text model sees them. */
export const ChannelRecipe = z.object({
  /** Order of the three planes: Paddle's models read pictures by OpenCV, blue first. */
  channels: z.enum(['rgb', 'bgr']).default('rgb'),
  rescale: z
    .number()
    .positive()
    .default(1 / 255),
  /** In the order of the planes. */
  mean: Triple,
  std: z.tuple([z.number().positive(), z.number().positive(), z.number().positive()]),
})
export type ChannelRecipe = z.infer<typeof ChannelRecipe>

/** How large a picture goes into a detector of text. */
export const TextSize = z.union([
  /**
   * `max`: only made smaller, so that its longer side has at most `side` pixels; `min`: only larger,
   * so that its shorter side has at least that; `long`: its longer side has just that. Each side is
   * then rounded to a multiple of `multiple`.
   */
  z.object({
    mode: z.enum(['max', 'min', 'long']),
    side: Side,
    multiple: z.number().int().min(1).max(256).default(32),
  }),
  /** A graph of one size: fitted in, the rest black, half on each side. */
  z.object({ mode: z.literal('pad'), width: Side, height: Side }),
])
export type TextSize = z.infer<typeof TextSize>

/** What a detector of text is given. */
export const TextRecipe = ChannelRecipe.extend({ size: TextSize })
export type TextRecipe = z.infer<typeof TextRecipe>
