import type { ImageRecipe } from '../../src/main/inference/pictures/recipe.ts'

/** CLIP ViT-B/32's preprocessing, as its preprocessor_config.json says. */
export const CLIP_IMAGE: ImageRecipe = {
  width: 224,
  height: 224,
  resize: { mode: 'shortest-edge', shortestEdge: 224, filter: 'bicubic' },
  crop: 'transformers',
  rescale: 1 / 255,
  mean: [0.48145466, 0.4578275, 0.40821073],
  std: [0.26862954, 0.26130258, 0.27577711],
  orientation: 'ignore',
  alpha: 'drop',
}
