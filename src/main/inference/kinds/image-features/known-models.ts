import type { KnownModel } from '../define.ts'
import type { ImageFeaturesManifest } from './manifest.ts'

const MB = 1_000_000
const NAME = 'DINOv2 ViT-S/14'
const DESCRIPTION =
  'Features of pictures learned without words: for sets of pictures that are compared, and pictures that look alike. 384 numbers.'

/** Encoders of pictures on the hub. */
export const KNOWN_FEATURES: readonly KnownModel<ImageFeaturesManifest>[] = [
  {
    repository: 'Xenova/dinov2-small',
    name: NAME,
    license: 'Apache-2.0',
    description: DESCRIPTION,
    bytes: 89 * MB,
    variants: [
      { variant: 'fp32', bytes: 89 * MB },
      { variant: 'int8', bytes: 25 * MB },
    ],
    // Files: the repository's own list at 560a572: onnx/model.onnx 88.5 MB, model_quantized.onnx 24.5 MB.
    // Licence: facebookresearch/dinov2, README.md and LICENSE.
    source: 'facebookresearch/dinov2 README.md; file list of Xenova/dinov2-small at 560a572',
    facts: {
      kind: 'image-features',
      dim: 384,
      imageSize: 224,
      measure: `FD (${NAME})`,
      preprocessing: [],
    },
    describe: (manifest) => ({
      ...manifest,
      name: NAME,
      description: DESCRIPTION,
      license: 'Apache-2.0',
      measure: `FD (${NAME})`,
    }),
  },
]
