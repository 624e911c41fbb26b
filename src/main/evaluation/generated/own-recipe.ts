import type { PictureMetadata } from '#shared/picture-metadata.ts'
import { emptyGeneration, type Generation } from './generation.ts'
import {
  asObject,
  first,
  nameOf,
  numberOf,
  parseObject,
  seedOf,
  sizeOf,
  textOf,
} from './loose-json.ts'
import { chunk } from './sources.ts'

/** What Gleaner itself writes into pictures that it makes: the chunk `gleaner`, as JSON. */
export function readOwnRecipe(metadata: PictureMetadata): Generation | null {
  const text = chunk(metadata, 'gleaner')
  const recipe = parseObject(text)
  if (text === null || recipe === null || textOf(first(recipe, 'prompt')) === null) return null
  const found = emptyGeneration('gleaner', text)
  const model = asObject(first(recipe, 'model'))
  found.version = nameOf(first(recipe, 'software'))
  found.prompt = textOf(first(recipe, 'prompt'))
  // Where nothing was said, nothing was to be kept away from.
  found.negativePrompt = textOf(first(recipe, 'negative')) ?? ''
  found.seed = seedOf(first(recipe, 'seed'))
  found.steps = numberOf(first(recipe, 'steps'))
  found.guidance = numberOf(first(recipe, 'guidance'))
  found.sampler = nameOf(first(recipe, 'scheduler'))
  found.size = sizeOf(first(recipe, 'width'), first(recipe, 'height'))
  found.model = nameOf(first(model, 'name'))
  found.modelHash = nameOf(first(model, 'digest'))
  return found
}
