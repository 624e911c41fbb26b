import { z } from 'zod'
import { FeatureRecipe, resizeName } from '../../pictures/feature-recipe.ts'
import { DerivedFrom, ModelFile, ModelId } from '../manifest.ts'

const GraphName = z.string().min(1)

export const ImageFeaturesManifest = z
  .object({
    format: z.literal(1),
    kind: z.literal('image-features'),
    id: ModelId,
    name: z.string().min(1).max(200),
    description: z.string().default(''),
    license: z.string().nullable().default(null),
    derivedFrom: DerivedFrom,
    /** A small model that shows the program, not one to judge data by. */
    demonstration: z.boolean().default(false),
    /** What a Frechet distance of its features is called, such as "FID (Inception v3, clean)". */
    measure: z.string().min(1).max(80),
    graph: z.object({
      file: ModelFile,
      /** float32 or float16, in the layout below */
      pixels: GraphName,
      features: GraphName,
      layout: z.enum(['nchw', 'nhwc']).default('nchw'),
      /**
       * Of the output: `row` is [batch, dim] (ones behind it are left out), `first-token` the first
       * row of [batch, tokens, dim], which is the class token of a ViT.
       */
      take: z.enum(['row', 'first-token']).default('row'),
    }),
    /** Numbers in a row of features. */
    dim: z.number().int().min(1).max(65536),
    image: FeatureRecipe,
  })
  .superRefine(({ image }, context) => {
    const { resize, width, height } = image
    if (resize.mode !== 'shortest-edge') return
    if (resize.shortestEdge === null || resize.shortestEdge < Math.max(width, height)) {
      context.addIssue({
        code: 'custom',
        path: ['image', 'resize', 'shortestEdge'],
        message: 'must be at least as large as what is cut out',
      })
    }
  })
export type ImageFeaturesManifest = z.infer<typeof ImageFeaturesManifest>

/** What is done to a picture, in words. */
export function describeFeatures({
  image,
}: ImageFeaturesManifest): { label: string; value: string }[] {
  return [
    { label: 'Picture size', value: `${image.width} × ${image.height}, ${resizeName(image)}` },
    {
      label: 'Camera orientation (EXIF)',
      value: image.orientation === 'ignore' ? 'ignored' : 'applied',
    },
    {
      label: 'Transparency',
      value: image.alpha === 'drop' ? 'dropped' : `laid on ${image.alpha}`,
    },
  ]
}
