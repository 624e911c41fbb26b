import { z } from 'zod'

const Vector3 = z.tuple([z.number(), z.number(), z.number()])

export const FILTERS = ['bilinear', 'bicubic', 'lanczos'] as const

/** What is done to a picture before a graph sees it. */
export const ImageRecipe = z.object({
  /** Of what goes into the graph, in pixels. */
  width: z.number().int().min(1).max(4096),
  height: z.number().int().min(1).max(4096),
  resize: z.object({
    /**
     * - `shortest-edge`: the shorter side becomes `shortestEdge`, the longer one
     *   `trunc(shortestEdge * longer / shorter)`, then the centre is cut out
     * - `exact`: straight to width x height, the proportions are not kept
     */
    mode: z.enum(['shortest-edge', 'exact']),
    shortestEdge: z.number().int().min(1).max(4096).nullable().default(null),
    filter: z.enum(FILTERS),
  }),
  /**
   * Where an odd margin goes when the centre is cut out of a side of `n` to a side of `m`:
   * - `transformers`: the first pixel is floor((n - m) / 2)
   * - `torchvision`: the first pixel is round((n - m) / 2), halves to even
   */
  crop: z.enum(['transformers', 'torchvision']),
  /** Multiplies 0..255. */
  rescale: z.number().positive(),
  mean: Vector3,
  std: Vector3,
  /**
   * What a camera's EXIF orientation does: `ignore` scores the pixels as they are stored, which is
   * what CLIP's and SigLIP's own code does; `apply` turns the picture as a browser shows it.
   */
  orientation: z.enum(['ignore', 'apply']).default('ignore'),
  /**
   * What becomes of transparency: `drop` uses the hidden colours as they are (Pillow's
   * `convert("RGB")`, the reference); `white` and `black` lay the picture on that colour.
   */
  alpha: z.enum(['drop', 'white', 'black']).default('drop'),
})
export type ImageRecipe = z.infer<typeof ImageRecipe>
