import { errorLine } from '#shared/errors.ts'
import { readSound } from '../../files/sound-blob.ts'
import { serveParent } from '../../processes/child.ts'
import type { Answer } from '../../processes/peer.ts'
import { decode } from './decode-pixels.ts'
import type { FeatureRecipe } from './feature-recipe.ts'
import { preparePixels } from './preprocess.ts'
import type { PictureSource } from './picture-source.ts'

/** A picture as the floats that a graph takes, or why there are none. */
export type Prepared = { pixels: Float32Array<ArrayBuffer> } | { reason: string }

export interface PictureCalls {
  prepare: { input: { source: PictureSource; recipe: FeatureRecipe }; value: Prepared }
}

/** Turns pictures into the floats that a graph takes, in a thread of the inference host. */
export function servePreparation(): void {
  // One at a time: a large picture is held whole, and the threads are as many as the cores.
  let last: Promise<unknown> = Promise.resolve()
  serveParent<PictureCalls>({
    prepare({ source, recipe }) {
      const mine = last.then(() => prepare(source, recipe))
      last = mine
      return mine
    },
  })
}

async function prepare(source: PictureSource, recipe: FeatureRecipe): Promise<Answer<Prepared>> {
  try {
    const input =
      'path' in source ? await readSound(source.path) : Buffer.from(source.base64, 'base64')
    const pixels = preparePixels(await decode(input, recipe), recipe)
    return { value: { pixels }, transfer: [pixels.buffer] }
  } catch (error) {
    return { value: { reason: errorLine(error) } }
  }
}
