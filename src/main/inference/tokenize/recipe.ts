import { z } from 'zod'

/** How a text becomes the tokens that a graph takes. */
export const TokenRecipe = z.object({
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
export type TokenRecipe = z.infer<typeof TokenRecipe>
