import { z } from 'zod'
import { ModelFile } from '../manifest.ts'
import { aboutText, GraphName, textInputs, textRecipe } from '../text/manifest.ts'
import { Pooling } from './pooling.ts'

export const TextEncoderManifest = z.object({
  ...aboutText,
  kind: z.literal('text-encoder'),
  /** -> float [batch, length, dim] */
  graph: z.object({ file: ModelFile, ...textInputs, hidden: GraphName }),
  /** Numbers in a hidden state. */
  dim: z.number().int().min(1).max(65536),
  text: textRecipe('pad'),
  /** How it makes a row of a sentence; null = it was not made for that. No part of the digest. */
  pooling: Pooling.nullable().default(null),
})
export type TextEncoderManifest = z.infer<typeof TextEncoderManifest>
