import { z } from 'zod'
import { Device } from './choices.ts'
import { call } from './call.ts'

/** What is known of a model whatever its kind. */
const about = {
  id: z.string(),
  name: z.string(),
  /** `installed` can run now; `available` must be fetched first; `broken` says why in `problem`. */
  state: z.enum(['installed', 'available', 'broken']),
  problem: z.string().nullable(),
  license: z.string().nullable(),
  bytes: z.number().nullable(),
  /** Of one that can be fetched: the precisions it is there in, the usual one first; about how large. */
  variants: z
    .array(z.object({ variant: z.enum(['fp32', 'fp16', 'int8']), bytes: z.number() }))
    .optional(),
  /** SHA-256 over the model's files; keys everything that it made. */
  digest: z.string().nullable(),
  /** What it is good for, in a sentence. */
  description: z.string(),
  folder: z.string().nullable(),
  isDemonstration: z.boolean(),
  /** It comes with the program and cannot be removed. */
  isBundled: z.boolean(),
}

/** Scores pictures with texts. */
export const PictureTextInfo = z.object({
  kind: z.literal('picture-text'),
  ...about,
  family: z.enum(['clip', 'siglip', 'imported']),
  embeddingDim: z.number().int().nullable(),
  imageSize: z.number().int().nullable(),
  dtype: z.string().nullable(),
  /** Conventional cutoffs, each with where it comes from. */
  cutoffs: z.array(z.object({ cosine: z.number(), label: z.string(), source: z.string() })),
  /** What is done to pictures and texts before the model sees them, in words; empty if not known. */
  preprocessing: z.array(z.object({ label: z.string(), value: z.string() })).default([]),
})
export type PictureTextInfo = z.infer<typeof PictureTextInfo>

/** Gives a row of numbers for a picture, by which sets of pictures are compared. */
export const ImageFeaturesInfo = z.object({
  kind: z.literal('image-features'),
  ...about,
  /** Numbers in a row of features. */
  dim: z.number().int().nullable(),
  imageSize: z.number().int().nullable(),
  /** What a Frechet distance of its features is called. */
  measure: z.string().nullable(),
  /** What is done to a picture before the model sees it, in words; empty if not known. */
  preprocessing: z.array(z.object({ label: z.string(), value: z.string() })),
})

const ofText = {
  ...about,
  /** Numbers in a hidden state. */
  dim: z.number().int().nullable(),
  /** Of a window, in tokens. */
  maxLength: z.number().int().nullable(),
}
/** Reads texts; heads are trained on it. */
export const TextEncoderInfo = z.object({
  kind: z.literal('text-encoder'),
  ...ofText,
  /** How it makes a row of numbers of a sentence, where it was made for that. */
  pooling: z.enum(['mean', 'cls']).nullable().default(null),
})
/** Finds the words that describe a picture. */
export const SpanModelInfo = z.object({ kind: z.literal('span'), ...ofText })

/** Makes pictures of texts: latent diffusion. */
export const DiffusionInfo = z.object({
  kind: z.literal('diffusion'),
  ...about,
  family: z.enum(['sd', 'sdxl']).nullable(),
  /** Side of a picture that it was made for, pixels. */
  imageSize: z.number().int().nullable(),
  /** Whether a picture can be the start. */
  takesPictures: z.boolean(),
})
export type DiffusionInfo = z.infer<typeof DiffusionInfo>

/** Finds the text in pictures, and reads it where it has a part for that. */
export const TextDetectionInfo = z.object({
  kind: z.literal('text-detection'),
  ...about,
  reads: z.boolean(),
  /** That it tells apart; null where it does not read. */
  characters: z.number().int().nullable(),
  /** What is done to a picture and how boxes are made, in words; empty if not known. */
  preprocessing: z.array(z.object({ label: z.string(), value: z.string() })),
})
export type TextDetectionInfo = z.infer<typeof TextDetectionInfo>

export const ModelInfo = z.discriminatedUnion('kind', [
  PictureTextInfo,
  ImageFeaturesInfo,
  SpanModelInfo,
  TextEncoderInfo,
  DiffusionInfo,
  TextDetectionInfo,
])
export type ModelInfo = z.infer<typeof ModelInfo>

/** Kinds of models that there are; `src/main/inference/kinds` says for each what it is. */
export type ModelKind = ModelInfo['kind']
export const ModelKind = z.enum(
  ModelInfo.options.map(({ shape }) => shape.kind.value) as [ModelKind, ...ModelKind[]],
)

export const models = {
  /** Of every kind; the one that scores unless told otherwise comes first. */
  'models.list': call(z.object({}), z.array(ModelInfo)),
  /**
   * Registers a model folder, or starts fetching a hub repository (`job` is then set). With `kinds`
   * a folder is refused (`invalid-input`) that holds a model of another kind.
   */
  'models.add': call(
    z.object({ source: z.string().min(1), kinds: z.array(ModelKind).min(1).optional() }),
    z.object({ model: ModelInfo.nullable(), job: z.string().nullable() }),
  ),
  /**
   * Forgets a model: a folder of one's own is left alone, one that was fetched or trained here is
   * deleted; what it made stays in every corpus.
   */
  'models.remove': call(z.object({ id: z.string() }), z.object({})),
  /**
   * How a picture-text model cuts texts into tokens, one answer a text. null where that model is not
   * on this machine, as with scores that were imported.
   */
  'models.tokens': call(
    z.object({ id: z.string(), texts: z.array(z.string()).max(100) }),
    z
      .object({
        /** Tokens that the model reads, the special ones included. */
        limit: z.number().int(),
        counts: z.array(
          z.object({
            /** With the special ones, not cut. */
            tokens: z.number().int(),
            /** Code point at which the part begins that the model does not see; null = it sees all. */
            cutAt: z.number().int().nullable(),
          }),
        ),
      })
      .nullable(),
  ),
  /** Runs the model on this machine, against the reference vectors beside it where there are some. */
  'models.verify': call(
    z.object({ id: z.string(), device: Device.default('auto') }),
    z.object({
      ok: z.boolean(),
      device: z.string(),
      checks: z.array(
        z.object({
          name: z.string(),
          ok: z.boolean(),
          /** Largest difference seen and the bound it is held to. */
          difference: z.number().nullable(),
          bound: z.number().nullable(),
          note: z.string(),
        }),
      ),
    }),
  ),
}
