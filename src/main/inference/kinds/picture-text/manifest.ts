import { z } from 'zod'
import { TokenRecipe } from '../../tokenize/recipe.ts'
import { ImageRecipe } from '../../pictures/recipe.ts'
import { DerivedFrom, ModelFile, ModelId } from '../manifest.ts'

/** Picture graph: float [batch, 3, height, width] in, [batch, embeddingDim] out. */
const ImageGraph = z.object({
  file: ModelFile,
  pixels: z.string().min(1),
  embedding: z.string().min(1),
})
/** Text graph: int64 or int32 [batch, length] in, [batch, embeddingDim] out. */
const TextGraph = z.object({
  file: ModelFile,
  ids: z.string().min(1),
  /** Name of the attention mask's input; null = the graph has none. */
  mask: z.string().min(1).nullable().default(null),
  embedding: z.string().min(1),
})
/** One graph for both, as CLIPModel and SiglipModel are exported. */
const JointGraph = z.object({
  file: ModelFile,
  pixels: z.string().min(1),
  imageEmbedding: z.string().min(1),
  ids: z.string().min(1),
  mask: z.string().min(1).nullable().default(null),
  textEmbedding: z.string().min(1),
})

export const TextRecipe = z.object({
  /** A `tokenizer.json` as Hugging Face's tokenizers write it. */
  tokenizer: ModelFile.default('tokenizer.json'),
  ...TokenRecipe.shape,
})
export type TextRecipe = z.infer<typeof TextRecipe>

export const Cutoff = z.object({
  cosine: z.number().min(-1).max(1),
  label: z.string(),
  source: z.string(),
})

export const PictureTextManifest = z
  .object({
    format: z.literal(1),
    /** Left out in folders that are older than the other kinds. */
    kind: z.literal('picture-text').default('picture-text'),
    id: ModelId,
    name: z.string().min(1).max(200),
    family: z.enum(['clip', 'siglip']),
    description: z.string().default(''),
    license: z.string().nullable().default(null),
    dtype: z.enum(['fp32', 'fp16', 'int8', 'mixed']),
    derivedFrom: DerivedFrom,
    /** A small model that shows the program, not one to judge data by. */
    demonstration: z.boolean().default(false),
    embeddingDim: z.number().int().min(1).max(65536),
    graphs: z.union([
      z.object({ joint: JointGraph }),
      z.object({ image: ImageGraph, text: TextGraph }),
    ]),
    image: ImageRecipe,
    text: TextRecipe,
    /**
     * exp(logit_scale) and logit_bias as trained. Scores are raw cosines; kept so that
     * probabilities can be worked out. null = not known.
     */
    logits: z
      .object({ scale: z.number().nullable(), bias: z.number().nullable() })
      .default({ scale: null, bias: null }),
    cutoffs: z.array(Cutoff).default([]),
    /**
     * Trained on what people prefer (PickScore, HPSv2): shown is `logits.scale` times the cosine, as
     * its authors report it. What is kept is the cosine.
     */
    preference: z.boolean().default(false),
  })
  .superRefine((manifest, context) => {
    if (manifest.preference && manifest.logits.scale === null) {
      context.addIssue({
        code: 'custom',
        path: ['logits', 'scale'],
        message: 'is needed with preference: exp(logit_scale) as trained',
      })
    }
    const { resize, width, height } = manifest.image
    if (resize.mode !== 'shortest-edge') return
    if (resize.shortestEdge === null) {
      context.addIssue({
        code: 'custom',
        path: ['image', 'resize', 'shortestEdge'],
        message: 'is needed with mode shortest-edge',
      })
    } else if (resize.shortestEdge < Math.max(width, height)) {
      context.addIssue({
        code: 'custom',
        path: ['image', 'resize', 'shortestEdge'],
        message: 'must be at least as large as what is cut out',
      })
    }
  })
export type PictureTextManifest = z.infer<typeof PictureTextManifest>
export type PictureTextManifestInput = z.input<typeof PictureTextManifest>

/** What is done to pictures and texts, in words: what a manifest decides and can change a score. */
export function describePreprocessing(
  manifest: PictureTextManifest,
): { label: string; value: string }[] {
  const { image, text } = manifest
  const { mode, shortestEdge, filter } = image.resize
  const size = `${image.width} × ${image.height}`
  return [
    {
      label: 'Picture size',
      value:
        mode === 'exact'
          ? `${size}, proportions not kept, ${filter}`
          : `shorter side to ${shortestEdge ?? image.width}, ${filter}, centre of ${size} cut out as ${image.crop} does`,
    },
    {
      label: 'Camera orientation (EXIF)',
      value:
        image.orientation === 'ignore'
          ? 'ignored: scored as the pixels are stored'
          : 'applied: scored as a browser shows it',
    },
    {
      label: 'Transparency',
      value:
        image.alpha === 'drop'
          ? 'dropped: hidden colours are scored as they are'
          : `laid on ${image.alpha}`,
    },
    {
      label: 'Colour',
      value: 'first frame, profiles not applied, 16 bits by their high byte, CMYK by formula',
    },
    {
      label: 'Text',
      value: `up to ${text.contextLength} tokens, the rest is cut; cleaning: ${text.clean}`,
    },
  ]
}

/** The graphs' files in the order image, text. One entry when they are joint. */
export function graphFiles(manifest: PictureTextManifest): string[] {
  return 'joint' in manifest.graphs
    ? [manifest.graphs.joint.file]
    : [manifest.graphs.image.file, manifest.graphs.text.file]
}
