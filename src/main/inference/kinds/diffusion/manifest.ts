import { z } from 'zod'
import { TokenRecipe } from '../../tokenize/recipe.ts'
import { DerivedFrom, ModelFile, ModelId } from '../manifest.ts'

/** A text encoder with its tokenizer. */
const Reader = z.object({
  graph: ModelFile,
  /** `tokenizer.json`, or `vocab.json` with `merges.txt` beside it. */
  tokenizer: ModelFile,
  text: TokenRecipe,
})

export const DiffusionManifest = z.object({
  format: z.literal(1),
  kind: z.literal('diffusion'),
  id: ModelId,
  name: z.string().min(1).max(200),
  description: z.string().default(''),
  license: z.string().nullable().default(null),
  derivedFrom: DerivedFrom,
  demonstration: z.boolean().default(false),
  /** `sd`: the last states of one encoder. `sdxl`: the last but one of two, and the second's row. */
  family: z.enum(['sd', 'sdxl']),
  readers: z.array(Reader).min(1).max(2),
  unet: ModelFile,
  decoder: ModelFile,
  /** Where a picture is the start; null = it cannot be. */
  encoder: ModelFile.nullable().default(null),
  /** `scheduler_config.json` */
  scheduler: ModelFile,
  latents: z.object({
    channels: z.number().int().min(1).max(64),
    /** Pixels of a picture's side for one of the latents' side. */
    scale: z.number().int().min(1).max(64),
    factor: z.number().positive(),
    shift: z.number().default(0),
    mean: z.array(z.number()).nullable().default(null),
    std: z.array(z.number()).nullable().default(null),
  }),
  /** Side of a picture that it was made for, pixels. */
  size: z.number().int().min(8).max(8192),
  /** Without a negative prompt its states are zeros, not those of "". */
  zerosWithoutNegative: z.boolean().default(false),
  /** Numbers that tell the network of the guidance (LCM); null = it is not told. */
  guidanceDim: z.number().int().min(2).max(4096).nullable().default(null),
})
export type DiffusionManifest = z.infer<typeof DiffusionManifest>
