import type { PictureMetadata } from '#shared/picture-metadata.ts'
import { readA1111 } from './a1111.ts'
import { readComfyUI } from './comfyui.ts'
import { readFooocus } from './fooocus.ts'
import { emptyGeneration, type Generation } from './generation.ts'
import { readInvokeAI } from './invokeai.ts'
import { readNovelAI } from './novelai.ts'
import { readOrigin } from './origin.ts'
import { readOwnRecipe } from './own-recipe.ts'
import { readSwarmUI } from './swarmui.ts'

/**
 * In this order: chunks with names of their own, JSON, the plain text that many write, and graphs
 * last. A saver of ComfyUI that writes plain text beside the graph says it more surely there.
 */
const READERS: readonly ((metadata: PictureMetadata) => Generation | null)[] = [
  readOwnRecipe,
  readInvokeAI,
  readSwarmUI,
  readFooocus,
  readNovelAI,
  readA1111,
  readComfyUI,
]

/**
 * How a picture was made, by its own metadata. Never throws; what no program is known by gives
 * `program: null` with the origin that XMP or Content Credentials name, if any.
 */
export function parseGeneration(metadata: PictureMetadata): Generation {
  const problems = [...metadata.problems]
  for (const read of READERS) {
    try {
      const found = read(metadata)
      if (!found) continue
      return tidy({
        ...found,
        origin: readOrigin(metadata),
        problems: [...problems, ...found.problems],
      })
    } catch (error) {
      problems.push(`Its metadata could not be read: ${String(error).slice(0, 200)}`)
    }
  }
  return { ...emptyGeneration(null, ''), origin: readOrigin(metadata), problems }
}

/** Texts that can be stored: no half characters, no zeros. */
function tidy(found: Generation): Generation {
  const clean = (text: string | null): string | null =>
    text === null ? null : text.toWellFormed().replaceAll('\0', '')
  return {
    ...found,
    version: clean(found.version),
    prompt: clean(found.prompt),
    negativePrompt: clean(found.negativePrompt),
    sampler: clean(found.sampler),
    scheduler: clean(found.scheduler),
    model: clean(found.model),
    modelHash: clean(found.modelHash),
    loras: found.loras.map((one) => ({
      ...one,
      name: clean(one.name) as string,
      hash: clean(one.hash),
    })),
    raw: clean(found.raw) as string,
  }
}
