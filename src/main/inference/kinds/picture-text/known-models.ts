import type { PictureTextInfo } from '#shared/contract/models.ts'
import type { KnownModel } from '../define.ts'
import type { PictureTextManifest } from './manifest.ts'

interface KnownPictureText {
  repository: string
  name: string
  family: 'clip' | 'siglip'
  license: string
  bytes: number
  embeddingDim: number
  imageSize: number
  dtype: string
  description: string
  cutoffs: PictureTextInfo['cutoffs']
  /** exp(logit_scale), logit_bias as published. */
  logits: { scale: number | null; bias: number | null }
}

const MB = 1_000_000

/**
 * Cutoffs are tied to a model: a cosine of one says nothing about another. Only published ones
 * stand here, each with its source; for the other models the histogram is the guide.
 */
const MODELS: readonly KnownPictureText[] = [
  {
    repository: 'Xenova/clip-vit-base-patch32',
    name: 'CLIP ViT-B/32',
    family: 'clip',
    license: 'MIT',
    bytes: 607 * MB,
    embeddingDim: 512,
    imageSize: 224,
    dtype: 'fp32',
    description:
      'The model behind most published cutoffs; the fastest of the real ones. Take it to filter as LAION did and to compare with others.',
    cutoffs: [
      {
        cosine: 0.28,
        label: 'LAION-5B, English',
        source: 'Schuhmann et al. 2022, LAION-5B, arXiv 2210.08402, section 3.1',
      },
      {
        cosine: 0.3,
        label: 'LAION-400M',
        source: 'Schuhmann et al. 2021, LAION-400M, arXiv 2111.02114, section 2',
      },
    ],
    logits: { scale: 100, bias: null },
  },
  {
    repository: 'Xenova/clip-vit-base-patch16',
    name: 'CLIP ViT-B/16',
    family: 'clip',
    license: 'MIT',
    bytes: 602 * MB,
    embeddingDim: 512,
    imageSize: 224,
    dtype: 'fp32',
    description:
      'Sees finer detail than ViT-B/32 at about four times the work for a picture. No published cutoff of its own.',
    cutoffs: [],
    logits: { scale: 100, bias: null },
  },
  {
    repository: 'Xenova/clip-vit-large-patch14',
    name: 'CLIP ViT-L/14',
    family: 'clip',
    license: 'MIT',
    bytes: 1713 * MB,
    embeddingDim: 768,
    imageSize: 224,
    dtype: 'fp32',
    description:
      'Clearly better at telling right from wrong; about twenty times the work of ViT-B/32, so take a GPU. The filter of DataComp.',
    cutoffs: [],
    logits: { scale: 100, bias: null },
  },
  {
    repository: 'Xenova/clip-vit-large-patch14-336',
    name: 'CLIP ViT-L/14 at 336 px',
    family: 'clip',
    license: 'MIT',
    bytes: 1715 * MB,
    embeddingDim: 768,
    imageSize: 336,
    dtype: 'fp32',
    description:
      'ViT-L/14 at a higher resolution: for small things and text in pictures. The slowest; needs a GPU.',
    cutoffs: [],
    logits: { scale: 100, bias: null },
  },
  {
    repository: 'Xenova/siglip-base-patch16-224',
    name: 'SigLIP B/16',
    family: 'siglip',
    license: 'Apache-2.0',
    bytes: 815 * MB,
    embeddingDim: 768,
    imageSize: 224,
    dtype: 'fp32',
    description:
      "Trained with a sigmoid loss, better than CLIP of its size. Its cosines lie much lower than CLIP's: CLIP's cutoffs do not apply.",
    cutoffs: [],
    logits: { scale: null, bias: null },
  },
]

/** Models on the hub that Gleaner knows how to use and what they are good for. */
export const KNOWN_PICTURE_TEXT: readonly KnownModel<PictureTextManifest>[] = MODELS.map(
  ({ repository, name, license, bytes, description, logits, ...facts }) => ({
    repository,
    name,
    license,
    bytes,
    description,
    facts: { kind: 'picture-text', ...facts, preprocessing: [] },
    describe: (manifest) => ({
      ...manifest,
      name,
      description,
      license,
      cutoffs: facts.cutoffs,
      logits,
    }),
  }),
)
