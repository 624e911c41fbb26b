import { z } from 'zod'
import { ModelFile } from '../manifest.ts'
import { aboutText, GraphName, textInputs, textRecipe } from '../text/manifest.ts'

export const DecodeRecipe = z.object({
  /** Longest span in tokens. */
  maxSpanTokens: z.number().int().min(1).max(4096).default(64),
  /** Divides the logits before they become probabilities. */
  temperature: z.number().positive().default(1),
  /** "No answer" wins when its score exceeds the best span's by more than this. */
  nullThreshold: z.number().default(0),
})
export type DecodeRecipe = z.infer<typeof DecodeRecipe>

export const SpanManifest = z.object({
  ...aboutText,
  kind: z.literal('span'),
  /** -> float [batch, length] each, position 0 = no answer */
  graph: z.object({ file: ModelFile, ...textInputs, start: GraphName, end: GraphName }),
  /** Of the encoder inside, where it is known. */
  dim: z.number().int().min(1).max(65536).nullable().default(null),
  text: textRecipe('none'),
  decode: DecodeRecipe.default(() => DecodeRecipe.parse({})),
  /** The encoder that a head was trained on. */
  encoder: z.object({ id: z.string(), digest: z.string() }).nullable().default(null),
})
export type SpanManifest = z.infer<typeof SpanManifest>
