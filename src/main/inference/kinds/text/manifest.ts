import { z } from 'zod'
import type { AnyManifest } from '../define.ts'
import { DerivedFrom, ModelFile, ModelId } from '../manifest.ts'

export const GraphName = z.string().min(1).max(200)
/** int64 or int32 [batch, length] in. null = the graph has no such input. */
export const textInputs = {
  ids: GraphName,
  mask: GraphName.nullable().default(null),
  types: GraphName.nullable().default(null),
}

/**
 * What becomes of the line feeds between blocks, which tokenizers drop:
 * - `pad`: one padding token each, which the encoder does not attend to and a head can see
 * - `none`: nothing, as transformers
 */
const Breaks = z.enum(['pad', 'none'])

export const textRecipe = (breaks: z.infer<typeof Breaks>) =>
  z
    .object({
      tokenizer: ModelFile.default('tokenizer.json'),
      /** In tokens, the special ones included. */
      maxLength: z.number().int().min(16).max(8192),
      /** What two windows of a long text share, in tokens; null = an eighth of the length. */
      stride: z.number().int().min(0).nullable().default(null),
      /** null = what tokenizer.json says, else 0. */
      padId: z.number().int().min(0).nullable().default(null),
      breaks: Breaks.default(breaks),
    })
    .refine(({ stride, maxLength }) => stride === null || stride <= maxLength / 4, {
      path: ['stride'],
      message: 'is at most a quarter of maxLength',
    })

/** What every manifest of a text model says. */
export const aboutText = {
  format: z.literal(1),
  id: ModelId,
  name: z.string().min(1).max(200),
  description: z.string().max(5000).default(''),
  license: z.string().max(200).nullable().default(null),
  /** A small model that shows the program, not one to judge data by. */
  demonstration: z.boolean().default(false),
  derivedFrom: DerivedFrom,
}

/** What reads a text is the same for all of these kinds; what comes out of the graph is not. */
export interface TextManifest extends AnyManifest {
  graph: { file: string; ids: string; mask: string | null; types: string | null }
  /** Numbers in a hidden state, where it is known. */
  dim: number | null
  text: z.infer<ReturnType<typeof textRecipe>>
}
