import type { PictureTextInfo } from '#shared/contract/models.ts'
import type { KnownModel } from '../define.ts'
import type { PictureTextManifest } from './manifest.ts'

interface KnownPictureText {
  repository: string
  name: string
  family: 'clip' | 'siglip'
  license: string
  variants: KnownModel['variants']
  /** Where files and licence are named. */
  source: string
  embeddingDim: number
  imageSize: number
  dtype: string
  description: string
  cutoffs: PictureTextInfo['cutoffs']
  /** exp(logit_scale), logit_bias as published. */
  logits: { scale: number | null; bias: number | null }
  /** What the model needs that its files do not say. */
  text?: Partial<Pick<PictureTextManifest['text'], 'contextLength' | 'padding'>>
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
    variants: [
      { variant: 'fp32', bytes: 607 * MB },
      { variant: 'int8', bytes: 157 * MB },
    ],
    source: 'openai/CLIP model-card.md, LICENSE; model card of Xenova/clip-vit-base-patch32',
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
    variants: [
      { variant: 'fp32', bytes: 602 * MB },
      { variant: 'int8', bytes: 155 * MB },
    ],
    source: 'openai/CLIP model-card.md, LICENSE; model card of Xenova/clip-vit-base-patch16',
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
    variants: [{ variant: 'fp32', bytes: 1713 * MB }],
    source: 'openai/CLIP model-card.md, LICENSE; model card of Xenova/clip-vit-large-patch14-336',
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
    variants: [{ variant: 'fp32', bytes: 1715 * MB }],
    source: 'openai/CLIP model-card.md, LICENSE; model card of Xenova/clip-vit-large-patch14',
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
    variants: [
      { variant: 'fp32', bytes: 815 * MB },
      { variant: 'fp16', bytes: 410 * MB },
      { variant: 'int8', bytes: 213 * MB },
    ],
    source: 'google-research/big_vision; file list of Xenova/siglip-base-patch16-224 at 294847d',
    embeddingDim: 768,
    imageSize: 224,
    dtype: 'fp32',
    description:
      "Trained with a sigmoid loss, better than CLIP of its size. Its cosines lie much lower than CLIP's: CLIP's cutoffs do not apply.",
    cutoffs: [],
    logits: { scale: null, bias: null },
  },
  {
    repository: 'Xenova/mobileclip_s0',
    name: 'MobileCLIP S0',
    family: 'clip',
    license: 'Apple, research (LICENSE_weights_data)',
    // No int8: the model card calls the picture tower sensitive to quantization.
    variants: [
      { variant: 'fp32', bytes: 218 * MB },
      { variant: 'fp16', bytes: 110 * MB },
    ],
    // Files and preprocessing: the model cards of Xenova/mobileclip_s0, _s1, _b. Length, no causal mask
    // and licence: apple/ml-mobileclip, mobileclip/configs/mobileclip_s0.json, LICENSE_weights_data.
    source: 'apple/ml-mobileclip configs/mobileclip_s0.json; model card of Xenova/mobileclip_s0',
    embeddingDim: 512,
    imageSize: 256,
    dtype: 'fp32',
    description:
      'Small and fast on a CPU: a picture takes a fraction of the time of ViT-B/32. For large crawls and first looks; its weights are for research.',
    cutoffs: [],
    logits: { scale: null, bias: null },
    // It looks ahead and mixes neighbours, so that padding is part of what it reads.
    text: { contextLength: 77, padding: 'full' },
  },
  {
    repository: 'onnx-community/siglip2-base-patch16-224-ONNX',
    name: 'SigLIP 2 B/16',
    family: 'siglip',
    license: 'Apache-2.0',
    variants: [
      { variant: 'fp32', bytes: 1537 * MB },
      { variant: 'fp16', bytes: 786 * MB },
      { variant: 'int8', bytes: 417 * MB },
    ],
    // Files: the repository's list at ba1f3b0 and that of its sister at 256 px, d111425. Licence:
    // google-research/big_vision and the model card of google/siglip2-base-patch16-224.
    source:
      'google-research/big_vision; model card of onnx-community/siglip2-base-patch16-224-ONNX at ba1f3b0',
    embeddingDim: 768,
    imageSize: 224,
    dtype: 'fp32',
    description:
      'Reads over a hundred languages, finer than SigLIP; the multilingual model of this list. Its vocabulary makes it large. Cosines lie low: CLIP’s cutoffs do not apply.',
    cutoffs: [],
    logits: { scale: null, bias: null },
  },
  {
    repository: 'Xenova/chinese-clip-vit-base-patch16',
    name: 'Chinese CLIP ViT-B/16',
    family: 'clip',
    license: 'MIT',
    variants: [
      { variant: 'fp32', bytes: 755 * MB },
      { variant: 'fp16', bytes: 378 * MB },
      { variant: 'int8', bytes: 192 * MB },
    ],
    // Files: the repository's page of onnx/model_quantized.onnx (191 MB). Length and licence:
    // OFA-Sys/Chinese-CLIP, cn_clip/clip/utils.py (52 for all baseline models), MIT-LICENSE.txt.
    source:
      'OFA-Sys/Chinese-CLIP cn_clip/clip/utils.py; model card of Xenova/chinese-clip-vit-base-patch16',
    embeddingDim: 512,
    imageSize: 224,
    dtype: 'fp32',
    description:
      'For Chinese texts: trained on about 200 million Chinese pairs. Texts in other languages are read badly. No published cutoff.',
    cutoffs: [],
    logits: { scale: null, bias: null },
    text: { contextLength: 52 },
  },
]

/** Models on the hub that Gleaner knows how to use and what they are good for. */
export const KNOWN_PICTURE_TEXT: readonly KnownModel<PictureTextManifest>[] = MODELS.map(
  ({ repository, name, license, variants, source, description, logits, text, ...facts }) => ({
    repository,
    name,
    license,
    bytes: variants[0]?.bytes ?? 0,
    variants,
    source,
    description,
    facts: { kind: 'picture-text', ...facts, preprocessing: [] },
    describe: (manifest) => ({
      ...manifest,
      name,
      description,
      license,
      cutoffs: facts.cutoffs,
      logits,
      text: { ...manifest.text, ...text },
    }),
  }),
)
