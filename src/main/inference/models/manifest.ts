import { createHash } from 'node:crypto'
import { z } from 'zod'
import { AppError } from '#shared/errors.ts'

export const MANIFEST_FILE = 'gleaner.json'

/** A file below the model's folder: relative, forward slashes, never up and out. */
export const ModelFile = z
  .string()
  .min(1)
  .refine(
    (name) =>
      !name.includes('\\') &&
      !name.includes('\0') &&
      !/^([a-z]:|\/)/i.test(name) &&
      name.split('/').every((part) => part !== '' && part !== '.' && part !== '..'),
    'must be a relative path below the model folder, with forward slashes',
  )

const Vector3 = z.tuple([z.number(), z.number(), z.number()])

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

export const FILTERS = ['bilinear', 'bicubic', 'lanczos'] as const

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

export const TextRecipe = z.object({
  /** A `tokenizer.json` as Hugging Face's tokenizers write it. */
  tokenizer: ModelFile.default('tokenizer.json'),
  /** In tokens, the special ones included. */
  contextLength: z.number().int().min(2).max(4096),
  padId: z.number().int().min(0),
  /** The last token of every text; it survives truncation. null = the tokenizer adds none. */
  endId: z.number().int().min(0).nullable(),
  /**
   * - `longest`: a batch is as long as its longest text. Exact where padding cannot be seen
   *   (causal attention, or a mask that is honoured) and the graph's length is dynamic.
   * - `full`: every text is padded to `contextLength`.
   */
  padding: z.enum(['longest', 'full']),
  /**
   * What is done to a text before the tokenizer's own normaliser:
   * - `none`: nothing, as transformers' fast tokenizers do
   * - `openai`: entities unescaped twice, white space collapsed and trimmed, as openai/CLIP and
   *   open_clip do, without ftfy's repair of wrongly decoded text
   * - `siglip`: punctuation removed, white space collapsed, lower case, as big_vision does
   */
  clean: z.enum(['none', 'openai', 'siglip']).default('none'),
})
export type TextRecipe = z.infer<typeof TextRecipe>

export const Cutoff = z.object({
  cosine: z.number().min(-1).max(1),
  label: z.string(),
  source: z.string(),
})

export const ModelIdPattern = /^[A-Za-z0-9][A-Za-z0-9._-]*(\/[A-Za-z0-9][A-Za-z0-9._-]*)?$/

export const Manifest = z
  .object({
    format: z.literal(1),
    /** What scores are kept under and people type: letters, digits, `.`, `_`, `-`, one `/`. */
    id: z.string().max(120).regex(ModelIdPattern),
    name: z.string().min(1).max(200),
    family: z.enum(['clip', 'siglip']),
    description: z.string().default(''),
    license: z.string().nullable().default(null),
    dtype: z.enum(['fp32', 'fp16', 'int8', 'mixed']),
    /** The model that this one was made out of, and how; null = none is known. */
    derivedFrom: z
      .object({ id: z.string(), digest: z.string(), how: z.string() })
      .nullable()
      .default(null),
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
  })
  .superRefine((manifest, context) => {
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
export type Manifest = z.infer<typeof Manifest>
export type ManifestInput = z.input<typeof Manifest>

/** Parses a manifest. `where` names the file in the error. Throws `invalid-input`. */
export function parseManifest(json: string, where: string): Manifest {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch (error) {
    throw new AppError(
      'invalid-input',
      `${where} is not JSON: ${(error as Error).message}`,
      'docs/models.md describes the format.',
    )
  }
  const parsed = Manifest.safeParse(value)
  if (parsed.success) return parsed.data
  const issues = parsed.error.issues
    .slice(0, 5)
    .map((issue) => `${issue.path.join('.') || 'manifest'}: ${issue.message}`)
  throw new AppError(
    'invalid-input',
    `${where} is not a valid model manifest: ${issues.join('; ')}`,
    'docs/models.md describes the format.',
  )
}

/** What is done to pictures and texts, in words: what a manifest decides and can change a score. */
export function describePreprocessing(manifest: Manifest): { label: string; value: string }[] {
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
export function graphFiles(manifest: Manifest): string[] {
  return 'joint' in manifest.graphs
    ? [manifest.graphs.joint.file]
    : [manifest.graphs.image.file, manifest.graphs.text.file]
}

/**
 * SHA-256 of everything in the manifest that can change a score, so that a corrected description
 * does not make another model of it and a changed crop does.
 */
export function behaviourDigest(manifest: Manifest): string {
  const { family, embeddingDim, graphs, image, text } = manifest
  return createHash('sha256')
    .update(canonicalJson({ family, embeddingDim, graphs, image, text }))
    .digest('hex')
}

/** JSON with sorted keys and no white space. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value)
      .filter(([, entry]) => entry !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    return `{${entries.map(([key, entry]) => `${JSON.stringify(key)}:${canonicalJson(entry)}`).join(',')}}`
  }
  return JSON.stringify(value)
}
