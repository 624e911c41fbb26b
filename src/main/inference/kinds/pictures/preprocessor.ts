import { z } from 'zod'
import type { AppError } from '#shared/errors.ts'
import type { OnnxValue } from '../../onnx/onnx-header.ts'
import type { ImageRecipe } from '../../pictures/recipe.ts'

const Side = z.union([
  z.number().int(),
  z.object({ height: z.number().int(), width: z.number().int() }),
  z.object({ shortest_edge: z.number().int() }),
])
/** `preprocessor_config.json` as transformers writes it. */
export const Preprocessor = z.looseObject({
  size: Side,
  crop_size: Side.optional(),
  do_center_crop: z.boolean().optional(),
  do_resize: z.boolean().default(true),
  do_rescale: z.boolean().default(true),
  do_normalize: z.boolean().default(true),
  rescale_factor: z.number().default(1 / 255),
  image_mean: z.tuple([z.number(), z.number(), z.number()]),
  image_std: z.tuple([z.number(), z.number(), z.number()]),
  resample: z.number().int().default(3),
})
export type Preprocessor = z.infer<typeof Preprocessor>

/** Pillow's resampling numbers. */
const FILTER_NUMBERS: Record<number, 'lanczos' | 'bilinear' | 'bicubic'> = {
  1: 'lanczos',
  2: 'bilinear',
  3: 'bicubic',
}

/**
 * The recipe that a `preprocessor_config.json` stands for.
 * @param pixels the graph's input, whose size it must make
 * @param unusable makes the error of what is wrong with it
 */
export function recipeOf(
  preprocessor: Preprocessor,
  pixels: OnnxValue,
  unusable: (lacks: string[]) => AppError,
): z.input<typeof ImageRecipe> {
  const filter = FILTER_NUMBERS[preprocessor.resample]
  if (!filter) {
    throw unusable([`preprocessor_config.json: resample ${preprocessor.resample} is unknown`])
  }
  const square = (side: z.infer<typeof Side>): { width: number; height: number } =>
    typeof side === 'number'
      ? { width: side, height: side }
      : 'shortest_edge' in side
        ? { width: side.shortest_edge, height: side.shortest_edge }
        : { width: side.width, height: side.height }
  const cuts = preprocessor.do_center_crop ?? preprocessor.crop_size !== undefined
  const keepsShape =
    typeof preprocessor.size === 'number' ? cuts : 'shortest_edge' in preprocessor.size
  const size = square(cuts && preprocessor.crop_size ? preprocessor.crop_size : preprocessor.size)
  const [, , height, width] = pixels.shape
  if (
    (typeof height === 'number' && height > 0 && height !== size.height) ||
    (typeof width === 'number' && width > 0 && width !== size.width)
  ) {
    throw unusable([
      `preprocessor_config.json makes ${size.width} x ${size.height}, the graph takes ${String(width)} x ${String(height)}`,
    ])
  }
  const zero: [number, number, number] = [0, 0, 0]
  const one: [number, number, number] = [1, 1, 1]
  return {
    ...size,
    resize: keepsShape
      ? { mode: 'shortest-edge', shortestEdge: square(preprocessor.size).height, filter }
      : { mode: 'exact', shortestEdge: null, filter },
    crop: 'transformers',
    rescale: preprocessor.do_rescale ? preprocessor.rescale_factor : 1,
    mean: preprocessor.do_normalize ? preprocessor.image_mean : zero,
    std: preprocessor.do_normalize ? preprocessor.image_std : one,
  }
}
