import { z } from 'zod'
import { FEATURE_RESIZES } from '#shared/contract/choices.ts'
import { ImageRecipe } from './recipe.ts'

/** What is done to a picture whose features are compared: as `ImageRecipe`, or with fractions kept. */
export const FeatureRecipe = z.object({
  ...ImageRecipe.shape,
  resize: z.union([z.object({ mode: z.enum(FEATURE_RESIZES) }), ImageRecipe.shape.resize]),
  /** Means nothing where the whole picture is kept. */
  crop: ImageRecipe.shape.crop.default('transformers'),
})
export type FeatureRecipe = z.infer<typeof FeatureRecipe>

/**
 * The mode of resizing in a word or two, as it is stamped on a number: `clean`, `legacy_pytorch`,
 * `bicubic, exact`, `bicubic, shorter side 256`.
 */
export function resizeName({ resize }: FeatureRecipe): string {
  if (!('filter' in resize)) return resize.mode
  if (resize.mode === 'exact') return `${resize.filter}, exact`
  return `${resize.filter}, shorter side ${resize.shortestEdge ?? ''}`.trimEnd()
}
