/**
 * Architectures of published models, to be filled with random weights. tools/reference/shapes.json
 * holds the numbers, for both languages.
 */
import { readFileSync } from 'node:fs'
import { z } from 'zod'

const Tower = z.object({
  width: z.number().int(),
  layers: z.number().int(),
  heads: z.number().int(),
  hidden: z.number().int(),
})
const Shape = z.object({
  name: z.string(),
  family: z.enum(['clip', 'siglip']),
  seed: z.number().int(),
  imageSize: z.number().int(),
  patch: z.number().int(),
  /** Of the embeddings. */
  dim: z.number().int(),
  vision: Tower,
  text: Tower,
  context: z.number().int(),
  vocabulary: z.number().int(),
  endId: z.number().int(),
  padId: z.number().int(),
})
export type Shape = z.infer<typeof Shape>
export type Tower = z.infer<typeof Tower>

export const SHAPES = z
  .record(z.string(), Shape)
  .parse(
    JSON.parse(readFileSync(new URL('../../tools/reference/shapes.json', import.meta.url), 'utf8')),
  )

export function shapeOf(id: string): Shape {
  const shape = SHAPES[id]
  if (!shape) throw new Error(`no shape ${id}: ${Object.keys(SHAPES).join(', ')}`)
  return shape
}
